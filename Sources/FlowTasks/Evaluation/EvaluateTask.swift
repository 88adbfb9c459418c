import Foundation
import JSON
import Platform
import Runs
import Training
import Workflows

/// Measures the held-out loss of a model, beside that of another one.
struct EvaluateTask: TaskKind {
    let services: any TaskServices

    init(_ services: any TaskServices) { self.services = services }

    let name = "evaluate"
    let summary = "Measures a model on the held-out rows of datasets."
    let version = 1
    // All of them: threads of several computations would only wait for each other.
    let cores = TaskCores.all
    let effect = TaskEffect.atLeastOnce
    let hasOtherOutputs = true
    let inputs = [
        TaskInput("model", .text, isRequired: true, help: "The model: a name, path or reference."),
        TaskInput("tasks", .any, help: "The names of datasets, whose held-out rows are measured."),
        TaskInput("data", .text, help: "The same for a single dataset."),
        TaskInput(
            "baseline",
            .text,
            help: "A model to compare with. A registered one that does not exist yet is left out."
        ),
        TaskInput("eval_split", .number, help: "The share of the rows to hold out, as of `train`."),
        TaskInput("sequence_length", .integer, help: "The longest row in tokens, as of `train`."),
    ]
    let outputs = [
        TaskOutput("eval_loss", .number, help: "The mean loss over all held-out targets, in nats."),
        TaskOutput("perplexity", .number, help: "The exponential of it."),
        TaskOutput("rows", .integer, help: "The rows that were measured."),
        TaskOutput("baseline_loss", .number, help: "The loss of the baseline, if there is one."),
        TaskOutput(
            "difference",
            .number,
            help: "`eval_loss` less `baseline_loss`: below 0 is better."
        ),
    ]

    func reuse(of inputs: JSONObject) -> TaskReuse { .anywhere }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        var faults = ModelInput.faults(inputs, ["model", "baseline"], folder, services)
        faults += DatasetInput.faults(inputs, ["data"], folder, services)
        do {
            for task in try inputs.texts("tasks") { _ = try dataset(of: task, folder) }
        } catch {
            faults.append(("tasks", FlowError(task: error).sentences))
        }
        for name in ["eval_split", "sequence_length"] where inputs[name] != nil {
            faults += TrainingInput.faults(inputs).filter { $0.input == name }
        }
        return faults
    }

    func faults(
        in inputs: JSONObject,
        given: Set<String>,
        folder: String
    ) -> [(input: String, fault: String)] {
        let isNamed = given.contains("data") || (given.contains("tasks") && inputs["tasks"] != [])
        return faults(in: inputs, folder: folder) + (isNamed ? [] : [("tasks", Self.noData)])
    }

    private static let noData = "Name the datasets to measure on in `tasks` or `data`."

    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        var contents = try ModelInput.content(inputs, ["model"], folder, services)
        contents["baseline"] = try FlowError.translating {
            // Without it the same as if none were given.
            try baseline(inputs, folder).map { try ModelInput.content(of: $0, services) } ?? .null
        }
        contents.merge(try DatasetInput.content(inputs, ["data"], folder, services)) { $1 }
        let tasks = try inputs.texts("tasks")
        guard !tasks.isEmpty else { return contents }
        contents["tasks"] = .array(
            try FlowError.translating {
                // Each loss is an output named after its dataset.
                try tasks.map { .string("\($0) \(try dataset(of: $0, folder).digest)") }
            }
        )
        return contents
    }

    func run(_ call: TaskCall) throws -> TaskResult {
        try FlowError.translating {
            let names = try call.inputs.texts("tasks") + [call.text("data")].compactMap { $0 }
            guard !names.isEmpty else {
                throw FlowError(.invalid, Self.noData)
            }
            let data = try names.map { try dataset(of: $0, call.folder) }
            let model = try services.model(call.required("model"), in: call.folder)
            let baseline = try baseline(call.inputs, call.folder)
            if baseline == nil, let name = call.text("baseline") {
                call.log("\(name) does not exist yet, so there is no baseline")
            }
            var own: [HeldOutMeasurement] = []
            var other: [HeldOutMeasurement] = []
            let count = Double(data.count * (baseline == nil ? 1 : 2))
            for dataset in data {
                call.progress(Double(own.count + other.count) / count, dataset.name)
                own.append(try measure(model, on: dataset, call))
                if let baseline { other.append(try measure(baseline, on: dataset, call)) }
            }
            return Self.result(names, own, other)
        }
    }

    /// The model to compare with; nil if none is named, or a registered one that does not exist yet, as
    /// before the first deployment.
    private func baseline(_ inputs: JSONObject, _ folder: String) throws -> TaskModel? {
        guard let reference = inputs.text("baseline") else { return nil }
        do {
            return try services.model(reference, in: folder)
        } catch let error as any AnyCodedError
            where error.general.code == .notFound && reference.hasPrefix("models:/")
        {
            return nil
        }
    }

    private func measure(
        _ model: TaskModel,
        on dataset: TaskDataset,
        _ call: TaskCall
    ) throws -> HeldOutMeasurement {
        var request = TrainingRequest(model: model.base, dataset: dataset.path)
        try TrainingInput.apply(Self.measuring(call.inputs), to: &request)
        request.initialAdapter = model.adapter
        let measured = try services.runs.measure(request) { call.isCancelled }
        call.log("\(model.reference) on \(measured.rows) rows of \(dataset.name): \(measured.loss)")
        return measured
    }

    /// The inputs that are training options.
    private static func measuring(_ inputs: JSONObject) -> JSONObject {
        var own = JSONObject()
        for name in ["eval_split", "sequence_length"] {
            if let value = inputs[name] { _ = own.insert(value, named: JSONName(name)) }
        }
        return own
    }

    private func dataset(of task: String, _ folder: String) throws -> TaskDataset {
        do {
            return try services.dataset(task, in: folder)
        } catch let error as any AnyCodedError where error.general.code == .notFound {
            throw FlowError(
                .invalid,
                "\(VisibleText.name(task)) is no dataset; other tasks than a held-out loss come with "
                    + "evaluation.",
                hint: "Name datasets in `tasks`: `workbench data list` lists them."
            )
        }
    }

    private static func result(
        _ names: [String],
        _ own: [HeldOutMeasurement],
        _ other: [HeldOutMeasurement]
    ) -> TaskResult {
        let loss = mean(own)
        var outputs: [(String, Double)] = [("eval_loss", loss), ("perplexity", exp(loss))]
        if !other.isEmpty {
            outputs += [("baseline_loss", mean(other)), ("difference", loss - mean(other))]
        }
        if names.count > 1 {
            for (place, name) in names.enumerated() {
                let prefix = TrainingOutput.name(of: String(name.prefix { $0 != "@" }))
                outputs.append(("\(prefix)_eval_loss", own[place].loss))
                if !other.isEmpty { outputs.append(("\(prefix)_baseline_loss", other[place].loss)) }
            }
        }
        var values: [(name: String, value: FlowValue)] = [
            ("rows", FlowValue(.integer(own.reduce(0) { $0 + $1.rows })))
        ]
        for (name, value) in outputs where !values.contains(where: { $0.name == name }) {
            values.append((name, FlowValue(.number(value))))
        }
        return TaskResult(values)
    }

    /// The mean over all targets of all datasets.
    private static func mean(_ parts: [HeldOutMeasurement]) -> Double {
        let targets = parts.reduce(0) { $0 + $1.targets }
        return parts.reduce(0) { $0 + $1.loss * Double($1.targets) } / Double(max(1, targets))
    }
}
