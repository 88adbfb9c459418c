extension Tokenizer {
    /// Texts of control tokens that end a turn or a document, as llama.cpp recognizes them:
    /// model files name one `eos` although chat models stop at several.
    private static let endTexts: Set<[UInt8]> = Set(
        [
            "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>",
            "<|calls|>", "<end_of_turn>", "<|endoftext|>", "</s>", "<eos>", "<|eom_id|>",
            "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>",
            "<\u{FF5C}end\u{2581}of\u{2581}sentence\u{FF5C}>",
        ].map { Array($0.utf8) }
    )

    static func endTokens(eos: Int32?, tokens: [[UInt8]], types: [TokenType]) -> Set<Int32> {
        var result = Set(
            types.indices.filter { types[$0] == .control && endTexts.contains(tokens[$0]) }
                .map(Int32.init)
        )
        if let eos { result.insert(eos) }
        return result
    }
}
