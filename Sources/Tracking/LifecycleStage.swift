/// Whether an experiment, run or model is in use or in the bin.
public enum LifecycleStage: String, Sendable, Codable {
    /// In use.
    case active
    /// In the bin; it can be restored.
    case deleted
}

/// Which of the things in use and in the bin a listing shows.
public enum LifecycleView: Sendable, CaseIterable {
    /// Those in use.
    case active
    /// Those in the bin.
    case deleted
    /// Both.
    case all

    var condition: String {
        switch self {
        case .active: "lifecycle_stage = 'active'"
        case .deleted: "lifecycle_stage = 'deleted'"
        case .all: "1"
        }
    }
}
