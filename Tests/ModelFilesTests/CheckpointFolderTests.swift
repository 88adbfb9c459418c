import Foundation
import Platform
import Tensors
import Testing

import ModelFiles

/// A folder as written by transformers, with a changed part.
@Suite struct CheckpointFolderTests {
    private static let settings: [String: any Sendable] = [
        "model_type": "llama", "vocab_size": 4, "hidden_size": 8, "intermediate_size": 12,
        "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
        "max_position_embeddings": 16, "rms_norm_eps": 1e-5, "rope_theta": 10_000.0,
        "tie_word_embeddings": true,
    ]

    static let shapes: [String: [Int]] = [
        "model.embed_tokens.weight": [4, 8], "model.norm.weight": [8],
        "model.layers.0.input_layernorm.weight": [8],
        "model.layers.0.self_attn.q_proj.weight": [8, 8],
        "model.layers.0.self_attn.k_proj.weight": [4, 8],
        "model.layers.0.self_attn.v_proj.weight": [4, 8],
        "model.layers.0.self_attn.o_proj.weight": [8, 8],
        "model.layers.0.post_attention_layernorm.weight": [8],
        "model.layers.0.mlp.gate_proj.weight": [12, 8],
        "model.layers.0.mlp.up_proj.weight": [12, 8],
        "model.layers.0.mlp.down_proj.weight": [8, 12],
    ]

