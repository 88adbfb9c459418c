import Platform
package import Registry
import Runs
package import Tracking

// Calls for clients of the server. All calls block. They throw the registry's own errors, whose
// codes are sent to clients, and `WorkspaceError` if a rule refuses a change. The author of a
// change is recorded in the history; nil for this user.

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

    /// The version of a `models:/` reference.
    package func resolve(_ reference: String) throws -> ModelVersion {
        try registry.resolve(reference)
    }

    /// A page of the registered models that match a filter; see `ModelRegistry`.
    package func searchModels(_ question: SearchQuestion) throws -> SearchResult<RegisteredModel> {
        try registry.searchModels(
            filter: question.filter,
            orderBy: question.orderBy,
            limit: question.limit,
            pageToken: question.pageToken
        )
    }

    /// A page of the versions that match a filter; see `ModelRegistry`.
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
    /// Creates a registered model without versions.
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

    /// Removes a tag of a model, or of one version of it, if it exists.
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
    /// Registers files as the next version of an existing model.
    ///
    /// - Parameters:
    ///   - original: The version that it copies, if any. The copy has that version's files as
    ///     registered, and may have its tags.
    ///   - loggedModel: Its logged model, which is tagged with the version.
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

    /// The files of a version about to be registered; nil if they are not recorded.
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

    /// Moves a version to a stage; if that deploys it, it must pass the model's gate.
    ///
    /// - Parameter archivingOthers: Whether other versions in the stage Staging or Production are
    ///   archived.
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

    /// Deletes a version; its number is not reused.
    package func deleteVersion(_ version: Int, of name: String, by author: Author?) throws {
        try write { try registry.deleteVersion(version, of: name, by: author) }
    }

    /// Sets an alias of a version; if that deploys it, it must pass the model's gate.
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
    /// - Parameter mustExist: Whether a missing alias is an error.
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
