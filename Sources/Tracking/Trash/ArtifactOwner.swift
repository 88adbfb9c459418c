/// An experiment, run or logged model that owns artifacts and may be in the trash.
public struct ArtifactOwner: Sendable, Equatable, Identifiable {
    /// The kind of an owner.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// An experiment; its location is the folder of its runs' folders.
        case experiment
        /// A run.
        case run
        /// A logged model.
        case model
    }

    /// What identifies an owner.
    public struct ID: Sendable, Hashable {
        /// Its kind.
        public var kind: Kind
        /// The run's or model's id, or the experiment's number.
        public var text: TrackingKey

        /// Creates an id from its parts.
        public init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = TrackingKey(text)
        }
    }

    /// Its kind and id.
    public var id: ID
    /// Its name.
    public var name: String
    /// The experiment that it is or belongs to.
    public var experimentID: Int
    /// The folder of its artifacts, relative to the workspace if it has no scheme.
    public var location: String
    /// For a logged model, the run that made it.
    public var sourceRun: String?
    /// Whether it is in use or in the trash.
    public var lifecycle: LifecycleStage
    /// For things in the trash, since when, in milliseconds since 1970; if that was not recorded,
    /// the last time known for it.
    public var trashedAt: Int?

    /// Creates an owner from its parts.
    public init(
        id: ID,
        name: String,
        experimentID: Int,
        location: String,
        sourceRun: String? = nil,
        lifecycle: LifecycleStage,
        trashedAt: Int? = nil
    ) {
        self.id = id
        self.name = name
        self.experimentID = experimentID
        self.location = location
        self.sourceRun = sourceRun
        self.lifecycle = lifecycle
        self.trashedAt = trashedAt
    }

    /// Whether it has been in the trash since `time` or longer.
    public func isTrashed(before time: Int) -> Bool {
        lifecycle == .deleted && trashedAt.map { $0 <= time } ?? false
    }
}
