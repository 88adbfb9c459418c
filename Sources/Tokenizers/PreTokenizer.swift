/// How text is cut into words before byte pairs are merged; merges never cross a cut.
public enum PreTokenizer: Sendable, Hashable, CaseIterable {
    /// GPT-2's pattern.
    case gpt2
    /// Every digit by itself first, then GPT-2's pattern on what lies between.
    case smolLM

    /// The values of GGUF's `tokenizer.ggml.pre` that mean this pre-tokenizer.
    public var names: [String] {
        switch self {
        case .gpt2: ["gpt-2", "default"]
        case .smolLM: ["smollm"]
        }
    }

    /// The pre-tokenizer that a model file names in `tokenizer.ggml.pre`.
    /// - Throws: `TokenizerError` with the code `unsupportedPreTokenizer`.
    public init(named name: String) throws(TokenizerError) {
        guard let match = Self.allCases.first(where: { $0.names.contains(name) }) else {
            let supported = Self.allCases.flatMap(\.names).joined(separator: ", ")
            throw TokenizerError(
                .unsupportedPreTokenizer,
                "The pre-tokenizer \"\(name)\" is not supported.",
                hint: "Use a model whose pre-tokenizer is one of: \(supported)."
            )
        }
        self = match
    }

    /// Calls `body` with each word of `text`, in order and without gaps.
    package func forEachWord(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        switch self {
        case .gpt2:
            GPT2Pattern.forEachMatch(in: text, range: 0..<text.count, body)
        case .smolLM:
            var start = 0
            var position = 0
            while position < text.count {
                let scalar = text.scalar(at: position, before: text.count)
                if scalar.kind == .number {
                    GPT2Pattern.forEachMatch(in: text, range: start..<position, body)
                    body(position..<position + scalar.length)
                    start = position + scalar.length
                }
                position += scalar.length
            }
            GPT2Pattern.forEachMatch(in: text, range: start..<text.count, body)
        }
    }
}
