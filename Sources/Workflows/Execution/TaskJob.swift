/// A task to perform, with what it can refer to.
struct TaskJob: Sendable {
    /// The instance's place in the graph, which is its position in the store.
    let place: Int
    /// The task in the file.
    let task: FlowTask
    /// The instance.
    let instance: TaskInstance
    /// Its kind.
    let kind: any TaskKind
    /// The task as stored.
    let record: TaskRecord
    /// The values that its expressions can refer to.
    let scope: FlowScope
    /// Whether results from before the order are not used.
    let isForced: Bool
    /// Whether its key or a tag was in use when it was tried last.
    let wasBlocked: Bool
}

/// How a job ended.
enum TaskOutcome: Sendable {
    /// In a state that is terminal, with its outputs.
    case ended(TaskRecord, FlowValue?)
    /// It waits for a retry, a person, or the process that continues it.
    case waits(TaskRecord)
    /// Its key or the given tag is in use: it is tried again.
    case blocked(TaskRecord, tag: String?)
    /// It was blocked, and goes on now.
    case claimed(place: Int)
    /// Its end could not be stored.
    case unrecorded(TaskRecord, FlowError)
}
