public import ModelFiles
public import Transformer

extension TrainingConfiguration {
    /// Checks every setting, alone and against the model.
    ///
    /// - Throws: `TrainingError` with the code `configuration`, which names the
    ///   setting, its value and the values that are possible.
    public func validate(for model: ModelConfiguration, isQuantized: Bool) throws {
        try validateMethod(isQuantized: isQuantized)
        if let steps, let epochs {
            throw TrainingError(
                .configuration,
                "steps \(steps) and epochs \(epochs) exclude each other.",
                hint: "give only one of them"
            )
        }
        if let steps { try require(steps, in: 1...Self.maximumCount, named: "steps") }
        if let epochs { try require(epochs, in: 1...10_000, named: "epochs") }
        try require(batchSize, in: 1...65_536, named: "batch size")
        try require(gradientAccumulation, in: 1...65_536, named: "gradient accumulation")
        // Either may be large, and their product is what a step goes through.
        try require(
            batchSize.multipliedReportingOverflow(by: gradientAccumulation).partialValue,
            in: 1...Self.mostRows,
            named: "batch size times gradient accumulation"
        )
        try require(sequenceLength, in: 2...max(2, model.contextLength), named: "sequence length")
        try require(warmupSteps, in: 0...Self.maximumCount, named: "warmup steps")
        if let interval = evaluationInterval {
            try require(interval, in: 1...Self.maximumCount, named: "evaluation interval")
        }
        if let patience { try require(patience, in: 1...Self.maximumCount, named: "patience") }
        for sentinel in Sentinel.allCases
        where !SentinelActions.possible(for: sentinel).contains(sentinels[sentinel]) {
            let possible = SentinelActions.possible(for: sentinel).map(\.rawValue)
            throw TrainingError(
                .configuration,
                "\(sentinel.rawValue) cannot \(sentinels[sentinel].rawValue).",
                hint: "choose one of \(possible.joined(separator: ", "))"
            )
        }
        if let threads { try require(threads, in: 1...1_024, named: "threads") }
        try validateAdapter(for: model)
        try require(learningRate, named: "learning rate", "above 0") { $0 > 0 }
        try require(loraPlusRatio, named: "LoRA+ ratio", "above 0") { $0 > 0 }
        try require(schedulerPower, named: "scheduler power", "above 0") { $0 > 0 }
        try require(weightDecay, named: "weight decay", "at least 0") { $0 >= 0 }
        try require(maxGradientNorm, named: "max gradient norm", "at least 0") { $0 >= 0 }
        try require(dropout, named: "dropout", "at least 0 and below 1") { $0 >= 0 && $0 < 1 }
        switch checkpointInterval {
        case .steps(let steps):
            try require(steps, in: 1...Self.maximumCount, named: "checkpoint interval")
        case .seconds(let seconds):
            try require(seconds, named: "checkpoint interval", "above 0 s") { $0 > 0 }
        }
    }

    /// Checks every setting, alone and against the model; see `validate(for:isQuantized:)`.
    public func validate(for model: LanguageModel) throws {
        try validate(for: model.configuration, isQuantized: model.file.isQuantized)
    }

    /// The method that a run on such a file uses: `method`, or the file's own kind.
    public func resolvedMethod(isQuantized: Bool) -> Method {
        method ?? (isQuantized ? .qlora : .lora)
    }

    private static let maximumCount = 1_000_000_000
    /// Rows of a step, at most.
    private static let mostRows = 1 << 18

    private func validateMethod(isQuantized: Bool) throws {
        switch resolvedMethod(isQuantized: isQuantized) {
        // A 16-bit model becomes NF4 under qlora; a quantized one stays as it is under both.
        case .lora, .qlora:
            break
        case .full:
            guard !isQuantized else {
                throw TrainingError(
                    .configuration,
                    "method full cannot train a quantized model file.",
                    hint: "train the model's 16-bit file, or with --method qlora"
                )
            }
            guard initialAdapter == nil, dropout == 0 else {
                throw TrainingError(
                    .configuration,
                    "method full trains no adapter, so it takes no initial adapter and no dropout.",
                    hint: "merge the adapter first with `workbench model merge`"
                )
            }
        }
    }

    private func validateAdapter(for model: ModelConfiguration) throws {
        let narrowest = min(
            model.width,
            model.feedForwardWidth,
            model.keyValueHeadCount * model.headWidth
        )
        try require(rank, in: 1...max(1, narrowest), named: "rank")
        try require(alpha, named: "alpha", "above 0") { $0 > 0 }
        if let layers {
            guard !layers.isEmpty else {
                throw TrainingError(.configuration, "layers is empty: nothing would be trained.")
            }
            for layer in layers {
                try require(layer, in: 0...model.layerCount - 1, named: "a layer")
            }
        }
        guard !targets.isEmpty else {
            throw TrainingError(
                .configuration,
                "targets is empty: no projection would be trained.",
                hint:
                    "name at least one of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj"
            )
        }
    }

    private func require(_ value: Int, in range: ClosedRange<Int>, named name: String) throws {
        guard range.contains(value) else {
            throw TrainingError(
                .configuration,
                "\(name) must be between \(range.lowerBound) and \(range.upperBound), not \(value)."
            )
        }
    }

    private func require(
        _ value: Double,
        named name: String,
        _ expectation: String,
        _ holds: (Double) -> Bool
    ) throws {
        guard value.isFinite, holds(value) else {
            throw TrainingError(
                .configuration,
                value.isInfinite
                    ? "\(name) must be finite, not \(value)."
                    : "\(name) must be \(expectation), not \(value)."
            )
        }
    }
}

extension ModelFile {
    /// Whether most of the weights are in blocks that share a scale.
    public var isQuantized: Bool {
        !["F32", "F16", "BF16"].contains(quantization)
    }
}
