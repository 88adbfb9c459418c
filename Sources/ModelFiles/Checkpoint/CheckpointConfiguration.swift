import JSON

/// The model's sizes in the `config.json` of a Hugging Face model folder.
///
/// Every setting that changes results is either supported or refused.
struct CheckpointConfiguration {
    let configuration: ModelConfiguration
    /// The divisors of the rotary frequencies.
    let rotaryFactors: RotaryFactors

    /// Reads the configuration of the model in `folder`.
    ///
    /// - Parameter hasOutputMatrix: Called if the file does not say whether embeddings are tied.
    init(
        folder: String,
        hasOutputMatrix: () throws(ModelFileError) -> Bool
    ) throws(ModelFileError) {
        let path = "\(folder)/config.json"
        guard let settings = try JSONPart.read(path, .model) else {
            throw FolderContent(folder).withoutConfiguration()
        }
        let architecture = try Self.architecture(settings)
        try Self.refuseUnsupportedSettings(settings, architecture)
        if architecture.isHybrid { try Self.refuseOtherLayers(settings) }
        let width = try settings.dimension("hidden_size")
        let heads = try settings.dimension("num_attention_heads")
        let keyValueHeads = try settings.dimension("num_key_value_heads", default: heads)
        guard heads % keyValueHeads == 0 else {
            throw settings.refusal("\(heads) heads cannot share \(keyValueHeads)")
        }
        guard settings.has("head_dim") || architecture.headWidth != nil || width % heads == 0 else {
            throw settings.refusal("the width \(width) is no multiple of \(heads) heads")
        }
        let headWidth = try settings.dimension(
            "head_dim",
            default: architecture.headWidth ?? width / heads
        )
        guard headWidth % 2 == 0 else {
            throw settings.refusal("a head is \(headWidth) wide, which is odd")
        }
        let layers = try settings.dimension("num_hidden_layers")
        let isTied: Bool
        if let said = try settings.flag("tie_word_embeddings") {
            isTied = said
        } else {
            isTied = !(try hasOutputMatrix())
        }
        let rope = try RopeSettings(settings)
        let window = try Self.window(settings, architecture, layers: layers)
        let rotatedWidth = try Self.rotatedWidth(settings, architecture, headWidth: headWidth)
        let context = try settings.dimension("max_position_embeddings")
        let original = try rope.originalContext(settings, architecture, context: context)
        configuration = ModelConfiguration(
            architecture: architecture.name,
            name: folder.split(separator: "/").last.map(String.init) ?? "",
            vocabularySize: try settings.dimension("vocab_size"),
            width: width,
            layerCount: layers,
            headCount: heads,
            keyValueHeadCount: keyValueHeads,
            headWidth: headWidth,
            feedForwardWidth: try settings.dimension(architecture.feedForwardWidthName),
            contextLength: context,
            ropeTheta: Float(rope.theta),
            rmsEpsilon: Float(try settings.positive("rms_norm_eps", default: 1e-6)),
            tiesEmbeddings: isTied,
            slidingWindow: window,
            rotatedWidth: rotatedWidth,
            originalContextLength: original,
            rotaryAmplitude: original.map {
                RopeSettings.amplitude(context: context, original: $0)
            } ?? 1,
            unrotatedLayers: try Self.unrotatedLayers(settings, architecture, layers: layers),
            multipliers: try Self.multipliers(settings, architecture, width: width),
            globalLayers: window == nil
                ? [] : try Self.globalLayers(settings, architecture, layers: layers),
            localRopeTheta: window == nil
                ? nil : try RopeSettings.localTheta(settings, architecture),
            softCaps: try Self.softCaps(settings, architecture)
        )
        rotaryFactors = try rope.factors(settings, rotatedWidth: rotatedWidth)
    }

