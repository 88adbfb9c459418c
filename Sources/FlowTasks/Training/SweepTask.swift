import JSON
import Platform
import Workflows

/// Trains with several values of options; a kind that this version knows by name alone.
struct SweepTask: TaskKind {
    let name = "sweep"
    let summary =
        "Comes with sweeps; this version refuses it. A `matrix` runs a task for each value."
    let version = 1
    let effect = TaskEffect.atLeastOnce
    let hasOtherOutputs = true
    let inputs: [TaskInput] = []
    let outputs: [TaskOutput] = []

    func reuse(of inputs: JSONObject) -> TaskReuse { .sameFlowRun }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        [("", Self.refusal.sentences)]
    }

    func run(_ call: TaskCall) throws -> TaskResult { throw Self.refusal }

    private static let refusal = FlowError(
        .invalid,
        "`sweep` comes with sweeps, and this version has none.",
        hint: "Use `train` with a `matrix`."
    )
}
