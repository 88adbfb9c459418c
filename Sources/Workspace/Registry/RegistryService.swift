import FoundationEssentials
import Platform
public import Registry
import Runs
import Tracking

/// Registered models: their versions, and which of them is deployed.
public final class RegistryService: Sendable {
    let opened: OpenedFolder
    let registry: ModelRegistry
    let models: ModelService
    /// The files of versions, as registered and now.
    let files: VersionFiles

    init(_ opened: OpenedFolder, models: ModelService) {
        self.opened = opened
        self.models = models
        registry = ModelRegistry(opened.store)
        files = VersionFiles(opened: opened, models: models)
    }

    /// All registered models with their versions, by name.
    ///
    /// Blocks.
    public func list() throws -> [RegisteredModelSummary] {
        try WorkspaceError.translating {
            let models = try registry.models()
            let origins = try Origins(opened, of: models)
            return models.map { model in
                RegisteredModelSummary(
                    name: model.name,
                    versions: model.versions.map { version($0, origins) },
                    createdAt: RunReader.date(model.creationTime),
                    note: model.description ?? ""
                )
            }
        }
    }

    /// One registered model.
    ///
    /// Blocks.
    public func show(_ name: String) throws -> RegisteredModelSummary {
        guard let model = try list().first(where: { $0.name == name }) else {
            throw WorkspaceError(
                .notFound,
                "No model is registered as \(name).",
                hint: "`workbench registry list` lists the models."
            )
        }
        return model
    }

    /// Registers a finished run's adapter as the next version of a model, which is created if it
    /// does not exist.
    ///
    /// Blocks.
    ///
    /// - Returns: The version's number.
    /// - Throws: ``WorkspaceError`` with the code `conflict` for a run without an adapter or with
    ///   an unknown base model.
    @discardableResult
    public func register(run: String, as name: String, note: String = "") throws -> Int {
        try change {
            let record = try opened.store.run(run)
            guard let result = record.result else {
                throw WorkspaceError(
                    .conflict,
                    "\(record.name) has no adapter or model yet.",
                    hint: "Let the run finish, then register it."
                )
            }
            let path = "\(opened.path(of: record.artifactURI))/\(result)"
            guard FilePaths.exists(path) else {
                throw WorkspaceError(.notFound, "The result of \(record.name) is missing: \(path).")
            }
            guard let base = record.params["model"], !base.isEmpty else {
                throw WorkspaceError(
                    .conflict,
                    "It is not known which model \(record.name) was trained on."
                )
            }
            let folder = "\(record.artifactURI)/\(result.split(separator: "/").first ?? "")"
            // Clients may have logged other models of this run.
            let logged = try opened.store.loggedModels(run: record.id)
                .last { $0.artifactLocation == folder }
                .map { "models:/\($0.id)" }
            var version = NewVersion(
                source: logged ?? "\(record.artifactURI)/\(result)",
                run: record.id
            )
            version.storageLocation = "\(record.artifactURI)/\(result)"
            version.description = note.isEmpty ? nil : note
            version.tags = [Tag(VersionTag.baseModel, base)]
            if let path = record.tags[RunTag.modelPath] {
                version.tags.append(Tag(VersionTag.basePath, path))
            }
            let trainedOn = record.tags[RunTag.modelPath].flatMap { path in
                record.tags[RunTag.modelDigest].map { (path, $0, record.startTime ?? 0) }
            }
            version.files = try files.take(
                at: version.storageLocation ?? version.source,
                base: trainedOn
            )
            return try registry.register(version, as: name).version
        }
    }

    /// Moves a version to a stage.
    ///
    /// Blocks.
    ///
    /// - Parameter archivingOthers: Whether other versions in the stage Staging or Production are
    ///   archived.
    public func setStage(
        _ name: String,
        version: Int,
        to stage: Stage,
        archivingOthers: Bool = true
    ) throws {
        let canArchive = stage == .staging || stage == .production
        try WorkspaceError.translating {
            _ = try transition(
                name,
                version: version,
                to: stage,
                archivingOthers: archivingOthers && canArchive,
                by: nil
            )
        }
    }

