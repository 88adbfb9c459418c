import Platform

extension ModelConfiguration {
    /// Reads the configuration from a GGUF file's metadata.
    ///
    /// Throws if a setting is missing, impossible, or not supported.
    init(_ file: GGUFFile) throws(ModelFileError) {
        let settings = try GGUFSettings(file)
        try settings.refuseUnsupportedSettings()
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
        guard headWidth % 2 == 0 else {
            throw settings.contradiction("a head is \(headWidth) wide, which is odd")
        }
        let rotatedWidth = try settings.dimension("rope.dimension_count", default: headWidth)
        let valueWidth = try settings.dimension("attention.value_length", default: headWidth)
        for (key, other) in [
            ("attention.value_length", valueWidth),
            ("rope.dimension_count", settings.parts.rotatesPartially ? headWidth : rotatedWidth),
        ] where other != headWidth {
            throw settings.unsupported(
                "\(settings.architecture).\(key) is \(other) but a head is \(headWidth) wide"
            )
        }
        guard rotatedWidth <= headWidth, rotatedWidth % 2 == 0 else {
            throw settings.contradiction(
                "\(rotatedWidth) numbers of a head of \(headWidth) cannot rotate"
            )
        }
        guard let embedding = file.tensors["token_embd.weight"], embedding.shape.count == 2 else {
            throw ModelFileError(
                .missingPart,
                "\(file.path) has no token embedding (token_embd.weight).",
                hint: "the file holds no whole model; get it again or use another"
            )
        }
        let layerCount = try settings.dimension("block_count")
        self.init(
            architecture: settings.architecture,
            name: file.metadata["general.name"]?.text ?? "",
            // Newer files leave the size out; the embedding has one row per token.
            vocabularySize: try settings.dimension("vocab_size", default: embedding.shape[0]),
            width: width,
            layerCount: layerCount,
            headCount: headCount,
            keyValueHeadCount: keyValueHeadCount,
            headWidth: headWidth,
            feedForwardWidth: try settings.dimension("feed_forward_length"),
            contextLength: try settings.dimension("context_length"),
            ropeTheta: try settings.positive("rope.freq_base", default: 10_000),
            rmsEpsilon: try settings.positive("attention.layer_norm_rms_epsilon", default: nil),
            tiesEmbeddings: file.tensors["output.weight"] == nil,
            slidingWindow: try settings.window(),
            rotatedWidth: rotatedWidth,
            originalContextLength: try settings.originalContextLength(),
            rotaryAmplitude: try settings.rotaryAmplitude(),
            unrotatedLayers: settings.unrotatedLayers(of: layerCount),
            multipliers: try settings.multipliers(
                width: width,
                headCount: headCount,
                headWidth: headWidth,
                layerCount: layerCount
            ),
            globalLayers: try settings.globalLayers(of: layerCount),
            localRopeTheta: try settings.localRopeTheta(),
            softCaps: try settings.softCaps()
        )
    }
}
