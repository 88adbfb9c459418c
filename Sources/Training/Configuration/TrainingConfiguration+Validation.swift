public import ModelFiles
import Platform
public import Transformer

extension TrainingConfiguration {
    /// Checks every setting, by itself and against the model.
    ///
    /// - Throws: `TrainingError` with the code `configuration`, which names the setting, its
    ///   value and the possible values.
    public func validate(for model: ModelConfiguration, isQuantized: Bool) throws {
        try validateMethod(isQuantized: isQuantized)
        if let steps, let epochs {
            throw TrainingError(
                .configuration,
                "steps \(steps) and epochs \(epochs) exclude each other.",
                hint: "give only one of them"
            )
        }
        try OptionRange.require(
            sequenceLength,
            in: 2...max(2, model.contextLength),
            named: "sequence length"
        )
        try validateAdapter(for: model)
        let request = TrainingRequest(self)
        for option in TrainingOptions.all where option.isConfiguration {
            try option.check(request)
        }
        guard minLearningRate <= learningRate else {
            throw TrainingError(
                .configuration,
                "min learning rate \(minLearningRate) is above the learning rate \(learningRate)."
            )
        }
        // Either may be large, but their product is the size of a step.
        try OptionRange.require(
            batchSize.multipliedReportingOverflow(by: gradientAccumulation).partialValue,
            in: 1...Self.maxRows,
            named: "batch size times gradient accumulation"
        )
    }

    /// Checks every setting, by itself and against the model; see `validate(for:isQuantized:)`.
    public func validate(for model: LanguageModel) throws {
        try validate(for: model.configuration, isQuantized: model.file.isQuantized)
    }

    /// The method of a run on such a file: `method`, or the default for the file's kind.
    public func resolvedMethod(isQuantized: Bool) -> Method {
        method ?? (isQuantized ? .qlora : .lora)
    }

    /// The maximum number of rows of a step.
    private static let maxRows = 1 << 18

    private func validateMethod(isQuantized: Bool) throws {
        switch resolvedMethod(isQuantized: isQuantized) {
        // A 16-bit model is quantized to NF4 under qlora; a quantized one is unchanged under both.
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
        try OptionRange.require(rank, in: 1...max(1, narrowest), named: "rank")
        if let layers {
            guard !layers.isEmpty else {
                throw TrainingError(.configuration, "layers is empty: nothing would be trained.")
            }
            for layer in layers {
                try OptionRange.require(layer, in: 0...model.layerCount - 1, named: "a layer")
            }
        }
        for fused in Projection.fused(in: model) {
            let lacking = fused.filter { !targets.contains($0) }
            guard lacking.isEmpty || lacking.count == fused.count else {
                throw TrainingError(
                    .configuration,
                    "targets lacks \(lacking.map(\.rawValue).joined(separator: ", ")): one matrix of "
                        + "this model makes \(fused.map(\.rawValue).joined(separator: ", ")).",
                    hint: "name all of them, or none"
                )
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
}

extension ModelFile {
    /// Whether most of the weights are in blocks that share a scale.
    public var isQuantized: Bool {
        !["F32", "F16", "BF16"].contains(quantization)
    }
}
