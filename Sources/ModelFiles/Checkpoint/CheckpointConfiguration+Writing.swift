import JSON
import Platform
import Tensors
import Tokenizers

extension CheckpointConfiguration {
    /// The `config.json` of a model that is stored in that type, with the tokens that start and end
    /// texts.
    ///
    /// - Throws: `ModelFileError` if `config.json` cannot express the scaling of its rotary
    ///   embedding.
    static func settings(
        of model: ModelFile,
        type: ElementType
    ) throws(ModelFileError) -> JSONObject {
        let sizes = model.configuration
        let isMistral = sizes.architecture == "llama" && sizes.slidingWindow != nil
        let kind = isMistral ? "mistral" : sizes.traits.modelTypes[0]
        var settings = JSONObject()
        func set(_ name: String, _ value: JSONValue) {
            _ = settings.insert(value, named: JSONName(name))
        }
        let name = sizes.traits.className ?? kind.prefix(1).uppercased() + kind.dropFirst()
        set("architectures", [.string(name + "ForCausalLM")])
        set("model_type", .string(kind))
        set("torch_dtype", .string(Self.typeName(type)))
        for (name, number) in [
            ("vocab_size", sizes.vocabularySize), ("hidden_size", sizes.width),
            ("num_hidden_layers", sizes.layerCount), ("num_attention_heads", sizes.headCount),
            ("num_key_value_heads", sizes.keyValueHeadCount), ("head_dim", sizes.headWidth),
            (sizes.traits.feedForwardWidthName, sizes.feedForwardWidth),
            ("max_position_embeddings", sizes.contextLength),
        ] { set(name, .integer(number)) }
        let activation = sizes.traits.activation.rawValue
        set(activation == "silu" ? "hidden_act" : "hidden_activation", .string(activation))
        set("rms_norm_eps", .number(Self.shortest(sizes.rmsEpsilon)))
        for (name, value) in sizes.traits.settings.sorted(by: { $0.key < $1.key }) {
            set(name, value)
        }
        guard sizes.traits.isHybrid || !sizes.rotatesNothing else {
            throw ModelFileError(
                .unsupportedArchitecture,
                "\(model.path) does not rotate queries and keys, which the config.json of \(kind) "
                    + "cannot represent.",
                hint: "use the file as it is"
            )
        }
        addParts(of: sizes, set)
        set("tie_word_embeddings", .boolean(sizes.tiesEmbeddings))
        if sizes.traits.writesWindow || isMistral {
            set("sliding_window", sizes.slidingWindow.map { .integer($0) } ?? .null)
        }
        if sizes.traits.countsWindowLayers {
            set("use_sliding_window", .boolean(sizes.slidingWindow != nil))
            set("max_window_layers", .integer(sizes.slidingWindow == nil ? sizes.layerCount : 0))
        }
        try addRope(of: model, set)
        let tokenizer = model.tokenizer
        set("bos_token_id", tokenizer.bos.map { .integer(Int($0)) } ?? .null)
        set("eos_token_id", tokenizer.eos.map { .integer(Int($0)) } ?? .null)
        return settings
    }

