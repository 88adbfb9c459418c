import JSON

/// What `config.json` of a Hugging Face model folder says of the model's sizes.
///
/// Whatever would give other results if it were not honoured is honoured or refused.
struct CheckpointConfiguration {
    let configuration: ModelConfiguration
    /// (D/2): what the rotary frequencies are divided by, if the model scales them.
    let ropeFrequencyFactors: [Float]?

    /// Reads the configuration of the model in `folder`.
    ///
    /// - Parameter hasOutputMatrix: Asked where the file does not say whether embeddings are tied.
    init(
        folder: String,
        hasOutputMatrix: () throws(ModelFileError) -> Bool
    ) throws(ModelFileError) {
        let path = "\(folder)/config.json"
        guard let settings = try JSONPart.read(path, .model) else {
            throw FolderContent(folder).withoutConfiguration()
        }
        let architecture = try Self.architecture(settings)
        try Self.refuseWhatIsNotComputed(settings)
        let width = try settings.dimension("hidden_size")
        let heads = try settings.dimension("num_attention_heads")
        let keyValueHeads = try settings.dimension("num_key_value_heads", default: heads)
        guard heads % keyValueHeads == 0 else {
            throw settings.refusal("\(heads) heads cannot share \(keyValueHeads)")
        }
        guard settings.has("head_dim") || width % heads == 0 else {
            throw settings.refusal("the width \(width) is no multiple of \(heads) heads")
        }
        let headWidth = try settings.dimension("head_dim", default: width / heads)
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
        configuration = ModelConfiguration(
            architecture: architecture.name,
            name: folder.split(separator: "/").last.map(String.init) ?? "",
            vocabularySize: try settings.dimension("vocab_size"),
            width: width,
            layerCount: layers,
            headCount: heads,
            keyValueHeadCount: keyValueHeads,
            headWidth: headWidth,
            feedForwardWidth: try settings.dimension("intermediate_size"),
            contextLength: try settings.dimension("max_position_embeddings"),
            ropeTheta: Float(rope.theta),
            rmsEpsilon: Float(try settings.positive("rms_norm_eps", default: 1e-6)),
            tiesEmbeddings: isTied,
            slidingWindow: try Self.window(settings, layers: layers)
        )
        ropeFrequencyFactors = rope.frequencyFactors(headWidth: headWidth)
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

    private static func refuseWhatIsNotComputed(
        _ settings: JSONPart
    ) throws(ModelFileError) {
        let activation = try settings.string("hidden_act") ?? "silu"
        guard activation == "silu" else { throw settings.unsupported("it uses \(activation)") }
        // Qwen 2 has its biases without saying so.
        // MLX writes how it quantizes under this name, and nobody else does.
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

    /// How many tokens attention sees; nil for all.
    private static func window(
        _ settings: JSONPart,
        layers: Int
    ) throws(ModelFileError) -> Int? {
        guard settings.has("sliding_window"),
            try settings.flag("use_sliding_window") ?? true
        else { return nil }
        let kinds = Set(try settings.strings("layer_types") ?? [])
        if kinds == ["full_attention"] { return nil }
        let first = try settings.number("max_window_layers") ?? 0
        // Qwen lets the first layers see everything.
        let isMixed =
            kinds.isEmpty ? settings.has("use_sliding_window") && first > 0 : kinds.count > 1
        if isMixed {
            if kinds.isEmpty, first >= Double(layers) { return nil }
            throw settings.unsupported("some of its layers see a window and others do not")
        }
        return try settings.dimension("sliding_window")
    }
}
