package import Workspace

/// Command lines that do what a key does, as the log of actions shows them.
package enum CommandText {
    /// An argument in quotes where a shell would take it apart.
    package static func quoted(_ argument: String) -> String {
        let plain = argument.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF:
                true
            default: "-_./@:=+,%".utf8.contains(byte)
            }
        }
        if plain, !argument.isEmpty { return argument }
        let escaped = argument.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''")
        return "'\(escaped)'"
    }

    /// The command that makes a new dataset of one.
    package static func convert(_ dataset: String, _ preparation: DatasetPreparation) -> String {
        if let share = preparation.heldOutShare {
            return "workbench data split \(quoted(dataset)) --eval \(share)"
        }
        var words = ["workbench data convert \(quoted(dataset))"]
        if let cleaning = preparation.cleaning { words.append("--clean \(quoted(cleaning))") }
        if preparation.deduplication != nil { words.append("--deduplicate") }
        return words.joined(separator: " ")
    }

    /// The command that starts a run, with what differs from the defaults.
    package static func train(_ request: TrainingRequest) -> String {
        let plain = TrainingRequest(model: request.model, dataset: request.dataset)
        var words = [
            "workbench train --model \(quoted(request.model)) --data \(quoted(request.dataset))"
        ]
        func add<Value: Equatable>(
            _ flag: String,
            _ value: KeyPath<TrainingRequest, Value>,
            _ text: (Value) -> String? = { "\($0)" }
        ) {
            let now = request[keyPath: value]
            guard now != plain[keyPath: value], let text = text(now) else { return }
            words.append(text.isEmpty ? flag : "\(flag) \(quoted(text))")
        }
        add("--method", \.method) { $0?.rawValue }
        add("--stage", \.stage) { $0?.rawValue }
        add("--steps", \.steps) { $0.map(String.init) }
        add("--epochs", \.epochs) { $0.map(String.init) }
        add("--batch-size", \.batchSize)
        add("--learning-rate", \.learningRate)
        add("--rank", \.rank)
        add("--alpha", \.alpha)
        add("--sequence-length", \.sequenceLength)
        add("--warmup", \.warmupSteps)
        add("--weight-decay", \.weightDecay)
        add("--gradient-accumulation", \.gradientAccumulation)
        add("--eval-data", \.evaluationDataset) { $0 }
        add("--eval-split", \.evaluationSplit) { $0.map { "\($0)" } }
        add("--over-length", \.overLength) { $0 }
        add("--documents", \.documents) { $0 }
        add("--allow", \.allowedFindings) { $0?.joined(separator: ",") }
        add("--seed", \.seed)
        add("--run-name", \.runName) { $0 }
        return words.joined(separator: " ")
    }
}
