import Datasets
import JSON
import Platform
import Workflows

/// Makes a dataset of the workspace: `data.prepare` from any data, `data.convert` by at least one
/// step.
struct PrepareTask: TaskKind {
    let services: any TaskServices
    let name: String
    let summary: String
    private let needsStep: Bool

    /// `data.prepare`.
    static func prepare(_ services: any TaskServices) -> PrepareTask {
        PrepareTask(
            services: services,
            name: "data.prepare",
            summary:
                "Adds a dataset, file or folder to the workspace: cleaned, deduplicated, split.",
            needsStep: false
        )
    }

    /// `data.convert`.
    static func convert(_ services: any TaskServices) -> PrepareTask {
        PrepareTask(
            services: services,
            name: "data.convert",
            summary:
                "Makes a dataset from another one by at least one step, such as other columns.",
            needsStep: true
        )
    }

    private init(
        services: any TaskServices,
        name: String,
        summary: String,
        needsStep: Bool
    ) {
        self.services = services
        self.name = name
        self.summary = summary
        self.needsStep = needsStep
    }

    let version = 1
    let effect = TaskEffect.atLeastOnce
    let inputs =
        [
            TaskInput(
                "data",
                .text,
                isRequired: true,
                help: "A dataset's name, or a file or folder."
            ),
            TaskInput(
                "name",
                .text,
                help: "The name of the result; else made of that of the data."
            ),
        ] + PreparationInputs.all
    let outputs = [
        TaskOutput("dataset", .text, help: "The dataset, as inputs name it: its name and digest."),
        TaskOutput("digest", .text, help: "The SHA-256 of its content."),
        TaskOutput("rows", .integer, help: "Rows to train on."),
        TaskOutput("held_out_rows", .integer, help: "Rows that are held out."),
        TaskOutput("path", .text, help: "Its file or folder."),
    ]

    func reuse(of inputs: JSONObject) -> TaskReuse { .anywhere }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        PreparationInputs.faults(inputs)
            + inputs.faults(of: ["data"]) { _ = try services.source($0, in: folder) }
    }

    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        guard let reference = inputs.text("data") else { return [:] }
        return try FlowError.translating {
            ["data": .string(try services.source(reference, in: folder).digest)]
        }
    }

    func isIntact(_ outputs: JSONObject) -> Bool {
        guard let reference = outputs.text("dataset"), let digest = outputs.text("digest"),
            let dataset = try? services.dataset(reference, in: "/")
        else { return false }
        return dataset.digest == digest
    }

    func run(_ call: TaskCall) throws -> TaskResult {
        try FlowError.translating {
            let data = try services.source(call.required("data"), in: call.folder)
            let preparation = try PreparationInputs.preparation(call.inputs)
            guard !needsStep || !preparation.isEmpty else {
                throw FlowError(
                    .invalid,
                    "There is nothing to be done to \(data.name).",
                    hint: "Give `map`, `format`, `clean`, `deduplicate` or `eval_split`."
                )
            }
            let made = try services.prepare(data, name: call.text("name"), preparation)
            call.log(
                "\(made.name)@\(made.digest.prefix(8)): \(made.rows) rows, \(made.heldOutRows) held out, "
                    + "from \(data.name) with \(data.rows) and \(data.heldOutRows)"
            )
            let digest = JSONValue.string(made.digest)
            return TaskResult([
                ("dataset", FlowValue(.string(made.reference), content: digest)),
                ("digest", FlowValue(digest)), ("rows", FlowValue(.integer(made.rows))),
                ("held_out_rows", FlowValue(.integer(made.heldOutRows))),
                ("path", FlowValue(.string(made.path), content: digest)),
            ])
        }
    }
}
