import Runs
import Tracking
import Workflows

/// The task of a flow run that a run belongs to.
package struct FlowTaskOfRun: Equatable, Sendable {
    /// The id of the flow run.
    package let flowRun: String
    /// The id of the task; nil for the run of the flow itself.
    package let task: String?

    /// Such as `sft of faq-assistant`.
    package func name(in library: Library) -> String {
        let flow = flowName(in: library)
        return task.map { "\($0) of \(flow)" } ?? flow
    }

    /// The name of the flow.
    package func flowName(in library: Library) -> String {
        library.flowRun(flowRun)?.flow ?? "flow run \(flowRun.prefix(8))"
    }
}

extension RunSummary {
    /// The task that the run belongs to; nil for a run of its own.
    package var flowTask: FlowTaskOfRun? {
        guard let run = tags[RunTag.flowRun.text] else { return nil }
        return FlowTaskOfRun(
            flowRun: run,
            task: tags[RunTag.flowTask.text]
        )
    }
}
