import JSON
import Platform
import Workflows

/// Registers a model as the next version of a name.
struct RegisterTask: TaskKind {
    let services: any TaskServices

    init(_ services: any TaskServices) { self.services = services }

    let name = "registry.register"
    let summary = "Registers a model as the next version of a name."
    let version = 1
    let cores = TaskCores.none
    let effect = TaskEffect.once
    let inputs = [
        TaskInput(
            "model",
            .text,
            isRequired: true,
            help: "The model: of a run, or a model's file."
        ),
        TaskInput(
            "name",
            .text,
            isRequired: true,
            help: "The registered model, made if it is new."
        ),
        TaskInput("note", .text, help: "A note on the version."),
    ]
    let outputs = VersionInput.outputs

    func reuse(of inputs: JSONObject) -> TaskReuse { .sameFlowRun }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        ModelInput.faults(inputs, ["model"], folder, services)
    }

    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        try ModelInput.content(inputs, ["model"], folder, services)
    }

    func isIntact(_ outputs: JSONObject) -> Bool { VersionInput.isIntact(outputs, services) }

    func run(_ call: TaskCall) throws -> TaskResult {
        try FlowError.translating {
            let model = try services.model(call.required("model"), in: call.folder)
            let name = try call.required("name")
            let number = try services.register(model, as: name, note: call.text("note") ?? "")
            let version = TaskVersion(name: name, number: number)
            call.log("registered \(model.reference) as \(version.text)")
            return try VersionInput.result(version, services)
        }
    }
}
