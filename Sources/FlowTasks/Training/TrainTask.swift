import JSON
import Platform
import Runs
import Training
import Workflows

/// Trains a model: a run of the tracker, which a retry continues from its checkpoint.
struct TrainTask: TaskKind {
    let services: any TaskServices

    init(_ services: any TaskServices) { self.services = services }

    let name = "train"
    let summary = "Trains an adapter or a model. The inputs are the options of `workbench train`."
    let version = 1
    // All of them: threads of several computations would only wait for each other.
    let cores = TaskCores.all
    let effect = TaskEffect.atLeastOnce
    let hasOtherOutputs = true
    let inputs = TrainingInput.all
    let outputs = [
        TaskOutput("run", .text, help: "The run of the tracker."),
        TaskOutput("model", .text, help: "The result, as every `model` input reads it."),
        TaskOutput(
            "adapter",
            .text,
            help: "The folder of the adapter; missing if all weights were trained."
        ),
        TaskOutput("path", .text, help: "The adapter's folder, or the model's file."),
        TaskOutput("loss", .number, help: "The loss of the last step."),
        TaskOutput(
            "eval_loss",
            .number,
            help: "The last held-out loss; missing if nothing is held out."
        ),
        TaskOutput("best_eval_loss", .number, help: "The lowest held-out loss."),
        TaskOutput("steps", .integer, help: "The number of steps that were done."),
    ]

    func reuse(of inputs: JSONObject) -> TaskReuse { .anywhere }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        var faults = TrainingInput.faults(inputs)
        faults += DatasetInput.faults(inputs, ["data", "eval_data"], folder, services)
        faults += ModelInput.faults(inputs, ["model"], folder, services)
        if let adapter = inputs.text("init_adapter"),
            let fault = TaskPath.fault(adapter, in: folder)
        {
            faults.append(("init_adapter", fault))
        }
        return faults
    }

    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        var contents = try DatasetInput.content(inputs, ["data", "eval_data"], folder, services)
        contents["model"] = try FlowError.translating {
            // Without one it is the default model, which counts too.
            try ModelInput.content(of: services.model(inputs.text("model"), in: folder), services)
        }
        if let adapter = inputs.text("init_adapter") {
            contents["init_adapter"] = try ModelInput.content(
                ofAdapter: TaskPath.absolute(adapter, in: folder)
            )
        }
        for option in TrainingInput.uncounted {
            let name = TrainingInput.name(of: option)
            if inputs[name] != nil { contents[name] = .null }
        }
        return contents
    }

    func isIntact(_ outputs: JSONObject) -> Bool {
        guard let run = outputs.text("run"), let path = outputs.text("path"),
            let summary = try? services.runs.summary(run)
        else { return false }
        return !summary.isDeleted && TrainingOutput.isComplete(path)
    }

    func run(_ call: TaskCall) throws -> TaskResult {
        try FlowError.translating {
            let request = try request(call.inputs, in: call.folder, as: call.task)
            let run = try TrainingRun(call, services).finish(request)
            return try TrainingOutput.result(of: run, services)
        }
    }

    func cost(of inputs: JSONObject, folder: String) -> TaskCost? {
        guard let request = try? request(inputs, in: folder, as: name),
            let plan = try? services.runs.plan(request, isMeasured: false)
        else { return nil }
        return TaskCost(
            seconds: plan.seconds,
            isScaled: plan.timeBasis == .scaled,
            memoryBytes: plan.memoryBytes
        )
    }

    /// The request of inputs, with their names resolved.
    private func request(
        _ inputs: JSONObject,
        in folder: String,
        as task: String
    ) throws -> TrainingRequest {
        var request = TrainingRequest(model: "", dataset: "")
        try TrainingInput.apply(inputs, to: &request)
        let model = try services.model(inputs.text("model"), in: folder)
        request.model = model.base
        let data = try services.dataset(inputs.required("data"), in: folder)
        request.dataset = data.path
        if let name = inputs.text("eval_data") {
            let evaluation = try services.dataset(name, in: folder)
            request.evaluationDataset = evaluation.path
        }
        let initial = inputs.text("init_adapter").map { TaskPath.absolute($0, in: folder) }
        if initial != nil, model.adapter != nil {
            throw FlowError(
                .invalid,
                "`model` is an adapter already, and `init_adapter` names another one.",
                hint: "Name the base model, or leave out `init_adapter`."
            )
        }
        request.initialAdapter = initial ?? model.adapter
        if let adapter = request.initialAdapter { try adopt(adapter, &request, inputs) }
        if request.runName == nil { request.runName = task }
        return request
    }

    /// Gives a request the shape of the adapter that it continues, and refuses inputs that say
    /// otherwise.
    private func adopt(
        _ adapter: String,
        _ request: inout TrainingRequest,
        _ inputs: JSONObject
    ) throws {
        let asked = request
        try request.adoptShape(ofAdapter: adapter)
        for option in TrainingOptions.all where inputs[TrainingInput.name(of: option)] != nil {
            let isOther =
                switch option.adapterRule {
                case .open: false
                case .shape: !option.isSame(asked, request)
                case .newOnly: option.name != "init-adapter"
                }
            guard isOther else { continue }
            throw FlowError(
                .invalid,
                "`\(TrainingInput.name(of: option))` contradicts the adapter that is continued.",
                hint: "Leave it out: the adapter decides."
            )
        }
    }
}
