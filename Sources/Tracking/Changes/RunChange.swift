public import Database

extension Change.Kind {
    /// An experiment; the item is its number.
    public static let experiment = Self(rawValue: "experiment")
    /// A run; the item is its id and ``RunChange`` says what changed.
    public static let run = Self(rawValue: "run")
    /// A request to the process that executes a run; the item is the run's id.
    public static let request = Self(rawValue: "request")
    /// A logged model; the item is its id.
    public static let loggedModel = Self(rawValue: "logged_model")
    /// A trace; the item is its id.
    public static let trace = Self(rawValue: "trace")
}

/// What a commit changed in a run.
public enum RunChange: String, Sendable {
    /// The run itself, its tags, parameters, inputs or outputs.
    case changed
    /// Points of metrics were added.
    case metrics
    /// The run can be resumed at another step.
    case checkpoint
    /// Evaluation samples were added.
    case samples
    /// A monitor alerted.
    case alert
    /// The run pauses, or continues.
    case pause
    /// The run was deleted permanently.
    case removed
}

extension ChangeNotes {
    /// Notes that a run changed.
    package mutating func note(run: String, _ what: RunChange = .changed, isPublished: Bool = false)
    {
        note(.run, run, what.rawValue, isPublished: isPublished)
    }
}
