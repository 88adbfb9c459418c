/// Whether an experiment, run or model is in use or in the trash.
public enum LifecycleStage: String, Sendable, Codable {
    /// In use.
    case active
    /// In the trash; it can be restored.
    case deleted
}

/// Whether a listing shows items in use, in the trash, or both.
public enum LifecycleView: Sendable, CaseIterable {
    /// Those in use.
    case active
    /// Those in the trash.
    case deleted
    /// Both.
    case all

    /// The stage that it shows; nil if it shows both.
    var stage: LifecycleStage? {
        switch self {
        case .active: .active
        case .deleted: .deleted
        case .all: nil
        }
    }

    var condition: String {
        switch self {
        case .active: "lifecycle_stage = 'active'"
        case .deleted: "lifecycle_stage = 'deleted'"
        case .all: "1"
        }
    }
}
