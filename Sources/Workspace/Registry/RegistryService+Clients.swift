import Platform
package import Registry
import Runs
package import Tracking

// What clients of the server read and do. All calls block, and throw the registry's own errors, since
// clients are told their codes; what a rule refuses is a `WorkspaceError`. An author is whoever stands
// behind a call, for the history; nil for this user.

// MARK: - Reading

extension RegistryService {
    /// The model of this name.
    package func model(_ name: String) throws -> RegisteredModel { try registry.model(name) }

    /// Whether there is a model of this name.
    package func hasModel(named name: String) throws -> Bool { try registry.hasModel(named: name) }

    /// A version by its number.
    package func version(_ version: Int, of name: String) throws -> ModelVersion {
        try registry.version(version, of: name)
    }

    /// The version that a `models:/` reference names.
    package func resolve(_ reference: String) throws -> ModelVersion {
        try registry.resolve(reference)
    }

    /// A page of the registered models that meet a filter; see `ModelRegistry`.
    package func searchModels(_ question: SearchQuestion) throws -> SearchResult<RegisteredModel> {
        try registry.searchModels(
            filter: question.filter,
            orderBy: question.orderBy,
            limit: question.limit,
            pageToken: question.pageToken
        )
    }

    /// A page of the versions that meet a filter; see `ModelRegistry`.
    package func searchVersions(_ question: SearchQuestion) throws -> SearchResult<ModelVersion> {
        try registry.searchVersions(
            filter: question.filter,
            orderBy: question.orderBy,
            limit: question.limit,
            pageToken: question.pageToken
        )
    }
}

// MARK: - Models

extension RegistryService {
    /// Makes a registered model without versions.
    package func createModel(
        _ name: String,
        description: String?,
        tags: [Tag],
        by author: Author?
    ) throws -> RegisteredModel {
        try write {
            try RuleBook.checkTags(tags)
            return try registry.createModel(name, description: description, tags: tags, by: author)
        }
    }

    /// Renames a registered model, unless it has a gate.
    package func rename(
        _ name: String,
        to newName: String,
        by author: Author?
    ) throws -> RegisteredModel {
        try write { try registry.rename(name, to: newName, by: author) }
    }

    /// Deletes a registered model with its versions, unless it has a gate.
    package func deleteModel(_ name: String, by author: Author?) throws {
        try write { try registry.deleteModel(name, by: author) }
    }

    /// Describes a model, or one version of it.
    package func describe(
        _ name: String,
        version: Int? = nil,
        as description: String,
        by author: Author?
    ) throws {
        try write {
            try registry.describe(name, version: version, as: description, by: author)
        }
    }

    /// Sets a tag of a model, or of one version of it.
    package func setTag(
        _ tag: Tag,
        of name: String,
        version: Int? = nil,
        by author: Author?
    ) throws {
        try write {
            try RuleBook.checkTags([tag])
            try registry.setTag(tag, of: name, version: version, by: author)
        }
    }

    /// Removes a tag of a model, or of one version of it, if it is there.
    package func deleteTag(
        _ key: TrackingKey,
        of name: String,
        version: Int? = nil,
        by author: Author?
    ) throws {
        try write {
            try RuleBook.checkTag(key)
            try registry.deleteTag(key, of: name, version: version, by: author)
        }
    }
}

// MARK: - Versions

extension RegistryService {
    /// Registers files as the next version of a model that is there.
    ///
    /// - Parameters:
    ///   - original: The version that it is a copy of, if it is one. The copy has its files as they
    ///     were when it was registered, and may have its tags.
    ///   - loggedModel: The logged model that it is, which gets a note of it.
    package func createVersion(
        _ new: NewVersion,
        of name: String,
        copying original: ModelVersion?,
        loggedModel: String?,
        by author: Author?
    ) throws -> ModelVersion {
        guard try registry.hasModel(named: name) else {
            let shown = name.count > 200 ? "\(name.prefix(200))…" : name
            throw RegistryError(.notFound, "Registered Model with name=\(shown) not found")
        }
        return try write {
            try RuleBook.checkTags(new.tags, copiedFrom: original?.tags ?? [:])
            var new = new
            new.files = try keptFiles(of: new, copying: original)
            let version = try registry.register(new, as: name, by: author)
            if let loggedModel {
                try opened.store.note(
                    version: version.version,
                    of: name,
                    ofLoggedModel: loggedModel
                )
            }
            return version
        }
    }

    /// What a version that is about to be registered refers to; nil where that is not kept.
    package func keptFiles(
        of new: NewVersion,
        copying original: ModelVersion? = nil
    ) throws -> [VersionFile]? {
        if let original,
            let kept = try registry.files(of: original.model, version: original.version)
        {
            return kept
        }
        return try files.take(at: new.storageLocation ?? new.source)
    }

    /// Moves a version to a stage; where that deploys it, the model's gate has to be passed.
    ///
    /// - Parameter archivingOthers: Whether those in Staging or Production make way.
    package func transition(
        _ name: String,
        version: Int,
        to stage: Stage,
        archivingOthers: Bool,
        by author: Author?
    ) throws -> ModelVersion {
        try write {
            try registry.transition(
                name,
                version: version,
                to: stage,
                archivingOthers: archivingOthers,
                by: author
            )
        }
    }

    /// Deletes a version; its number is not given again.
    package func deleteVersion(_ version: Int, of name: String, by author: Author?) throws {
        try write { try registry.deleteVersion(version, of: name, by: author) }
    }

    /// Has an alias name a version; where that deploys it, the model's gate has to be passed.
    package func setAlias(
        _ alias: String,
        of name: String,
        to version: Int,
        by author: Author?
    ) throws {
        try write { try registry.setAlias(alias, of: name, to: version, by: author) }
    }

    /// Removes an alias.
    ///
    /// - Parameter mustExist: Whether an alias that is not there is an error.
    package func deleteAlias(
        _ alias: String,
        of name: String,
        mustExist: Bool,
        by author: Author?
    ) throws {
        try write {
            try registry.deleteAlias(alias, of: name, mustExist: mustExist, by: author)
        }
    }
}
