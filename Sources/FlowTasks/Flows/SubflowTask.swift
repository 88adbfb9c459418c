import JSON
import Platform
import Workflows

/// Runs another flow to its end.
struct SubflowTask: TaskKind {
    let services: any TaskServices

    init(_ services: any TaskServices) { self.services = services }

    let name = "flow"
    let summary = "Runs another flow; a retry continues its flow run."
    let version = 1
    let cores = TaskCores.none
    let effect = TaskEffect.atLeastOnce
    let inputs = [
        TaskInput(
            "flow",
            .text,
            isRequired: true,
            help: "The path of the other flow's file, or its name."
        ),
        TaskInput("parameters", .object, help: "The values of its parameters."),
    ]
    let outputs = [
        TaskOutput("flow_run", .text, help: "The flow run."),
        TaskOutput(
            "tasks",
            .object,
            help: "The outputs of its tasks: `${NAME.tasks.TASK.OUTPUT}`."
        ),
    ]

    func reuse(of inputs: JSONObject) -> TaskReuse { .sameFlowRun }

    func faults(
        in inputs: JSONObject,
        given: Set<String>,
        folder: String
    ) -> [(input: String, fault: String)] {
        guard let reference = inputs.text("flow") else { return [] }
        let flow: Flow
        do {
            let path =
                try TaskPath.existing(reference, in: folder)
                ?? services.path(ofFlow: reference)
            // Its tasks have faults of their own, and may run this flow.
            flow = try FlowReader(kinds: TaskKinds([])).outline(path)
        } catch {
            return [("flow", FlowError(task: error).sentences)]
        }
        guard inputs["parameters"] != nil || !given.contains("parameters") else { return [] }
        do {
            var texts: [String: String] = [:]
            for pair in try inputs.pairs("parameters") { texts[pair.name] = pair.text }
            _ = try flow.parameterValues(texts)
            return []
        } catch {
            return (error.details ?? [error.message]).map { ("parameters", "\(flow.name): \($0)") }
        }
    }

    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        guard let flow = inputs.text("flow") else { return [:] }
        return try FlowError.translating {
            let path =
                try TaskPath.existing(flow, in: folder) ?? services.path(ofFlow: flow)
            guard FilePaths.isFile(path) else { return [:] }
            return ["flow": .string(try Files.sha256(path).hexadecimal)]
        }
    }

    func run(_ call: TaskCall) throws -> TaskResult {
        try FlowError.translating {
            let flow = try call.required("flow")
            var parameters: [String: String] = [:]
            for parameter in try call.inputs.pairs("parameters") {
                parameters[parameter.name] = parameter.text
            }
            let end = try services.run(
                SubflowOrder(
                    flow: TaskPath.existing(flow, in: call.folder) ?? flow,
                    parameters: parameters,
                    origin: (call.flowRun, call.task),
                    run: call.run,
                    reservation: call.reservation,
                    reserve: call.reserve,
                    log: call.log,
                    progress: call.progress,
                    isCancelled: { call.isCancelled }
                )
            )
            return TaskResult([
                ("flow_run", FlowValue(.string(end.flowRun), content: .null)),
                ("tasks", end.outputs),
            ])
        }
    }
}