    static func bytes(_ shapes: [String: [Int]], type: String = "F32") throws -> Data {
        let size = type == "F32" ? 4 : type == "F64" ? 8 : 2
        var header: [String: Any] = [:]
        var end = 0
        for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
            let start = end
            end += shape.reduce(size, *)
            header[name] = ["dtype": type, "shape": shape, "data_offsets": [start, end]]
        }
        var text = try JSONSerialization.data(withJSONObject: header)
        while text.count % 8 != 0 { text.append(0x20) }
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        return length + text + Data(count: end)
    }

    static func folder(
        _ changes: [String: any Sendable] = [:],
        weights: [String: Data],
        index: Any? = nil,
        _ body: (String) throws -> Void
    ) throws {
        let temporary = try TemporaryFolder()
        let folder = temporary.path
        do {
            func write(_ data: Data, _ name: String) throws {
                try data.write(to: URL(filePath: "\(folder)/\(name)"))
            }
            let settings = settings.merging(changes) { $1 }.filter { !($0.value is NSNull) }
            try write(try JSONSerialization.data(withJSONObject: settings), "config.json")
            let words: [String: Any] = [
                "model": [
                    "type": "BPE", "vocab": ["a": 0, "b": 1, "ab": 2, "c": 3], "merges": ["a b"],
                ],
                "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false],
                "decoder": ["type": "ByteLevel"], "added_tokens": [],
            ]
            try write(try JSONSerialization.data(withJSONObject: words), "tokenizer.json")
            for (name, data) in weights { try write(data, name) }
            if let index {
                let data = try JSONSerialization.data(withJSONObject: index)
                try write(data, "model.safetensors.index.json")
            }
            try body(folder)
        }
    }

    private static func failure(
        _ changes: [String: any Sendable] = [:],
        shapes: [String: [Int]] = shapes,
        type: String = "F32"
    ) throws -> ModelFileError? {
        var failure: ModelFileError?
        let weights = ["model.safetensors": try bytes(shapes, type: type)]
        try folder(changes, weights: weights) { path in
            do { _ = try ModelFile.open(path: path) } catch { failure = error as? ModelFileError }
        }
        return failure
    }

    @Test(arguments: ["F32", "F16", "BF16"])
    func aFolderIsAModel(type: String) throws {
        let weights = ["model.safetensors": try Self.bytes(Self.shapes, type: type)]
        try Self.folder(weights: weights) { path in
            let model = try ModelFile.open(path: path)
            #expect(model.quantization == type)
            #expect(model.rotaryLayout == .halves)
            #expect(try model.weight(.query).type.name == type)
            // Vectors are widened, and a tied matrix is the embedding.
            #expect(try model.weight(.attentionNorm).type == .f32)
            #expect(try model.weight(.output).rows == 4)
            #expect(model.chatTemplate == nil)
        }
    }

    @Test func severalFilesAreOneModel() throws {
        let names = Self.shapes.keys.sorted()
        let first = Self.shapes.filter { names.prefix(5).contains($0.key) }
        let second = Self.shapes.filter { !names.prefix(5).contains($0.key) }
        let places = Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, first[$0] == nil ? "b.safetensors" : "a.safetensors")
            }
        )
        try Self.folder(
            weights: [
                "a.safetensors": try Self.bytes(first), "b.safetensors": try Self.bytes(second),
            ],
            index: ["weight_map": places]
        ) { path in
            let model = try ModelFile.open(path: path)
            #expect(try model.weight(.down).columns == 12)
            #expect(try model.digest().count == 64)
        }
        // A shard outside of the folder is not opened.
        try Self.folder(
            weights: ["a.safetensors": try Self.bytes(first)],
            index: ["weight_map": ["x": "../b.safetensors"]]
        ) { path in
            #expect(throws: ModelFileError.self) { _ = try ModelFile.open(path: path) }
        }
    }

    @Test(
        arguments: [
            (["model_type": "gpt2"], "model_type"), (["hidden_act": "gelu"], "gelu"),
            (["attention_bias": true], "attention_bias"), (["num_attention_heads": 3], "head"),
            (
                ["rope_scaling": ["rope_type": "yarn", "factor": 4.0] as [String: any Sendable]],
                "yarn"
            ),
            (["rope_parameters": ["rope_type": "longrope"]], "longrope"),
            (["quantization_config": ["quant_method": "gptq"]], "gptq"),
            (["hidden_size": "x"], "hidden_size"), (["vocab_size": NSNull()], "vocab_size"),
            (["hidden_size": 1 << 40], "hidden_size"), (["rope_theta": -1.0], "rope_theta"),
            (
                ["sliding_window": 4, "layer_types": ["full_attention", "sliding_attention"]],
                "window"
            ),
            (["sliding_window": 4, "use_sliding_window": true, "max_window_layers": 1], nil),
            (["sliding_window": 4, "use_sliding_window": false], nil),
            (["model_type": "gemma3_text"], "sliding_window"),
            (["model_type": "gemma2", "hidden_act": "silu"], "silu"),
            (["model_type": "gemma2", "layer_types": ["chunked_attention"]], "chunked_attention"),
            (
                ["model_type": "gemma3_text", "sliding_window": 4, "attn_logit_softcapping": 50.0],
                "attn_logit_softcapping"
            ),
            (["final_logit_softcapping": 30.0], "final_logit_softcapping"),
            (["model_type": "granitemoehybrid"], "1 of its 1 layers are mamba"),
            (
                ["model_type": "granitemoehybrid", "layer_types": ["attention", "attention"]],
                "layer_types is not about 1 layers"
            ),
            (
                ["model_type": "granitemoehybrid", "layer_types": ["attention"]],
                "a mixture of 8 experts"
            ),
            (
                [
                    "rope_parameters": ["rope_type": "default", "rope_theta": 500.0]
                        as [String: any Sendable]
                ], nil
            ),
            (["rope_scaling": ["type": "linear", "factor": 2.0] as [String: any Sendable]], nil),
        ] as [([String: any Sendable], String?)]
    )
    func settingsAreHonouredOrRefused(changes: [String: any Sendable], named: String?) throws {
        let failure = try Self.failure(changes)
        if let named {
            #expect(failure?.message.contains(named) == true, "\(failure?.message ?? "opened")")
        } else {
            #expect(failure == nil, "\(failure?.message ?? "")")
        }
    }

    @Test func tensorsThatAreMissingWrongOrUnknownAreNamed() throws {
        var shapes = Self.shapes
        shapes["model.norm.weight"] = nil
        #expect(try Self.failure(shapes: shapes)?.message.contains("model.norm.weight") == true)
        shapes["model.norm.weight"] = [9]
        #expect(try Self.failure(shapes: shapes)?.code == .wrongShape)
        shapes["model.norm.weight"] = [8]
        shapes["model.layers.0.extra.weight"] = [8]
        #expect(try Self.failure(shapes: shapes)?.message.contains("extra") == true)
        shapes["model.layers.0.extra.weight"] = nil
        shapes["model.layers.0.self_attn.rotary_emb.inv_freq"] = [2]
        #expect(try Self.failure(shapes: shapes) == nil)
        #expect(try Self.failure(type: "F64")?.code == .unsupportedType)
    }

    @Test func frequenciesAreScaledAsTheFileSays() throws {
        let weights = ["model.safetensors": try Self.bytes(Self.shapes)]
        try Self.folder(
            ["rope_scaling": ["type": "linear", "factor": 2.0] as [String: any Sendable]],
            weights: weights
        ) { path in
            let model = try ModelFile.open(path: path)
            #expect(model.rotaryFactors.short == [2, 2])
        }
    }
}
