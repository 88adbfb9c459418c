extension ModelConfiguration {
    /// Reads the configuration from a GGUF file's metadata.
    ///
    /// Throws where a setting is missing, impossible, or asks for something
    /// that is not computed here.
    init(_ file: GGUFFile) throws(ModelFileError) {
        let settings = try Settings(file)
        try settings.refuseWhatIsNotComputed()
        let width = try settings.dimension("embedding_length")
        let headCount = try settings.dimension("attention.head_count")
        let keyValueHeadCount = try settings.dimension(
            "attention.head_count_kv",
            default: headCount
        )
        guard headCount % keyValueHeadCount == 0 else {
            throw settings.contradiction(
                "\(headCount) heads cannot share \(keyValueHeadCount) key/value heads"
            )
        }
        if !settings.has("attention.key_length"), width % headCount != 0 {
            throw settings.contradiction("the width \(width) is no multiple of \(headCount) heads")
        }
        let headWidth = try settings.dimension(
            "attention.key_length",
            default: width / headCount
        )
        for key in ["attention.value_length", "rope.dimension_count"] {
            let other = try settings.dimension(key, default: headWidth)
            guard other == headWidth else {
                throw settings.unsupported(
                    "\(settings.architecture).\(key) is \(other) but a head is \(headWidth) wide"
                )
            }
        }
        guard headWidth % 2 == 0 else {
            throw settings.contradiction("a head is \(headWidth) wide, which is odd")
        }
        guard let embedding = file.tensors["token_embd.weight"], embedding.shape.count == 2 else {
            throw ModelFileError(
                .missingPart,
                "\(file.path) has no token embedding (token_embd.weight).",
                hint: "the file holds no whole model; get it again or use another"
            )
        }
        self.init(
            architecture: settings.architecture,
            name: file.metadata["general.name"]?.text ?? "",
            // Later files leave the size out; the embedding has one row a token.
            vocabularySize: try settings.dimension("vocab_size", default: embedding.shape[0]),
            width: width,
            layerCount: try settings.dimension("block_count"),
            headCount: headCount,
            keyValueHeadCount: keyValueHeadCount,
            headWidth: headWidth,
            feedForwardWidth: try settings.dimension("feed_forward_length"),
            contextLength: try settings.dimension("context_length"),
            ropeTheta: try settings.positive("rope.freq_base", default: 10_000),
            rmsEpsilon: try settings.positive("attention.layer_norm_rms_epsilon", default: nil),
            tiesEmbeddings: file.tensors["output.weight"] == nil,
            slidingWindow: try settings.window()
        )
    }
}

/// The settings of one architecture in a file's metadata.
private struct Settings {
    let file: GGUFFile
    let architecture: String

    init(_ file: GGUFFile) throws(ModelFileError) {
        guard let architecture = file.metadata["general.architecture"]?.text else {
            throw ModelFileError(
                .missingPart,
                "\(file.path) does not say its architecture.",
                hint: "the file holds no model; use another"
            )
        }
        if let type = file.metadata["general.type"]?.text, type != "model" {
            throw ModelFileError(
                .unsupportedArchitecture,
                "\(file.path) holds no model but is of type \"\(type)\".",
                hint: "name the model's own file"
            )
        }
        guard Architecture.named(architecture) != nil else {
            let supported = Architecture.all.map(\.name)
            throw ModelFileError(
                .unsupportedArchitecture,
                "\(file.path) is of the unknown architecture \"\(architecture)\"; "
                    + "supported: \(supported.joined(separator: ", ")).",
                hint: "use a model of a supported architecture"
            )
        }
        self.file = file
        self.architecture = architecture
    }

    func has(_ key: String) -> Bool {
        file.metadata["\(architecture).\(key)"] != nil
    }

    /// The setting `key`, a whole number from 1 to 2^24, so that no product of two overflows.
    func dimension(_ key: String, default fallback: Int? = nil) throws(ModelFileError) -> Int {
        guard let value = file.metadata["\(architecture).\(key)"] else {
            guard let fallback else { throw missing(key) }
            return fallback
        }
        guard let number = value.integer else {
            throw unsupported("\(architecture).\(key) is not one whole number")
        }
        guard (1...1 << 24).contains(number) else {
            throw contradiction("\(architecture).\(key) is \(number)")
        }
        return number
    }

    /// The setting `key`, a positive finite number.
    func positive(_ key: String, default fallback: Float?) throws(ModelFileError) -> Float {
        guard let value = file.metadata["\(architecture).\(key)"] else {
            guard let fallback else { throw missing(key) }
            return fallback
        }
        guard let number = value.number.map({ Float($0) }), number.isFinite, number > 0 else {
            throw contradiction("\(architecture).\(key) is no positive number")
        }
        return number
    }

    /// How many tokens attention sees; nil for all, which files may write as 0.
    func window() throws(ModelFileError) -> Int? {
        let key = "attention.sliding_window"
        guard has(key), file.metadata["\(architecture).\(key)"]?.integer != 0 else { return nil }
        return try dimension(key)
    }

    /// Refuses what would silently give other results if it were not honoured.
    func refuseWhatIsNotComputed() throws(ModelFileError) {
        if let experts = file.metadata["\(architecture).expert_count"]?.integer, experts > 0 {
            throw unsupported("it is a mixture of \(experts) experts")
        }
        if has("attention.sliding_window_pattern") {
            throw unsupported("some of its layers see a window and others do not")
        }
        if case .bool(false) = file.metadata["\(architecture).attention.causal"] {
            throw unsupported("its tokens see later ones; it is made for embeddings")
        }
        if has("attention.scale") { throw unsupported("it scales scores by a number of its own") }
        if let factor = file.metadata["\(architecture).rope.scale_linear"]?.number, factor != 1 {
            throw unsupported("its rotary embedding is scaled by \(factor)")
        }
        let scaling = file.metadata["\(architecture).rope.scaling.type"]?.text ?? "none"
        guard scaling == "none" else {
            throw unsupported("its rotary embedding is scaled by \"\(scaling)\"")
        }
    }

    private func missing(_ key: String) -> ModelFileError {
        ModelFileError(
            .missingPart,
            "\(file.path) lacks the setting \(architecture).\(key).",
            hint: "the file holds no whole model; get it again or use another"
        )
    }

    func contradiction(_ what: String) -> ModelFileError {
        ModelFileError(
            .corrupt,
            "\(file.path) cannot be a model: \(what).",
            hint: ModelFileError.fetchAgain
        )
    }

    func unsupported(_ what: String) -> ModelFileError {
        ModelFileError(
            .unsupportedArchitecture,
            "\(file.path) is not supported: \(what).",
            hint: "use another model"
        )
    }
}
