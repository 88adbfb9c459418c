import Platform
public import Tracking

/// The stage of a version; the spelling is MLflow's.
public enum Stage: String, Sendable, Codable, CaseIterable {
    /// Not used yet.
    case none = "None"
    /// Being tested.
    case staging = "Staging"
    /// Deployed, or about to be.
    case production = "Production"
    /// Out of use.
    case archived = "Archived"

    /// What MLflow writes as the stage of a version that was deleted.
    static let deleted = "Deleted_Internal"

    /// The stage with this name, in any case.
    ///
    /// - Throws: `RegistryError` with code `invalidValue`.
    public init(named name: String) throws {
        guard
            let stage = Stage.allCases.first(where: {
                $0.rawValue.lowercased() == name.lowercased()
            })
        else {
            throw RegistryError(
                .invalidValue,
                "Invalid Model Version stage: \(name). Value must be one of "
                    + Stage.allCases.map(\.rawValue).joined(separator: ", ") + ".",
                hint: "write one of these"
            )
        }
        self = stage
    }
}

/// A named model with its versions.
public struct RegisteredModel: Sendable, Equatable, Identifiable {
    /// The unique name.
    public var name: String
    /// When it was created, in milliseconds since 1970.
    public var creationTime: Int
    /// When it or a version of it was last changed, in milliseconds since 1970.
    public var lastUpdateTime: Int
    /// Its description.
    public var description: String?
    /// Its tags.
    public var tags: [TrackingKey: String]
    /// The version that each alias names.
    public var aliases: [TrackingKey: Int]
    /// Its versions, newest first.
    public var versions: [ModelVersion]
    /// The number of the deployed version, if one is.
    public var deployedVersion: Int?

    /// Creates a model from its parts.
    public init(
        name: String,
        creationTime: Int,
        lastUpdateTime: Int,
        description: String? = nil,
        tags: [TrackingKey: String] = [:],
        aliases: [TrackingKey: Int] = [:],
        versions: [ModelVersion] = [],
        deployedVersion: Int? = nil
    ) {
        self.name = name
        self.creationTime = creationTime
        self.lastUpdateTime = lastUpdateTime
        self.description = description
        self.tags = tags
        self.aliases = aliases
        self.versions = versions
        self.deployedVersion = deployedVersion
    }

    /// The name.
    public var id: TrackingKey { TrackingKey(name) }

    /// The tag that marks a model as a prompt, which MLflow stores among the models.
    public static let promptTag: TrackingKey = "mlflow.prompt.is_prompt"

    /// Whether it is a prompt.
    public var isPrompt: Bool { tags[Self.promptTag]?.lowercased() == "true" }

    /// The deployed version, if one is.
    public var deployed: ModelVersion? {
        versions.first { $0.version == deployedVersion }
    }
}

/// One version of a registered model.
public struct ModelVersion: Sendable, Equatable, Identifiable {
    /// The registered model's name.
    public var model: String
    /// Its number, from 1.
    public var version: Int
    /// Its stage.
    public var stage: Stage
    /// The origin of its files: a folder of a run, or `models:/m-…`.
    public var source: String
    /// The run that made it.
    public var run: String?
    /// A link to that run, from whoever registered the version.
    public var runLink: String?
    /// Whether it can be used; `READY` for all versions that this program creates.
    public var status: String
    /// The location of its files, relative to the workspace if it has no scheme.
    public var storageLocation: String
    /// Its description.
    public var description: String?
    /// Who registered it.
    public var user: String
    /// When it was registered, in milliseconds since 1970.
    public var creationTime: Int
    /// When it was last changed, in milliseconds since 1970.
    public var lastUpdateTime: Int
    /// Its tags.
    public var tags: [TrackingKey: String]
    /// The aliases that name it, in byte order.
    public var aliases: [String]

    /// Creates a version from its parts.
    public init(
        model: String,
        version: Int,
        stage: Stage,
        source: String,
        run: String? = nil,
        runLink: String? = nil,
        status: String,
        storageLocation: String,
        description: String? = nil,
        user: String,
        creationTime: Int,
        lastUpdateTime: Int,
        tags: [TrackingKey: String] = [:],
        aliases: [String] = []
    ) {
        self.model = model
        self.version = version
        self.stage = stage
        self.source = source
        self.run = run
        self.runLink = runLink
        self.status = status
        self.storageLocation = storageLocation
        self.description = description
        self.user = user
        self.creationTime = creationTime
        self.lastUpdateTime = lastUpdateTime
        self.tags = tags
        self.aliases = aliases
    }

    /// The logged model that it was registered from, if any.
    public var loggedModel: String? {
        let prefix = ModelReference.scheme + "m-"
        guard source.hasPrefix(prefix), !source.dropFirst(prefix.count).contains("/") else {
            return nil
        }
        return String(source.dropFirst(ModelReference.scheme.count))
    }

    /// The model and the number.
    public var id: [TrackingKey] { [TrackingKey(model), TrackingKey(String(version))] }
}

/// What is known of a version when it is registered.
public struct NewVersion: Sendable {
    /// The origin of its files.
    public var source: String
    /// The run that made it.
    public var run: String?
    /// A link to that run.
    public var runLink: String?
    /// The location of its files; `source` if nil.
    public var storageLocation: String?
    /// Its description.
    public var description: String?
    /// Its tags.
    public var tags: [Tag] = []
    /// The files that it refers to, so that changes can be found; nil if they are not recorded.
    public var files: [VersionFile]?

    /// A version of these files.
    public init(source: String, run: String? = nil) {
        self.source = source
        self.run = run
    }
}