    private static func architecture(
        _ settings: JSONPart
    ) throws(ModelFileError) -> Architecture {
        let type = try settings.string("model_type") ?? ""
        guard let architecture = Architecture.all.first(where: { $0.modelTypes.contains(type) })
        else {
            let known = Architecture.all.flatMap(\.modelTypes).joined(separator: ", ")
            throw settings.unsupported("its model_type is \"\(type)\"; supported: \(known)")
        }
        return architecture
    }

    private static func refuseUnsupportedSettings(
        _ settings: JSONPart,
        _ architecture: Architecture
    ) throws(ModelFileError) {
        let name = settings.has("hidden_activation") ? "hidden_activation" : "hidden_act"
        let expected = architecture.activation.rawValue
        let activation = try settings.string(name) ?? expected
        guard activation == expected else { throw settings.unsupported("it uses \(activation)") }
        if try settings.flag("use_bidirectional_attention") == true {
            throw settings.unsupported("its attention is not causal")
        }
        // Only MLX uses this name, for its quantization.
        if let mlx = try settings.part("quantization"), mlx.has("bits") {
            throw settings.unsupported(
                "it is quantized by MLX; take the model that it was made of, or one in GGUF"
            )
        }
        for name in ["attention_bias", "mlp_bias"] where try settings.flag(name) == true {
            throw settings.unsupported("it has \(name)")
        }
        if let quantization = try settings.part("quantization_config") {
            let method = try quantization.string("quant_method") ?? "unknown"
            let type = try quantization.string("bnb_4bit_quant_type") ?? "fp4"
            guard method == "bitsandbytes", try quantization.flag("load_in_4bit") == true,
                type == "nf4"
            else {
                throw settings.unsupported(
                    "it is quantized by \(method), of which nf4 by bitsandbytes is read"
                )
            }
        }
    }

    /// Refuses layers other than attention, and experts, which exist unless the file says otherwise.
    private static func refuseOtherLayers(_ settings: JSONPart) throws(ModelFileError) {
        let layers = try settings.dimension("num_hidden_layers")
        let kinds = try settings.strings("layer_types") ?? []
        guard kinds.isEmpty || kinds.count == layers else {
            throw settings.refusal("layer_types is not about \(layers) layers")
        }
        let others = kinds.filter { $0 != "attention" }
        let count = kinds.isEmpty ? layers : others.count
        guard count == 0 else {
            throw settings.unsupported(
                "\(count) of its \(layers) layers are \(others.first ?? "mamba"), no attention"
            )
        }
        let experts = try settings.number("num_local_experts") ?? 8
        guard experts == 0 else {
            throw settings.unsupported("it is a mixture of \(Int(exactly: experts) ?? 1) experts")
        }
    }

    /// How many components of a head are rotated.
    private static func rotatedWidth(
        _ settings: JSONPart,
        _ architecture: Architecture,
        headWidth: Int
    ) throws(ModelFileError) -> Int {
        let share = try settings.positive("partial_rotary_factor", default: 1)
        let width = Int(Double(headWidth) * share)
        guard share == 1 || architecture.rotatesPartially else {
            throw settings.unsupported("only a part of each head is rotated")
        }
        guard (1...headWidth).contains(width), width % 2 == 0 else {
            throw settings.refusal("\(width) numbers of a head of \(headWidth) cannot rotate")
        }
        return width
    }

    /// The layers without rotation: `no_rope_layers` has a 0 for each of them.
    private static func unrotatedLayers(
        _ settings: JSONPart,
        _ architecture: Architecture,
        layers: Int
    ) throws(ModelFileError) -> [Int] {
        if architecture.isHybrid {
            let kind = try settings.string("position_embedding_type")
            guard kind == "rope" || kind == "nope" || kind == nil else {
                throw settings.unsupported("its position_embedding_type is \"\(kind ?? "")\"")
            }
            return kind == "rope" ? [] : Array(0..<layers)
        }
        guard let interval = architecture.unrotatedInterval else { return [] }
        guard let marks = try settings.numbers("no_rope_layers") else {
            let every = try settings.dimension("no_rope_layer_interval", default: interval)
            return (0..<layers).filter { ($0 + 1) % every == 0 }
        }
        guard marks.count == layers else {
            throw settings.refusal("no_rope_layers is not about \(layers) layers")
        }
        return marks.indices.filter { marks[$0] == 0 }
    }

