import JSON
import Platform
import Runs
import Workflows

/// The outputs of a task that trains.
enum TrainingOutput {
    /// The outputs of a finished run.
    static func result(of summary: RunSummary, _ services: any TaskServices) throws -> TaskResult {
        guard let path = summary.resultPath, isComplete(path) else {
            throw FlowError(.failed, "Run \(summary.id) is finished, but its result is missing.")
        }
        let model = try services.model("runs:/\(summary.id)", in: "/")
        let content = try ModelInput.content(of: model, services)
        var outputs: [(name: String, value: FlowValue)] = [
            // An id says nothing about the content.
            ("run", FlowValue(.string(summary.id), content: .null)),
            ("model", FlowValue(.string(model.reference), content: content)),
        ]
        if let adapter = model.adapter {
            let digest = try ModelInput.content(ofAdapter: adapter)
            outputs.append(("adapter", FlowValue(.string(adapter), content: digest)))
            outputs.append(("path", FlowValue(.string(path), content: digest)))
        } else {
            outputs.append(("path", FlowValue(.string(path), content: content)))
        }
        outputs.append(("steps", FlowValue(.integer(summary.stepsDone))))
        for (key, value) in summary.metrics.sorted(by: { $0.key < $1.key }) {
            let name = name(of: key)
            guard !key.hasPrefix("system/"), !outputs.contains(where: { $0.name == name }) else {
                continue
            }
            // Times are not the same twice, so nothing is keyed by them.
            outputs.append((name, FlowValue(.number(value), content: isTimed(key) ? .null : nil)))
        }
        return TaskResult(outputs)
    }

    /// Whether a result is on the disk.
    static func isComplete(_ path: String) -> Bool {
        FilePaths.isFolder(path)
            ? FilePaths.exists("\(path)/adapter_model.safetensors") : FilePaths.isFile(path)
    }

    /// The name of a metric in expressions, which have letters, digits and `_`.
    static func name(of metric: String) -> String {
        var name = ""
        for scalar in metric.lowercased().unicodeScalars {
            let isPlain =
                ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_"
            name.unicodeScalars.append(isPlain ? scalar : "_")
        }
        if let first = name.utf8.first, (0x30...0x39).contains(first) { name = "_\(name)" }
        return name
    }

    private static func isTimed(_ metric: String) -> Bool {
        metric == MetricName.tokensPerSecond || metric == MetricName.secondsPerStep
    }
}