    /// The settings that the architecture adds to the plain one.
    private static func addParts(
        of sizes: ModelConfiguration,
        _ set: (String, JSONValue) -> Void
    ) {
        if sizes.traits.hasMultipliers {
            let multipliers = sizes.multipliers
            for (name, number) in [
                ("embedding_multiplier", multipliers.embedding),
                ("residual_multiplier", multipliers.residual),
                ("attention_multiplier", sizes.attentionScale),
                ("logits_scaling", multipliers.logits),
            ] { set(name, .number(shortest(number))) }
        }
        if let caps = sizes.traits.softCaps {
            for (name, cap, isThere) in [
                ("attn_logit_softcapping", sizes.softCaps.scores, caps.scores != nil),
                ("final_logit_softcapping", sizes.softCaps.logits, true),
            ] where isThere { set(name, cap.map { .number(shortest($0)) } ?? .null) }
        }
        if sizes.traits.queryScalar != nil {
            set("query_pre_attn_scalar", .number(sizes.queryScalar))
        }
        if sizes.traits.windowPeriod != nil, sizes.slidingWindow != nil {
            let kinds = (0..<sizes.layerCount).map {
                sizes.window($0) == nil ? "full_attention" : "sliding_attention"
            }
            set("layer_types", .array(kinds.map { .string($0) }))
        }
        if let theta = sizes.localRopeTheta {
            set("rope_local_base_freq", .number(shortest(theta)))
        }
        if sizes.traits.isHybrid {
            let kinds = [JSONValue](repeating: "attention", count: sizes.layerCount)
            set("layer_types", .array(kinds))
            set("position_embedding_type", sizes.rotatesNothing ? "nope" : "rope")
        }
        if sizes.traits.unrotatedInterval != nil {
            let marks = (0..<sizes.layerCount).map { sizes.unrotatedLayers.contains($0) ? 0 : 1 }
            set("no_rope_layers", .array(marks.map { .integer($0) }))
        }
        if sizes.traits.rotatesPartially {
            let share = Double(sizes.rotatedWidth) / Double(sizes.headWidth)
            set("partial_rotary_factor", .number(share))
        }
        if sizes.traits.rotaryScaling == .longRope {
            let context = sizes.originalContextLength ?? sizes.contextLength
            set("original_max_position_embeddings", .integer(context))
        }
    }

    private static func addRope(
        of model: ModelFile,
        _ set: (String, JSONValue) -> Void
    ) throws(ModelFileError) {
        let theta = shortest(model.configuration.ropeTheta)
        set("rope_theta", .number(theta))
        if let long = model.rotaryFactors.long {
            let short = model.rotaryFactors.short ?? long.map { _ in 1 }
            try checkAmplitude(of: model)
            set(
                "rope_scaling",
                [
                    "type": "longrope",
                    "short_factor": .array(short.map { .number(shortest($0)) }),
                    "long_factor": .array(long.map { .number(shortest($0)) }),
                ]
            )
            return
        }
        guard let rope = RopeSettings(theta: theta, factors: model.rotaryFactors.short) else {
            throw ModelFileError(
                .unsupportedArchitecture,
                "\(model.path) scales its rotary embedding by factors (rope_freqs.weight) that "
                    + "config.json cannot represent.",
                hint: "use the file as it is"
            )
        }
        switch rope.scaling {
        // LongRoPE without a list for long sequences was written as none above.
        case .longRope, .none: set("rope_scaling", .null)
        case .linear(let factor):
            set("rope_scaling", ["rope_type": "linear", "factor": .number(factor)])
        case .llama3(let factor, let low, let high, let context):
            set(
                "rope_scaling",
                [
                    "rope_type": "llama3", "factor": .number(factor),
                    "low_freq_factor": .number(low), "high_freq_factor": .number(high),
                    "original_max_position_embeddings": .integer(Int(context)),
                ]
            )
        }
    }

    /// `config.json` cannot express LongRoPE's amplitude, which follows from the two contexts.
    private static func checkAmplitude(of model: ModelFile) throws(ModelFileError) {
        let sizes = model.configuration
        let amplitude = RopeSettings.amplitude(
            context: sizes.contextLength,
            original: sizes.originalContextLength ?? sizes.contextLength
        )
        guard abs(amplitude - sizes.rotaryAmplitude) <= 1e-5 * amplitude else {
            throw ModelFileError(
                .unsupportedArchitecture,
                "\(model.path) multiplies rotated queries and keys by \(sizes.rotaryAmplitude) "
                    + "(rope.scaling.attn_factor), which config.json cannot represent.",
                hint: "use the file as it is"
            )
        }
    }

    /// PyTorch's name of a type.
    static func typeName(_ type: ElementType) -> String {
        switch type {
        case .f16: "float16"
        case .bf16: "bfloat16"
        default: "float32"
        }
    }

    /// The number as a person wrote it: the shortest of those with the same float32.
    private static func shortest(_ number: Float) -> Double {
        Double("\(number)") ?? Double(number)
    }
}
