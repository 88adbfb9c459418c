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
