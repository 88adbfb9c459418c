extension TestModel {
    /// The model's unwritten file.
    func file() -> GGUFWriter {
        var file = GGUFWriter()
        writeSettings(&file)
        writeWords(&file)
        writeTensors(&file)
        return file
    }

    private func writeSettings(_ file: inout GGUFWriter) {
        file.set("general.architecture", .string("llama"))
        file.set("general.name", .string(name))
        let numbers = [
            ("context_length", contextLength), ("embedding_length", width),
            ("block_count", layers), ("feed_forward_length", feedForwardWidth),
            ("attention.head_count", heads), ("attention.head_count_kv", keyValueHeads),
            ("rope.dimension_count", width / heads), ("vocab_size", vocabulary.count),
        ]
        for (key, number) in numbers { file.set("llama.\(key)", .uint32(UInt32(number))) }
        if let slidingWindow {
            file.set("llama.attention.sliding_window", .uint32(UInt32(slidingWindow)))
        }
        file.set("llama.attention.layer_norm_rms_epsilon", .float32(1e-5))
        file.set("llama.rope.freq_base", .float32(10_000))
    }

    private func writeWords(_ file: inout GGUFWriter) {
        file.set("tokenizer.ggml.model", .string("gpt2"))
        file.set("tokenizer.ggml.pre", .string("smollm"))
        file.set("tokenizer.ggml.tokens", .strings(vocabulary.map { Array($0.utf8) }))
        file.set(
            "tokenizer.ggml.token_type",
            .int32s(vocabulary.indices.map { $0 < TestModel.firstByte ? 3 : 1 })
        )
        file.set("tokenizer.ggml.merges", .strings(TestModel.merges.map { Array($0.utf8) }))
        file.set("tokenizer.ggml.bos_token_id", .uint32(UInt32(TestModel.turnStart)))
        file.set("tokenizer.ggml.eos_token_id", .uint32(UInt32(TestModel.turnEnd)))
        file.set("tokenizer.ggml.add_bos_token", .bool(false))
        if let chatTemplate { file.set("tokenizer.chat_template", .string(chatTemplate)) }
    }

    /// The tokens in the spelling of a byte-level vocabulary.
    private var vocabulary: [String] {
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
            + (0..<256).map { String(Self.letter(of: UInt8($0))) }
            + TestModel.merges.map { $0.filter { $0 != " " } }
    }

    /// GPT-2's letter for a byte: itself if printable, else one above U+00FF.
    private static func letter(of byte: UInt8) -> Unicode.Scalar {
        func isVisible(_ byte: UInt8) -> Bool {
            (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
        }
        if isVisible(byte) { return Unicode.Scalar(byte) }
        let hiddenBefore = (0..<byte).count { !isVisible($0) }
        return Unicode.Scalar(UInt16(256 + hiddenBefore)) ?? "?"
    }

    private func writeTensors(_ file: inout GGUFWriter) {
        var random = SplitMix64(state: seed)
        let keyWidth = width / heads * keyValueHeads
        func matrix(_ name: String, _ rows: Int, _ columns: Int, scale: Float) {
            let values = (0..<rows * columns).map { _ in random.symmetric() * scale }
            file.add(name, shape: [rows, columns], type: type.code, bytes: type.encode(values))
        }
        func norm(_ name: String) {
            let values = (0..<width).map { _ in 1 + 0.1 * random.symmetric() }
            file.add(
                name,
                shape: [width],
                type: TestWeightType.f32.code,
                bytes: TestWeightType.f32.encode(values)
            )
        }
        // Variance-preserving, so that activations neither vanish nor explode.
        let inner = (3 / Float(width)).squareRoot()
        let outer = (3 / Float(feedForwardWidth)).squareRoot()
        matrix("token_embd.weight", vocabulary.count, width, scale: 1)
        for layer in 0..<layers {
            norm("blk.\(layer).attn_norm.weight")
            matrix("blk.\(layer).attn_q.weight", width, width, scale: inner)
            matrix("blk.\(layer).attn_k.weight", keyWidth, width, scale: inner)
            matrix("blk.\(layer).attn_v.weight", keyWidth, width, scale: inner)
            matrix("blk.\(layer).attn_output.weight", width, width, scale: inner)
            norm("blk.\(layer).ffn_norm.weight")
            matrix("blk.\(layer).ffn_gate.weight", feedForwardWidth, width, scale: inner)
            matrix("blk.\(layer).ffn_up.weight", feedForwardWidth, width, scale: inner)
            matrix("blk.\(layer).ffn_down.weight", width, feedForwardWidth, scale: outer)
        }
        norm("output_norm.weight")
        if !tiesEmbeddings { matrix("output.weight", vocabulary.count, width, scale: inner) }
    }
}

/// Steele et al., "Fast splittable pseudorandom number generators" (2014).
private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in -1 ..< 1.
    mutating func symmetric() -> Float {
        Float(next() >> 40) * 0x1p-23 - 1
    }
}
