import Foundation
import ModelFiles

/// A small model in Hugging Face's layout, written as the GGUF file of llama.cpp's converter,
/// except for its vocabulary: tokens are numbers.
public struct HuggingFaceTestModel {
    /// The numeric settings of `config.json`.
    private let numbers: [String: Double]
    private let type: String
    private let scaling: [String: Double]?
    private let longRope: (short: [Float], long: [Float])?
    private let weights: SafetensorsFile

    /// Reads a folder with `config.json` and `model.safetensors`.
    public init(folder: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/config.json"))
        let settings = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        numbers = settings.compactMapValues { ($0 as? NSNumber)?.doubleValue }
        type = settings["model_type"] as? String ?? ""
        scaling = (settings["rope_scaling"] as? [String: Any])?
            .compactMapValues { ($0 as? NSNumber)?.doubleValue }
        let lists = (settings["rope_scaling"] as? [String: Any])?
            .compactMapValues { ($0 as? [NSNumber])?.map(\.floatValue) }
        longRope = lists?["short_factor"].map { ($0, lists?["long_factor"] ?? []) }
        weights = try SafetensorsFile(path: "\(folder)/model.safetensors")
    }

    private var architecture: String {
        ["mistral": "llama", "granitemoehybrid": "granite", "gemma3_text": "gemma3"][type] ?? type
    }
    private var isGemma: Bool { type.hasPrefix("gemma") }
    private var heads: Int { integer("num_attention_heads") }
    private var keyValueHeads: Int { integer("num_key_value_heads") }
    private var headWidth: Int {
        numbers["head_dim"].map { Int($0) } ?? integer("hidden_size") / heads
    }

    private func integer(_ key: String) -> Int { Int(numbers[key] ?? 0) }

    /// Writes the GGUF file.
    public func write(to path: String) throws {
        var file = GGUFWriter()
        writeSettings(&file)
        for (name, ggufName) in tensorNames where weights.tensors[name] != nil {
            try write(&file, name, as: ggufName)
        }
        if let factors { file.add("rope_freqs.weight", factors) }
        if let longRope {
            file.add("rope_factors_short.weight", longRope.short)
            file.add("rope_factors_long.weight", longRope.long)
        }
        try TestModel.write(file, to: path)
    }

    private func writeSettings(_ file: inout GGUFWriter) {
        file.set("general.architecture", .string(architecture))
        let keys = [
            ("context_length", integer("max_position_embeddings")),
            ("embedding_length", integer("hidden_size")),
            ("block_count", integer("num_hidden_layers")),
            ("feed_forward_length", integer("intermediate_size")),
            ("attention.head_count", heads), ("attention.head_count_kv", keyValueHeads),
            ("attention.key_length", headWidth), ("attention.value_length", headWidth),
            (
                "rope.dimension_count",
                Int(Double(headWidth) * (numbers["partial_rotary_factor"] ?? 1))
            ),
            ("vocab_size", integer("vocab_size")),
        ]
        for (key, number) in keys { file.set("\(architecture).\(key)", .uint32(UInt32(number))) }
        if let window = numbers["sliding_window"] {
            file.set("\(architecture).attention.sliding_window", .uint32(UInt32(window)))
        }
        let fractions = [
            ("attention.layer_norm_rms_epsilon", "rms_norm_eps"), ("rope.freq_base", "rope_theta"),
        ]
        for (key, source) in fractions {
            file.set("\(architecture).\(key)", .float32(Float(numbers[source] ?? 0)))
        }
        let multipliers = [
            ("embedding_scale", "embedding_multiplier"), ("residual_scale", "residual_multiplier"),
            ("attention.scale", "attention_multiplier"), ("logit_scale", "logits_scaling"),
        ]
        for (key, source) in multipliers {
            if let number = numbers[source] {
                file.set("\(architecture).\(key)", .float32(Float(number)))
            }
        }
        for (key, source) in [
            ("attn_logit_softcapping", "attn_logit_softcapping"),
            ("final_logit_softcapping", "final_logit_softcapping"),
            ("rope.freq_base_swa", "rope_local_base_freq"),
        ] {
            if let number = numbers[source] {
                file.set("\(architecture).\(key)", .float32(Float(number)))
            }
        }
        if isGemma, let factor = scaling?["factor"] {
            file.set("\(architecture).rope.scaling.type", .string("linear"))
            file.set("\(architecture).rope.scaling.factor", .float32(Float(factor)))
        }
        if longRope != nil, let original = numbers["original_max_position_embeddings"] {
            let growth = Double(integer("max_position_embeddings")) / original
            file.set(
                "\(architecture).rope.scaling.original_context_length",
                .uint32(UInt32(original))
            )
            file.set(
                "\(architecture).rope.scaling.attn_factor",
                .float32(Float((1 + log(growth) / log(original)).squareRoot()))
            )
        }
        let tokens = (0..<integer("vocab_size")).map { Array("token\($0)".utf8) }
        file.set("tokenizer.ggml.model", .string("gpt2"))
        file.set("tokenizer.ggml.pre", .string("smollm"))
        file.set("tokenizer.ggml.tokens", .strings(tokens))
        file.set("tokenizer.ggml.token_type", .int32s(tokens.map { _ in 1 }))
        file.set("tokenizer.ggml.merges", .strings([]))
        file.set("tokenizer.ggml.eos_token_id", .uint32(0))
    }

