public import FoundationEssentials
import Platform

extension AdapterConfiguration: Codable {
    private enum Key: String, CodingKey {
        case peftType = "peft_type"
        case taskType = "task_type"
        case baseModelName = "base_model_name_or_path"
        case revision
        case rank = "r"
        case alpha = "lora_alpha"
        case dropout = "lora_dropout"
        case targetModules = "target_modules"
        case bias
        case inferenceMode = "inference_mode"
        case initialization = "init_lora_weights"
        case usesRankStabilization = "use_rslora"
        case usesDecomposition = "use_dora"
        case isTransposed = "fan_in_fan_out"
        case savedModules = "modules_to_save"
        case rankPattern = "rank_pattern"
        case alphaPattern = "alpha_pattern"
        case layers = "layers_to_transform"
        case layersPattern = "layers_pattern"
        case layerReplication = "layer_replication"
        case excludedModules = "exclude_modules"
        case targetParameters = "target_parameters"
        case trainableTokens = "trainable_token_indices"
        case invocationTokens = "alora_invocation_tokens"
        case hasBias = "lora_bias"
        case usesQuantizedGroups = "use_qalora"
        case usesBlockDiagonal = "use_bdlora"
    }

    /// Decodes PEFT's settings; keys without effect on the computation are ignored.
    ///
    /// Throws `ModelFileError` for unsupported settings.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let type = try values.decodeIfPresent(String.self, forKey: .peftType) ?? "LORA"
        guard type == "LORA" else { throw Self.refusal("it is of type \(type), not LORA") }
        try Self.refuseUnsupportedSettings(values)
        rank = try values.decode(Int.self, forKey: .rank)
        guard (1...1 << 16).contains(rank) else { throw Self.refusal("its rank is \(rank)") }
        alpha = try values.decode(Double.self, forKey: .alpha)
        guard alpha.isFinite else { throw Self.refusal("its alpha is \(alpha)") }
        dropout = try values.decodeIfPresent(Double.self, forKey: .dropout) ?? 0
        baseModelName = try values.decodeIfPresent(String.self, forKey: .baseModelName)
        usesRankStabilization =
            try values.decodeIfPresent(Bool.self, forKey: .usesRankStabilization) ?? false
        targetModules = try Self.targetModules(values)
        layers = try Self.layers(values)
    }

    /// The maximum number of layers: a list has an entry for each.
    private static let maxLayers = 1 << 12

    private static func layers(_ values: KeyedDecodingContainer<Key>) throws -> [Int]? {
        guard try !isUnset(.layers, values) else { return nil }
        let single = try? values.decode(Int.self, forKey: .layers)
        let list = try single.map { [$0] } ?? values.decode([Int].self, forKey: .layers)
        guard let last = list.max(), let first = list.min(), first >= 0, last < maxLayers else {
            throw refusal("its layers_to_transform contains something that is not a layer")
        }
        return Set(list).sorted()
    }

    /// Encodes the settings as PEFT does for an adapter in inference mode.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode("LORA", forKey: .peftType)
        try values.encode("CAUSAL_LM", forKey: .taskType)
        try values.encode(baseModelName, forKey: .baseModelName)
        try values.encodeNil(forKey: .revision)
        try values.encode(rank, forKey: .rank)
        try values.encode(alpha, forKey: .alpha)
        try values.encode(dropout, forKey: .dropout)
        try values.encode(targetModules, forKey: .targetModules)
        try values.encode("none", forKey: .bias)
        try values.encode(true, forKey: .inferenceMode)
        try values.encode(true, forKey: .initialization)
        try values.encode(usesRankStabilization, forKey: .usesRankStabilization)
        for key in [Key.usesDecomposition, .isTransposed] { try values.encode(false, forKey: key) }
        for key in [Key.rankPattern, .alphaPattern] {
            try values.encode([String: Int](), forKey: key)
        }
        try values.encode(layers, forKey: .layers)
        for key in [Key.savedModules, .layersPattern, .excludedModules] {
            try values.encodeNil(forKey: key)
        }
    }

    private static func targetModules(_ values: KeyedDecodingContainer<Key>) throws -> [String] {
        if let pattern = try? values.decode(String.self, forKey: .targetModules) {
            guard pattern == "all-linear" else {
                throw refusal("its target_modules is the pattern \"\(pattern)\", not a list")
            }
            return supportedModules
        }
        let modules = try values.decode([String].self, forKey: .targetModules)
        if let unknown = modules.filter({ !knownModules.contains($0) }).min() {
            throw refusal(
                "it changes \(unknown); supported: \(knownModules.joined(separator: ", "))"
            )
        }
        guard !modules.isEmpty else { throw refusal("it changes no module") }
        return knownModules.filter(modules.contains)
    }

    private static func refuseUnsupportedSettings(_ values: KeyedDecodingContainer<Key>) throws {
        let flags: [(key: Key, meaning: String)] = [
            (.usesDecomposition, "it uses DoRA"), (.isTransposed, "its base is transposed"),
            (.hasBias, "its matrices have biases"), (.usesQuantizedGroups, "it uses QALoRA"),
        ]
        for flag in flags where try values.decodeIfPresent(Bool.self, forKey: flag.key) ?? false {
            throw refusal("\(flag.meaning) (\(flag.key.rawValue))")
        }
        let bias = try values.decodeIfPresent(String.self, forKey: .bias) ?? "none"
        guard bias == "none" else { throw refusal("it trains biases (bias: \(bias))") }
        let parts: [Key] = [
            .savedModules, .rankPattern, .alphaPattern, .layerReplication,
            .excludedModules, .targetParameters, .trainableTokens, .invocationTokens,
            .usesBlockDiagonal,
        ]
        for key in parts where try !isUnset(key, values) {
            throw refusal("it uses \(key.rawValue)")
        }
        // These start from a changed base, which is not part of the adapter.
        let initialization = try? values.decode(String.self, forKey: .initialization)
        if let initialization,
            ["pissa", "olora", "loftq", "corda"].contains(where: initialization.hasPrefix)
        {
            throw refusal("it needs a base changed by init_lora_weights: \(initialization)")
        }
    }

    /// Whether a setting is missing, null, false, or an empty list or object.
    private static func isUnset(_ key: Key, _ values: KeyedDecodingContainer<Key>) throws -> Bool {
        guard values.contains(key), try !values.decodeNil(forKey: key) else { return true }
        if let flag = try? values.decode(Bool.self, forKey: key) { return !flag }
        if let list = try? values.nestedUnkeyedContainer(forKey: key) { return list.count == 0 }
        if let object = try? values.decode([String: Anything].self, forKey: key) {
            return object.isEmpty
        }
        return false
    }

    static func refusal(_ reason: String) -> ModelFileError {
        ModelFileError(
            .unsupportedAdapter,
            "The adapter is not supported: \(reason).",
            hint: "save it as a plain LoRA, or merge it into its model"
        )
    }

    /// Decodes any JSON value.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }
}

extension AdapterConfiguration {
    /// The text of `adapter_config.json`.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
