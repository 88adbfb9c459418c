/// What can become of a task, as far as a plan knows.
struct TaskOutlook {
    /// The outputs of the result that is used; nil if none is.
    var outputs: FlowValue?
    /// Whether it may end badly, or because something before it does.
    var mayFail = false
    /// Whether it may be skipped.
    var maySkip = false
    /// Whether it may run, or use a result.
    var mayRun = true
    /// Whether it was asked for what it would take.
    var isForecast = false
    /// What it would take, if that is known.
    var cost: TaskCost?

    /// It uses a result with these outputs.
    static func reuse(_ outputs: FlowValue) -> TaskOutlook { TaskOutlook(outputs: outputs) }
    /// It runs.
    static let run = TaskOutlook(mayFail: true)
    /// It is skipped.
    static let skip = TaskOutlook(maySkip: true, mayRun: false)

    /// Whether it is certain that it is skipped.
    var isSkipped: Bool { !mayRun }
    /// Whether its outputs, or what becomes of it, are not known yet.
    var isOpen: Bool { mayRun && outputs == nil }
}