    /// Sets an alias of a version, moving it from another version if necessary.
    ///
    /// Blocks.
    public func setAlias(_ name: String, alias: String, version: Int) throws {
        try WorkspaceError.translating { try setAlias(alias, of: name, to: version, by: nil) }
    }

    /// Removes an alias.
    ///
    /// Blocks.
    public func removeAlias(_ name: String, alias: String) throws {
        try WorkspaceError.translating {
            try deleteAlias(alias, of: name, mustExist: true, by: nil)
        }
    }

    /// Deploys a version: stage Production and the alias `production`.
    ///
    /// Blocks.
    ///
    /// - Parameter reason: The reason, for the history.
    /// - Throws: ``WorkspaceError`` with the code `conflict` if the model's gate is not passed; the
    ///   message names what is missing. ``setStage(_:version:to:archivingOthers:)`` and
    ///   ``setAlias(_:alias:version:)`` throw it too if they would deploy a version.
    public func promote(_ name: String, version: Int, reason: String = "") throws {
        try change { _ = try registry.promote(name, version: version, reason: reason) }
    }

    /// The effect of a rollback.
    ///
    /// Blocks.
    public func rollbackPlan(_ name: String) throws -> RollbackPlan {
        try WorkspaceError.translating {
            let target = try registry.rollbackTarget(name)
            // If nothing is deployed any more, the last deployed version is deployed again.
            let deployed = try registry.deployed(name)?.version
            return RollbackPlan(name: name, from: deployed, to: target.version)
        }
    }

    /// Deploys the previous version again.
    ///
    /// Blocks.
    ///
    /// - Parameter plan: The confirmed plan; if another version has been deployed since, nothing is
    ///   changed.
    public func rollback(_ plan: RollbackPlan) throws {
        try change {
            _ = try registry.rollback(plan.name, replacing: plan.from, to: plan.to)
        }
    }

    /// Undoes this user's newest change.
    ///
    /// Blocks.
    public func undo() throws -> RegistryChange {
        try change { try registry.undo() }
    }

    /// Redoes the change that was undone last.
    ///
    /// Blocks.
    public func redo() throws -> RegistryChange {
        try change { try registry.redo() }
    }

    /// The history, newest first.
    ///
    /// Blocks.
    public func history(_ name: String? = nil) throws -> [RegistryChange] {
        try WorkspaceError.translating {
            let changes = try registry.history(name)
            // Without a history, the model must exist.
            if let name, changes.isEmpty { _ = try registry.model(name) }
            return changes
        }
    }

    func change<Result>(_ body: () throws -> Result) throws -> Result {
        try WorkspaceError.translating { try write(body) }
    }

    /// The same, with the registry's own errors.
    func write<Result>(_ body: () throws -> Result) throws -> Result {
        try opened.checkWritable()
        return try body()
    }

    private func version(
        _ version: ModelVersion,
        _ origins: Origins
    ) -> RegisteredModelSummary.Version {
        let run = version.run.flatMap { origins.runs[$0] }
        return RegisteredModelSummary.Version(
            number: version.version,
            stage: version.stage,
            aliases: version.aliases,
            run: version.run,
            runName: run?.name,
            baseModel: version.tags[VersionTag.baseModel] ?? run?.params["model"],
            resultPath: opened.path(of: version.storageLocation),
            metrics: run.map { run in
                Dictionary(run.metrics.map { ($0.key.text, $0.value.value) }) { first, _ in first }
            } ?? [:],
            createdAt: RunReader.date(version.creationTime),
            note: version.description ?? ""
        )
    }
}

/// The tags that this program writes on a version.
enum VersionTag {
    /// The base model's name.
    static let baseModel: TrackingKey = "workbench.base_model"
    /// The base model's file at registration.
    static let basePath: TrackingKey = "workbench.base_path"
}

/// The runs that made versions.
private struct Origins {
    var runs: [String: RunRecord] = [:]

    init(_ opened: OpenedFolder, of models: [RegisteredModel]) throws {
        for id in Set(models.flatMap(\.versions).compactMap(\.run)) {
            // A version outlives its run.
            runs[id] = try? opened.store.run(id, details: [.params, .metrics])
        }
    }
}
