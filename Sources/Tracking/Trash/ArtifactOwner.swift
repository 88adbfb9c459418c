/// An experiment, run or logged model, as far as its artifacts and the trash are concerned.
public struct ArtifactOwner: Sendable, Equatable, Identifiable {
    /// What it is.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// An experiment; its location is the folder that its runs' folders are made in.
        case experiment
        /// A run.
        case run
        /// A logged model.
        case model
    }

    /// What tells owners apart.
    public struct ID: Sendable, Hashable {
        /// What it is.
        public var kind: Kind
        /// The run's or model's id, or the experiment's number.
        public var text: TrackingKey

        /// Makes an id of its parts.
        public init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = TrackingKey(text)
        }
    }

    /// What it is, and which.
    public var id: ID
    /// Its name.
    public var name: String
    /// The experiment that it is or belongs to.
    public var experimentID: Int
    /// Where its artifacts lie, relative to the workspace if it has no scheme.
    public var location: String
    /// For a logged model, the run that made it.
    public var sourceRun: String?
    /// Whether it is in use or in the trash.
    public var lifecycle: LifecycleStage
    /// For what is in the trash, since when, in milliseconds since 1970; where that was not recorded,
    /// the last time that is known of it.
    public var trashedAt: Int?

    /// Makes an owner of its parts.
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

    /// Whether it is in the trash since `time` or longer.
    public func isTrashed(before time: Int) -> Bool {
        lifecycle == .deleted && trashedAt.map { $0 <= time } ?? false
    }
}