    private static func multipliers(
        _ settings: JSONPart,
        _ architecture: Architecture,
        width: Int
    ) throws(ModelFileError) -> ModelConfiguration.Multipliers {
        var multipliers = ModelConfiguration.Multipliers()
        if architecture.scalesEmbeddings { multipliers.embedding = Float(width).squareRoot() }
        if let scalar = architecture.queryScalar {
            let scalar = try settings.positive("query_pre_attn_scalar", default: Double(scalar))
            multipliers.attention = 1 / Float(scalar).squareRoot()
        }
        guard architecture.hasMultipliers else { return multipliers }
        multipliers.embedding = Float(try settings.positive("embedding_multiplier", default: 1))
        multipliers.residual = Float(try settings.positive("residual_multiplier", default: 1))
        multipliers.attention = Float(try settings.positive("attention_multiplier", default: 1))
        multipliers.logits = Float(try settings.positive("logits_scaling", default: 1))
        return multipliers
    }

    /// The number of tokens that attention sees; nil for all.
    private static func window(
        _ settings: JSONPart,
        _ architecture: Architecture,
        layers: Int
    ) throws(ModelFileError) -> Int? {
        if architecture.windowPeriod != nil {
            return settings.isNull("sliding_window")
                ? nil : try settings.dimension("sliding_window", default: architecture.window)
        }
        guard settings.has("sliding_window"),
            try settings.flag("use_sliding_window") ?? true
        else { return nil }
        let kinds = Set(try settings.strings("layer_types") ?? [])
        if kinds == ["full_attention"] { return nil }
        let first = try settings.number("max_window_layers") ?? 0
        // In Qwen the first layers have no window.
        let isMixed =
            kinds.isEmpty ? settings.has("use_sliding_window") && first > 0 : kinds.count > 1
        if isMixed {
            if kinds.isEmpty, first >= Double(layers) { return nil }
            throw settings.unsupported("some of its layers see a window and others do not")
        }
        return try settings.dimension("sliding_window")
    }

    /// The layers without a window.
    private static func globalLayers(
        _ settings: JSONPart,
        _ architecture: Architecture,
        layers: Int
    ) throws(ModelFileError) -> [Int] {
        guard let period = architecture.windowPeriod else { return [] }
        guard let kinds = try settings.strings("layer_types") else {
            let period = try settings.dimension("sliding_window_pattern", default: period)
            return (0..<layers).filter { ($0 + 1) % period == 0 }
        }
        guard kinds.count == layers else {
            throw settings.refusal("layer_types is not about \(layers) layers")
        }
        let known = ["full_attention", "sliding_attention"]
        if let other = kinds.first(where: { !known.contains($0) }) {
            throw settings.unsupported("its layer_types have \"\(other)\"")
        }
        return kinds.indices.filter { kinds[$0] == "full_attention" }
    }

    /// The soft caps of scores and logits.
    private static func softCaps(
        _ settings: JSONPart,
        _ architecture: Architecture
    ) throws(ModelFileError) -> Architecture.SoftCaps {
        var caps = Architecture.SoftCaps()
        func cap(_ name: String, _ fallback: Float?) throws(ModelFileError) -> Float? {
            if settings.isNull(name) { return nil }
            return settings.has(name) ? Float(try settings.positive(name)) : fallback
        }
        caps.scores = try cap("attn_logit_softcapping", architecture.softCaps?.scores)
        caps.logits = try cap("final_logit_softcapping", architecture.softCaps?.logits)
        if caps.scores != nil, architecture.softCaps?.scores == nil {
            throw settings.unsupported("it has attn_logit_softcapping")
        }
        if caps.logits != nil, architecture.softCaps == nil {
            throw settings.unsupported("it has final_logit_softcapping")
        }
        return caps
    }
}
