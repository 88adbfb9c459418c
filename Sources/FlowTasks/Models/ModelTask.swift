import JSON
import Platform
import Workflows

/// Makes a model from another one: `model.merge` and `model.quantize`.
struct ModelTask: TaskKind {
    private let services: any TaskServices
    private let isMerge: Bool

    /// `model.merge`.
    static func merge(_ services: any TaskServices) -> ModelTask {
        ModelTask(services: services, isMerge: true)
    }

    /// `model.quantize`.
    static func quantize(_ services: any TaskServices) -> ModelTask {
        ModelTask(services: services, isMerge: false)
    }

    var name: String { isMerge ? "model.merge" : "model.quantize" }
    var summary: String {
        isMerge
            ? "Merges an adapter into its model, and compares the result with both."
            : "Converts a model to another type of weights, and compares the two."
    }
    let version = 1
    // All of them: threads of several computations would only wait for each other.
    let cores = TaskCores.all
    let effect = TaskEffect.atLeastOnce

    var inputs: [TaskInput] {
        [
            TaskInput(
                "model",
                .text,
                isRequired: true,
                help: isMerge
                    ? "The model: the base, or a reference that names an adapter on it."
                    : "The model: a name, path or reference."
            ),
            isMerge
                ? TaskInput("adapter", .text, help: "The adapter, unless `model` names it.")
                : TaskInput(
                    "requantize",
                    .boolean,
                    help: "Allows quantizing a model that is quantized already."
                ),
            TaskInput(
                "type",
                .text,
                isRequired: !isMerge,
                help: "The type of the weights, such as `Q4_K_M` or `F16`."
            ),
            TaskInput("name", .text, help: "The name of the result among the models."),
            TaskInput("output", .text, help: "A file or folder to write instead."),
        ]
    }

    let outputs = [
        TaskOutput("model", .text, help: "The file or folder, as every `model` input reads it."),
        TaskOutput("bytes", .integer, help: "Its size."),
        TaskOutput("sha256", .text, help: "The digest of its content."),
        TaskOutput("divergence", .number, help: "The mean divergence from its source, in nats."),
    ]

    func reuse(of inputs: JSONObject) -> TaskReuse { .anywhere }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        var faults = ModelInput.faults(inputs, ["model"], folder, services)
        if let type = inputs.text("type"), services.modelType(type) == nil {
            faults.append(("type", "There is no type \(VisibleText.name(type)), such as Q4_K_M."))
        }
        if inputs["name"] != nil, inputs["output"] != nil {
            faults.append(("output", "`name` and `output` exclude each other."))
        }
        return faults
    }

    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        var contents = try ModelInput.content(inputs, ["model"], folder, services)
        if let adapter = inputs.text("adapter") {
            contents["adapter"] = try ModelInput.content(
                ofAdapter: TaskPath.absolute(adapter, in: folder)
            )
        }
        return contents
    }

    func isIntact(_ outputs: JSONObject) -> Bool {
        guard let path = outputs.text("model"), let digest = outputs.text("sha256"),
            FilePaths.exists(path)
        else { return false }
        // A later model of the same type and size may have replaced it.
        return (try? services.digest(ofModel: path)) == digest
    }

    func run(_ call: TaskCall) throws -> TaskResult {
        try FlowError.translating {
            var model = try services.model(call.required("model"), in: call.folder)
            if let adapter = call.text("adapter") {
                guard model.adapter == nil else {
                    throw FlowError(
                        .invalid,
                        "`model` names an adapter already, and so does `adapter`."
                    )
                }
                model.adapter = TaskPath.absolute(adapter, in: call.folder)
            }
            guard !isMerge || model.adapter != nil else {
                throw FlowError(.invalid, "\(model.reference) has no adapter to merge.")
            }
            guard isMerge || model.adapter == nil else {
                throw FlowError(
                    .invalid,
                    "\(model.reference) is an adapter.",
                    hint: "Merge it first with `model.merge`, which also takes `type`."
                )
            }
            let product = try services.make(
                ModelOrder(
                    model: model,
                    type: call.text("type"),
                    output: call.text("output").map { TaskPath.absolute($0, in: call.folder) },
                    name: call.text("name") ?? "flow-\(call.key.prefix(12))",
                    allowsRequantizing: call.inputs.flag("requantize")
                ),
                isCancelled: { call.isCancelled },
                progress: { call.progress($0, isMerge ? "merging" : "quantizing") }
            )
            return try result(product)
        }
    }

    private func result(_ product: ModelProduct) throws -> TaskResult {
        let digest = JSONValue.string(try services.digest(ofModel: product.path))
        var outputs: [(name: String, value: FlowValue)] = [
            ("model", FlowValue(.string(product.path), content: digest)),
            ("bytes", FlowValue(.integer(Int(product.byteCount)))),
            ("sha256", FlowValue(digest)),
        ]
        if let divergence = product.divergence {
            outputs.append(("divergence", FlowValue(.number(divergence))))
        }
        return TaskResult(outputs)
    }
}