    /// Hugging Face's names and GGUF's.
    private var tensorNames: [(String, String)] {
        let layer = [
            ("input_layernorm.weight", "attn_norm.weight"),
            ("self_attn.qkv_proj.weight", "attn_qkv.weight"),
            ("mlp.gate_up_proj.weight", "ffn_up.weight"),
            ("shared_mlp.input_linear.weight", "ffn_gate+ffn_up"),
            ("shared_mlp.output_linear.weight", "ffn_down.weight"),
            ("self_attn.q_proj.weight", "attn_q.weight"), ("self_attn.q_proj.bias", "attn_q.bias"),
            ("self_attn.k_proj.weight", "attn_k.weight"), ("self_attn.k_proj.bias", "attn_k.bias"),
            ("self_attn.v_proj.weight", "attn_v.weight"), ("self_attn.v_proj.bias", "attn_v.bias"),
            ("self_attn.q_norm.weight", "attn_q_norm.weight"),
            ("self_attn.k_norm.weight", "attn_k_norm.weight"),
            ("self_attn.o_proj.weight", "attn_output.weight"),
            (
                "post_attention_layernorm.weight",
                isGemma ? "post_attention_norm.weight" : "ffn_norm.weight"
            ),
            ("pre_feedforward_layernorm.weight", "ffn_norm.weight"),
            ("post_feedforward_layernorm.weight", "post_ffw_norm.weight"),
            ("mlp.gate_proj.weight", "ffn_gate.weight"), ("mlp.up_proj.weight", "ffn_up.weight"),
            ("mlp.down_proj.weight", "ffn_down.weight"),
        ]
        return [
            ("model.embed_tokens.weight", "token_embd.weight"),
            ("model.norm.weight", "output_norm.weight"), ("lm_head.weight", "output.weight"),
        ]
            + (0..<integer("num_hidden_layers")).flatMap { index in
                layer.map { ("model.layers.\(index).\($0.0)", "blk.\(index).\($0.1)") }
            }
    }

    private func write(_ file: inout GGUFWriter, _ name: String, as ggufName: String) throws {
        guard let tensor = weights.tensors[name] else { return }
        var values = try weights.floats(named: name)
        if isGemma, name.hasSuffix("norm.weight") { values = values.map { $0 + 1 } }
        // In `llama` files the converter makes rows that rotate together adjacent.
        if ["llama", "smollm3", "granite"].contains(architecture), let columns = tensor.shape.last {
            let rotated = ["attn_q.weight": heads, "attn_k.weight": keyValueHeads]
            if let heads = rotated.first(where: { ggufName.hasSuffix($0.key) })?.value {
                values = permuteToAdjacentPairs(values, columns: columns, heads: heads)
            }
        }
        guard ggufName.hasSuffix("ffn_gate+ffn_up") else {
            return file.add(ggufName, values, shape: tensor.shape)
        }
        let layer = ggufName.replacing("ffn_gate+ffn_up", with: "")
        let half = values.count / 2
        for (name, part) in [("ffn_gate", values[..<half]), ("ffn_up", values[half...])] {
            file.add(
                "\(layer)\(name).weight",
                Array(part),
                shape: [tensor.shape[0] / 2, tensor.shape[1]]
            )
        }
    }

    /// Llama 3's: low frequencies are divided by `factor`, those in between by less.
    private var factors: [Float]? {
        guard let scaling, let factor = scaling["factor"], let low = scaling["low_freq_factor"],
            let high = scaling["high_freq_factor"],
            let original = scaling["original_max_position_embeddings"]
        else { return nil }
        return (0..<headWidth / 2).map { i in
            let theta = numbers["rope_theta"] ?? 0
            let wavelength = 2 * Double.pi * pow(theta, Double(2 * i) / Double(headWidth))
            if wavelength < original / high { return 1 }
            if wavelength > original / low { return Float(factor) }
            let smooth = (original / wavelength - low) / (high - low)
            return Float(1 / ((1 - smooth) / factor + smooth))
        }
    }
}

extension GGUFWriter {
    fileprivate mutating func add(_ name: String, _ values: [Float], shape: [Int]? = nil) {
        add(
            name,
            shape: shape ?? [values.count],
            type: TestWeightType.f32.code,
            bytes: TestWeightType.f32.encode(values)
        )
    }
}
