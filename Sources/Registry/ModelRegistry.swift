import Database
import GRDB
import Platform
public import Tracking

/// Registered models, their versions, and which of them is deployed.
///
/// The registry shares the store's database. Every change is one transaction that is durable when
/// the call returns, and is recorded with its author, time and reason. A call without effect
/// records nothing. Calls throw `RegistryError`, or `TrackingError` if the database fails.
public final class ModelRegistry: Sendable {
    let store: TrackingStore

    /// The registry in this store.
    public init(_ store: TrackingStore) {
        self.store = store
    }

    /// The author of changes for which none is given.
    var identity: Author { Author(store.configuration.identity) }

    /// The folder of the workspace, which locations are relative to.
    var folder: String {
        let end = store.path.lastIndex(of: "/") ?? store.path.startIndex
        return String(store.path[..<end])
    }
}

// MARK: - Reading

extension ModelRegistry {
    /// All registered models with their versions, by name.
    public func models() throws -> [RegisteredModel] {
        try store.read { try RegisteredModel.fetch($0) }
    }

    /// The model with this name.
    public func model(_ name: String) throws -> RegisteredModel {
        try store.read { try RegisteredModel.find($0, name: name) }
    }

    /// Whether there is a model with this name.
    public func hasModel(named name: String) throws -> Bool {
        try store.read { try RegisteredModel.exists($0, name: name) }
    }

    /// A version by its number.
    public func version(_ version: Int, of model: String) throws -> ModelVersion {
        try store.read { try ModelVersion.find($0, model: model, version: version) }
    }

    /// The deployed version of a model: the one that the alias `production` names, else the newest
    /// version in stage Production, else nil.
    public func deployed(_ model: String) throws -> ModelVersion? {
        try store.read { db in
            guard try RegisteredModel.exists(db, name: model) else {
                throw RegisteredModel.notFound(model)
            }
            return try Deployment.version(db, of: model)
                .map { try ModelVersion.find(db, model: model, version: $0) }
        }
    }

    /// The version that `models:/name@alias`, `models:/name/3`, `models:/name/Staging` or
    /// `models:/name/latest` names.
    public func resolve(_ reference: String) throws -> ModelVersion {
        let reference = try ModelReference(reference)
        let name = reference.model
        return try store.read { db in
            let model = try RegisteredModel.find(db, name: name)
            let found: ModelVersion?
            let missing: String
            switch reference.selector {
            case .version(let version):
                return try ModelVersion.find(db, model: name, version: version)
            case .alias(let alias):
                let version = model.aliases[TrackingKey(alias)]
                found = model.versions.first { $0.version == version }
                missing = "Registered model alias \(alias) not found."
            case .stage(let stage):
                found = model.versions.first { $0.stage == stage }
                missing = "No version of '\(name)' is in stage \(stage.rawValue)."
            case .latest:
                found = model.versions.first
                missing = "'\(name)' has no version."
            }
            guard let found else {
                throw RegistryError(.notFound, missing, hint: "list the model's versions")
            }
            return found
        }
    }
}
