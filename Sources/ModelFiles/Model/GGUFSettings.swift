import Platform

/// The settings of one architecture in a file's metadata.
struct GGUFSettings {
    let file: GGUFFile
    let architecture: String
    /// The architecture.
    let parts: Architecture

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
        guard let parts = Architecture.ofGGUF(architecture) else {
            let hasMamba = file.metadata["\(architecture).ssm.conv_kernel"] != nil
            throw ModelFileError(
                .unsupportedArchitecture,
                hasMamba
                    ? "\(file.path) (\(architecture)) has mamba layers, which are not supported."
                    : "\(file.path) is of the unknown architecture \"\(architecture)\"; "
                        + "supported: \(Architecture.namesInGGUF).",
                hint: "use a model of a supported architecture"
            )
        }
        self.file = file
        self.architecture = architecture
        self.parts = parts
    }

    func has(_ key: String) -> Bool {
        file.metadata["\(architecture).\(key)"] != nil
    }

    /// The setting `key`, an integer from 1 to 2^24, so that the product of two cannot overflow.
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
            throw contradiction("\(architecture).\(key) is not a positive number")
        }
        return number
    }

    /// The number of tokens that attention sees; nil for all, which files may write as 0.
    func window() throws(ModelFileError) -> Int? {
        let key = "attention.sliding_window"
        guard has(key) else { return parts.window }
        guard file.metadata["\(architecture).\(key)"]?.integer != 0 else { return nil }
        return try dimension(key)
    }

    /// The context of pretraining, if frequencies change beyond it.
    func originalContextLength() throws(ModelFileError) -> Int? {
        guard parts.rotaryScaling == .longRope,
            file.tensors[GGUFWeights.longFactorsName] != nil
        else { return nil }
        return try dimension("rope.scaling.original_context_length")
    }

    /// The factor of rotated queries and keys.
    func rotaryAmplitude() throws(ModelFileError) -> Float {
        let key = "rope.scaling.attn_factor"
        guard parts.rotaryScaling == .longRope else {
            let amplitude = try positive(key, default: 1)
            guard amplitude == 1 else {
                throw unsupported("it multiplies rotated queries and keys by \(amplitude)")
            }
            return 1
        }
        return try positive(key, default: 1)
    }

    /// The multipliers, if the architecture has them.
    func multipliers(
        width: Int,
        headCount: Int,
        headWidth: Int,
        layerCount: Int
    ) throws(ModelFileError) -> ModelConfiguration.Multipliers {
        var multipliers = ModelConfiguration.Multipliers()
        if parts.scalesEmbeddings { multipliers.embedding = Float(width).squareRoot() }
        multipliers.attention = parts.queryScalar(
            width: width,
            headCount: headCount,
            headWidth: headWidth,
            layerCount: layerCount
        ).map { 1 / $0.squareRoot() }
        guard parts.hasMultipliers else {
            for key in ["embedding_scale", "residual_scale", "logit_scale"]
            where value(key)?.number ?? 1 != 1 {
                throw unsupported("it has \(architecture).\(key)")
            }
            return multipliers
        }
        multipliers.embedding = try positive("embedding_scale", default: 1)
        multipliers.residual = try positive("residual_scale", default: 1)
        multipliers.logits = try positive("logit_scale", default: 1)
        // As in llama.cpp, a scale of 0 means none.
        if has("attention.scale"), value("attention.scale")?.number != 0 {
            multipliers.attention = try positive("attention.scale", default: nil)
        }
        return multipliers
    }

    /// The layers that do not rotate: those of the architecture's pattern, which GGUF cannot
    /// represent, or all in files of Granite with `rope.scaling.finetuned` false.
    func unrotatedLayers(of layerCount: Int) -> [Int] {
        if parts.hasMultipliers, case .bool(false) = value("rope.scaling.finetuned") {
            return Array(0..<layerCount)
        }
        return parts.unrotatedLayers(of: layerCount)
    }

    /// The layers without a window: by the architecture's interval, or by an interval or list in the
    /// file.
    func globalLayers(of layerCount: Int) throws(ModelFileError) -> [Int] {
        guard try window() != nil else { return [] }
        let key = "attention.sliding_window_pattern"
        guard parts.windowPeriod != nil, has(key) else {
            return parts.globalLayers(of: layerCount)
        }
        if case .array(let array) = value(key), let marks = array.booleans() {
            guard marks.count >= layerCount else {
                throw contradiction("\(architecture).\(key) is not about \(layerCount) layers")
            }
            return (0..<layerCount).filter { !marks[$0] }
        }
        let period = try dimension(key)
        return (0..<layerCount).filter { ($0 + 1) % period == 0 }
    }

    /// The base of rotation in layers with a window; nil if it is the same in all layers.
    func localRopeTheta() throws(ModelFileError) -> Float? {
        guard let theta = parts.localRopeTheta, try window() != nil else { return nil }
        return try positive("rope.freq_base_swa", default: theta)
    }

    /// The divisor of the rotary frequencies in layers without a window; nil for none.
    func linearFactor() throws(ModelFileError) -> Float? {
        guard parts.rotaryScaling == .linearInSettings, scalingType == "linear" else { return nil }
        return try positive("rope.scaling.factor", default: nil)
    }

    /// The soft caps of scores and logits.
    func softCaps() throws(ModelFileError) -> Architecture.SoftCaps {
        var caps = Architecture.SoftCaps()
        func cap(_ key: String, _ fallback: Float?) throws(ModelFileError) -> Float? {
            guard has(key) else { return fallback }
            return value(key)?.number == 0 ? nil : try positive(key, default: nil)
        }
        caps.scores = try cap("attn_logit_softcapping", parts.softCaps?.scores)
        caps.logits = try cap("final_logit_softcapping", parts.softCaps?.logits)
        if caps.scores != nil, parts.softCaps?.scores == nil {
            throw unsupported("it caps scores")
        }
        if caps.logits != nil, parts.softCaps == nil { throw unsupported("it caps logits") }
        return caps
    }

    /// How frequencies are scaled; as in llama.cpp, a factor without a type is linear.
    private var scalingType: String {
        let factor = value("rope.scaling.factor")?.number ?? 1
        let type = value("rope.scaling.type")?.text
        return type ?? (factor == 1 || factor == 0 ? "none" : "linear")
    }

    private func value(_ key: String) -> GGUFValue? { file.metadata["\(architecture).\(key)"] }

    /// Refuses settings that would change results and are not supported.
    func refuseUnsupportedSettings() throws(ModelFileError) {
        if let experts = file.metadata["\(architecture).expert_count"]?.integer, experts > 0 {
            throw unsupported("it is a mixture of \(experts) experts")
        }
        if has("attention.sliding_window_pattern"), parts.windowPeriod == nil {
            throw unsupported("some of its layers see a window and others do not")
        }
        if case .bool(false) = file.metadata["\(architecture).attention.causal"] {
            throw unsupported("its attention is not causal; it is made for embeddings")
        }
        if has("attention.scale"), !parts.hasMultipliers {
            throw unsupported("it scales scores by a number of its own")
        }
        if let factor = file.metadata["\(architecture).rope.scale_linear"]?.number, factor != 1 {
            throw unsupported("its rotary embedding is scaled by \(factor)")
        }
        let isRead =
            switch scalingType {
            case "none": true
            case "longrope": parts.rotaryScaling == .longRope
            case "linear": parts.rotaryScaling == .linearInSettings
            default: false
            }
        guard isRead else {
            throw unsupported("its rotary embedding is scaled by \"\(scalingType)\"")
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
