import JSON
import Platform
import Workflows

/// Changes a registered version: `registry.stage`, `registry.alias` and `registry.promote`.
struct ChangeVersionTask: TaskKind {
    private let services: any TaskServices
    let name: String
    let summary: String
    let inputs: [TaskInput]
    private let change: @Sendable (JSONObject) throws -> VersionChange

    private init(
        _ services: any TaskServices,
        _ name: String,
        _ summary: String,
        _ inputs: [TaskInput],
        _ change: @escaping @Sendable (JSONObject) throws -> VersionChange
    ) {
        self.services = services
        self.name = name
        self.summary = summary
        self.inputs = [VersionInput.version, VersionInput.name] + inputs
        self.change = change
    }

    /// `registry.stage`.
    static func stage(_ services: any TaskServices) -> ChangeVersionTask {
        ChangeVersionTask(
            services,
            "registry.stage",
            "Moves a version to a stage; to Production only through the model's gate.",
            [
                TaskInput(
                    "stage",
                    .text,
                    isRequired: true,
                    help: "`Staging`, `Production`, `Archived` or `None`."
                ),
                TaskInput(
                    "archive_others",
                    .boolean,
                    help: "Whether other versions in Staging or Production are archived; else true."
                ),
            ]
        ) { inputs in
            .stage(inputs.text("stage") ?? "", archivingOthers: inputs["archive_others"] != false)
        }
    }

    /// `registry.alias`.
    static func alias(_ services: any TaskServices) -> ChangeVersionTask {
        ChangeVersionTask(
            services,
            "registry.alias",
            "Gives a version an alias; `production` only through the model's gate.",
            [TaskInput("alias", .text, isRequired: true, help: "The alias, such as `candidate`.")]
        ) { inputs in .alias(inputs.text("alias") ?? "") }
    }

    /// `registry.promote`.
    static func promote(_ services: any TaskServices) -> ChangeVersionTask {
        ChangeVersionTask(
            services,
            "registry.promote",
            "Deploys a version through the model's gate: stage Production and the alias `production`.",
            [TaskInput("reason", .text, help: "The reason, for the history.")]
        ) { inputs in .promote(reason: inputs.text("reason") ?? "") }
    }

    let version = 1
    let cores = TaskCores.none
    let effect = TaskEffect.once
    let outputs = VersionInput.outputs

    func reuse(of inputs: JSONObject) -> TaskReuse { .sameFlowRun }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        guard let stage = inputs.text("stage"),
            !["staging", "production", "archived", "none"].contains(stage.lowercased())
        else { return [] }
        return [
            (
                "stage",
                "There is no stage \(VisibleText.name(stage)); choose one of Staging, Production, "
                    + "Archived and None."
            )
        ]
    }

    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        try VersionInput.content(inputs, services)
    }

    func isIntact(_ outputs: JSONObject) -> Bool { VersionInput.isIntact(outputs, services) }

    func run(_ call: TaskCall) throws -> TaskResult {
        try FlowError.translating {
            let version = try VersionInput.version(call.inputs, services)
            let change = try change(call.inputs)
            try services.change(version, change)
            call.log("\(name): \(version.text)")
            return try VersionInput.result(version, services)
        }
    }
}
