package import Workspace

extension CommandText {
    /// The command that starts a run, with what differs from the defaults.
    package static func train(_ request: TrainingRequest) -> String {
        let plain = TrainingRequest(model: request.model, dataset: request.dataset)
        var words = [
            "workbench train --model \(quoted(request.model)) --data \(quoted(request.dataset))"
        ]
        words += options(of: request, beside: plain).map { option in
            option.value.isEmpty ? option.flag : "\(option.flag) \(quoted(option.value))"
        }
        for stage in request.then ?? [] {
            // A stage has the options of the first one, but for those that are about its data.
            var usual = request
            usual.runName = nil
            usual.evaluationDataset = nil
            usual.evaluationSplit = nil
            usual.stage = stage.stage
            usual.initialAdapter = stage.initialAdapter
            let flags = options(of: usual, beside: plain).filter(\.value.isEmpty).map(\.flag)
            let own = options(of: stage, beside: plain).filter(\.value.isEmpty).map(\.flag)
            let changed =
                options(of: stage, beside: usual).filter { !$0.value.isEmpty }
                .map { "\($0.flag.dropFirst(2))=\($0.value)" }
                + own.filter { !flags.contains($0) }.map { "\($0.dropFirst(2))=true" }
                + flags.filter { !own.contains($0) }.map { "\($0.dropFirst(2))=false" }
            let parts = ([stage.dataset] + changed).map(quoted)
            words.append("--then \(quoted(parts.joined(separator: " ")))")
        }
        return words.joined(separator: " ")
    }

    /// The options in which a request differs from another; one without a value is a flag alone.
    private static func options(
        of request: TrainingRequest,
        beside plain: TrainingRequest
    ) -> [(flag: String, value: String)] {
        var options: [(flag: String, value: String)] = []
        func add<Value: Equatable>(
            _ flag: String,
            _ value: KeyPath<TrainingRequest, Value>,
            _ text: (Value) -> String? = { "\($0)" }
        ) {
            let now = request[keyPath: value]
            guard now != plain[keyPath: value], let text = text(now) else { return }
            options.append((flag, text))
        }
        func addOptional<Value: Equatable>(
            _ flag: String,
            _ value: KeyPath<TrainingRequest, Value?>,
            _ text: (Value) -> String = { "\($0)" }
        ) {
            add(flag, value) { $0.map(text) }
        }
        func addFlag(_ flag: String, _ value: KeyPath<TrainingRequest, Bool?>) {
            add(flag, value) { $0 == true ? "" : nil }
        }
        addOptional("--method", \.method, \.rawValue)
        addOptional("--stage", \.stage, \.rawValue)
        addOptional("--steps", \.steps)
        addOptional("--epochs", \.epochs)
        add("--batch-size", \.batchSize)
        add("--learning-rate", \.learningRate)
        add("--rank", \.rank)
        add("--alpha", \.alpha)
        add("--targets", \.targets) { $0.joined(separator: ",") }
        addOptional("--layers", \.layers, TrainingRequest.text(ofLayers:))
        add("--dropout", \.dropout)
        addOptional("--init", \.initialization)
        addFlag("--rslora", \.usesRankStabilization)
        addOptional("--loraplus-ratio", \.loraPlusRatio)
        addOptional("--init-adapter", \.initialAdapter)
        add("--sequence-length", \.sequenceLength)
        addOptional("--over-length", \.overLength)
        addOptional("--documents", \.documents)
        addOptional("--allow", \.allowedFindings) { $0.joined(separator: ",") }
        add("--no-packing", \.isPacked) { $0 ? nil : "" }
        add("--no-shuffle", \.isShuffled) { $0 ? nil : "" }
        addOptional("--optimizer", \.optimizer)
        add("--scheduler", \.scheduler, \.rawValue)
        addOptional("--scheduler-power", \.schedulerPower)
        add("--warmup", \.warmupSteps)
        add("--weight-decay", \.weightDecay)
        add("--max-grad-norm", \.maxGradientNorm)
        add("--gradient-accumulation", \.gradientAccumulation)
        add("--precision", \.precision, \.rawValue)
        addFlag("--recompute", \.recomputes)
        addOptional("--eval-data", \.evaluationDataset)
        addOptional("--eval-split", \.evaluationSplit)
        addOptional("--eval-every", \.evaluationInterval)
        add("--checkpoint-every", \.checkpointInterval, \.text)
        addOptional("--patience", \.patience)
        addFlag("--best", \.choosesBest)
        addOptional("--samples", \.sampleCount)
        if request.samplePrompts != plain.samplePrompts {
            options += (request.samplePrompts ?? []).map { ("--sample-prompt", $0) }
        }
        if request.sentinels != plain.sentinels {
            options += (request.sentinels ?? [:]).sorted { $0.key < $1.key }
                .map { ("--on", "\($0.key)=\($0.value)") }
        }
        add("--seed", \.seed)
        addOptional("--threads", \.threads)
        addOptional("--experiment", \.experiment)
        addOptional("--run-name", \.runName)
        return options
    }
}
