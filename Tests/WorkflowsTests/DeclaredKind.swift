import JSON
import Platform
import Workflows

/// A kind of task for tests, which yields its inputs.
struct DeclaredKind: TaskKind {
    var name: String
    var summary = "A kind for tests."
    var version = 1
    var inputs: [TaskInput]
    var outputs: [TaskOutput] = []
    var hasOtherOutputs = false
    var effect = TaskEffect.atLeastOnce

    func reuse(of inputs: JSONObject) -> TaskReuse { .anywhere }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        inputs["data"] == "missing" ? [("data", "There is no dataset missing.")] : []
    }

    func run(_ call: TaskCall) throws -> TaskResult {
        TaskResult(call.inputs.members.map { ($0.name.text, FlowValue($0.value)) })
    }

    private static let preparing = [
        TaskInput("data", .text, isRequired: true, help: "The dataset."),
        TaskInput("clean", .any, help: "Whether it is cleaned."),
        TaskInput("deduplicate", .any, help: "Whether equal rows are left out."),
        TaskInput("eval_split", .number, help: "The share to hold out."),
        TaskInput("name", .text, help: "The new name."),
    ]

    static let kinds = TaskKinds([
        DeclaredKind(
            name: "data.prepare",
            inputs: preparing + [TaskInput("map", .any, help: "Other columns.")],
            outputs: [
                TaskOutput("dataset", .text, help: "The name."),
                TaskOutput("rows", .integer, help: "The number of rows."),
            ]
        ),
        DeclaredKind(
            name: "data.convert",
            inputs: preparing + [TaskInput("by", .text, help: "What keeps rows together.")],
            outputs: [TaskOutput("dataset", .text, help: "The name.")]
        ),
        DeclaredKind(
            name: "train",
            inputs: [
                TaskInput("model", .text, help: "The model."),
                TaskInput("data", .text, isRequired: true, help: "The dataset."),
                TaskInput("epochs", .integer, help: "The passes."),
                TaskInput("steps", .integer, help: "The updates."),
                TaskInput("batch_size", .integer, help: "The rows of an update."),
                TaskInput("samples", .integer, help: "The answers."),
                TaskInput("lr", .number, help: "The rate."),
                TaskInput("learning_rate", .number, help: "The same, by its name."),
                TaskInput("seed", .integer, help: "The seed."),
                TaskInput("objective", .text, help: "The loss."),
                TaskInput("init_adapter", .text, help: "The adapter to begin with."),
            ],
            outputs: [
                TaskOutput("adapter", .text, help: "The adapter."),
                TaskOutput("model", .text, help: "The model."),
                TaskOutput("eval_loss", .number, help: "The held-out loss."),
                TaskOutput("metrics", .object, help: "All metrics."),
            ]
        ),
        DeclaredKind(
            name: "evaluate",
            inputs: [
                TaskInput("model", .text, isRequired: true, help: "The model."),
                TaskInput("tasks", .list, help: "The tasks."),
                TaskInput("baseline", .text, help: "The other model."),
            ],
            outputs: [
                TaskOutput("eval_loss", .number, help: "The held-out loss."),
                TaskOutput("baseline_loss", .number, help: "That of the other model."),
            ],
            hasOtherOutputs: true
        ),
        DeclaredKind(
            name: "shell",
            inputs: [
                TaskInput(
                    "command",
                    .any,
                    isRequired: true,
                    syntax: .command,
                    help: "The command."
                ),
                TaskInput("inputs", .list, help: "Files."),
                TaskInput("outputs", .list, help: "Files."),
                TaskInput("env", .object, help: "Variables."),
                TaskInput("secrets", .object, help: "Secret variables."),
                TaskInput("folder", .text, help: "The working folder."),
            ],
            hasOtherOutputs: true
        ),
        DeclaredKind(
            name: "registry.register",
            inputs: [
                TaskInput("model", .text, isRequired: true, help: "The model."),
                TaskInput("name", .text, isRequired: true, help: "The name."),
                TaskInput("note", .text, help: "A note."),
            ],
            outputs: [TaskOutput("version", .text, help: "The version.")]
        ),
        DeclaredKind(
            name: "registry.stage",
            inputs: [
                TaskInput("version", .text, isRequired: true, help: "The version."),
                TaskInput("stage", .text, isRequired: true, help: "The stage."),
            ],
            outputs: [TaskOutput("version", .text, help: "The version.")]
        ),
        DeclaredKind(
            name: "registry.promote",
            inputs: [
                TaskInput("version", .text, isRequired: true, help: "The version."),
                TaskInput("reason", .text, help: "Why."),
            ]
        ),
    ])

    /// Reads a flow with these kinds.
    static func flow(_ text: String) throws -> Flow {
        try FlowReader(kinds: kinds).parse(text, path: "/flows/test.yaml")
    }

    /// The faults of a flow with these kinds.
    static func faults(_ text: String) -> [String] {
        do {
            _ = try flow(text)
            return []
        } catch {
            return (error as? FlowError)?.details ?? ["\(error)"]
        }
    }
}
