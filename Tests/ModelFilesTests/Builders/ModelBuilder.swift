import ModelFiles

extension GGUFBuilder {
    /// A whole model of the llama architecture of minimum size: V 8, C 8, L 2, H 4, K 2, F 12.
    static func model(tied: Bool = true, headWidth: UInt64 = 2) -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.values = [
            ("general.architecture", .string("llama")), ("general.type", .string("model")),
            ("general.name", .string("Tiny")),
            ("llama.block_count", .uint32(2)), ("llama.context_length", .uint32(64)),
            ("llama.embedding_length", .uint32(8)), ("llama.feed_forward_length", .uint32(12)),
            ("llama.attention.head_count", .uint32(4)),
            ("llama.attention.head_count_kv", .uint32(2)),
            ("llama.attention.layer_norm_rms_epsilon", .float32(1e-5)),
            ("llama.rope.freq_base", .float32(50_000)),
            ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("smollm")),
            (
                "tokenizer.ggml.tokens",
                .strings(["<|e|>", "a", "b", "c", "ab", "abc", "<|s|>", "d"])
            ),
            ("tokenizer.ggml.token_type", .int32s([3, 1, 1, 1, 1, 1, 3, 1])),
            ("tokenizer.ggml.merges", .strings(["a b", "ab c"])),
            ("tokenizer.ggml.bos_token_id", .uint32(6)),
            ("tokenizer.ggml.eos_token_id", .uint32(0)),
        ]
        if headWidth != 2 {
            builder.set("llama.attention.key_length", .uint64(headWidth))
            builder.set("llama.attention.value_length", .uint64(headWidth))
        }
        builder.addMatrix("token_embd.weight", rows: 8, columns: 8)
        builder.addVector("output_norm.weight", count: 8)
        if !tied { builder.addMatrix("output.weight", rows: 8, columns: 8) }
        for layer in 0..<2 {
            let block = "blk.\(layer)."
            builder.addVector(block + "attn_norm.weight", count: 8)
            builder.addMatrix(block + "attn_q.weight", rows: 4 * headWidth, columns: 8)
            builder.addMatrix(block + "attn_k.weight", rows: 2 * headWidth, columns: 8)
            builder.addMatrix(block + "attn_v.weight", rows: 2 * headWidth, columns: 8)
            builder.addMatrix(block + "attn_output.weight", rows: 8, columns: 4 * headWidth)
            builder.addVector(block + "ffn_norm.weight", count: 8)
            builder.addMatrix(block + "ffn_gate.weight", rows: 12, columns: 8)
            builder.addMatrix(block + "ffn_up.weight", rows: 12, columns: 8)
            builder.addMatrix(block + "ffn_down.weight", rows: 8, columns: 12)
        }
        return builder
    }

    /// Adds a float16 matrix whose numbers identify the tensor.
    mutating func addMatrix(_ name: String, rows: UInt64, columns: UInt64) {
        let mark = UInt8(tensors.count)
        let bytes = [UInt8](repeating: mark, count: Int(rows * columns) * 2)
        tensors.append(.init(name: name, extents: [columns, rows], type: 1, bytes: bytes))
    }

    /// Adds a float32 vector that counts from 1 up.
    mutating func addVector(_ name: String, count: Int) {
        var bytes: [UInt8] = []
        for index in 1...count { bytes.append(Float(index).bitPattern) }
        tensors.append(.init(name: name, extents: [UInt64(count)], bytes: bytes))
    }

    mutating func remove(_ name: String) {
        tensors.removeAll { $0.name == name }
    }
}

extension ModelConfiguration {
    /// The sizes of a model that adapters of a few numbers fit.
    static func tiny(_ architecture: String = "llama") -> ModelConfiguration {
        ModelConfiguration(
            architecture: architecture,
            vocabularySize: 8,
            width: 4,
            layerCount: 2,
            headCount: 2,
            keyValueHeadCount: 1,
            headWidth: 4,
            feedForwardWidth: 6,
            contextLength: 16,
            tiesEmbeddings: true
        )
    }
}
