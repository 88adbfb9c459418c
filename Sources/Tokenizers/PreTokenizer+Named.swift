public import Platform

/// A pre-tokenizer that model files refer to by name, with the settings of that name.
///
/// The expressions are those of the published `tokenizer.json` files.
public struct NamedPreTokenizer: Sendable {
    /// The values of GGUF's `tokenizer.ggml.pre` for it.
    public let names: [String]
    /// Regular expressions, each applied to the pieces of the previous one.
    public let expressions: [String]
    /// Whether text is converted to NFC first.
    public var composes = false
    /// Whether a word that is a token is used as it is, without merging.
    public var ignoresMerges = false
    /// Whether texts start with `bos` by default.
    public var addsBOS = false
}

extension NamedPreTokenizer {
    /// All that are supported.
    public static let all: [NamedPreTokenizer] = [
        .init(names: ["gpt-2", "default", "phi-2", "jais", "mellum"], expressions: [gpt2]),
        .init(names: ["mpt", "olmo"], expressions: [gpt2], composes: true),
        .init(names: ["smollm", "starcoder", "refact", "codeshell"], expressions: [digit, gpt2]),
        .init(names: ["command-r"], expressions: [digit, gpt2], composes: true),
        .init(
            names: ["llama-bpe", "llama3", "llama-v3", "lfm2"],
            expressions: [llama3],
            ignoresMerges: true,
            addsBOS: true
        ),
        .init(names: ["dbrx", "smaug-bpe", "chatglm-bpe"], expressions: [llama3]),
        .init(names: ["glm4"], expressions: [llama3], ignoresMerges: true),
        .init(
            names: ["qwen2", "deepseek-r1-qwen", "stablelm2", "megrez"],
            expressions: [qwen2],
            composes: true
        ),
        .init(names: ["qwen35"], expressions: [qwen35], composes: true),
        .init(names: ["tekken"], expressions: [tekken], ignoresMerges: true, addsBOS: true),
        .init(names: ["gpt-4o", "llama4"], expressions: [gpt4o]),
        .init(names: ["deepseek-llm"], expressions: deepSeekLLM),
        .init(names: ["deepseek-coder"], expressions: deepSeekCoder),
        .init(names: ["deepseek-v3"], expressions: deepSeek3),
        .init(names: ["falcon"], expressions: falcon),
        .init(names: ["poro-chat", "bloom", "gpt3-finnish"], expressions: [bloom]),
        .init(names: ["viking"], expressions: [bloom, digit]),
        .init(names: ["bailingmoe", "bailingmoe2", "llada-moe"], expressions: [bailing]),
        .init(names: ["seed-coder"], expressions: [seedCoder]),
    ]

    static let digit = #"\p{N}"#
    /// GPT-2's pattern, which is also `ByteLevel` in a `tokenizer.json`.
    public static let gpt2 =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    static let llama3 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    static let qwen2 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    static let qwen35 =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"#
        + #"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    static let tekken =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
        + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
        + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    static let gpt4o =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
        + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
        + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
        + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
        + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    static let bloom = #" ?[^(\s|.,!?\u{2026}\u{3002}\u{FF0C}\u{3001}\u{964}\u{6D4}\u{60C})]+"#
    static let bailing =
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}"#
        + #"| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#
    static let seedCoder =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}"#
        + #"| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"#
    static let falcon = [
        #"[\p{P}\$\+<=>\^~\|`]+"#,
        gpt2,
        #"[0-9][0-9][0-9]"#,
    ]
    static let deepSeek3 = [
        #"\p{N}{1,3}"#,
        #"[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+"#,
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"##
            + #"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"#
            + #"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
    ]
    static let deepSeekCoder = [
        #"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#,
        #"[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+"#, digit,
    ]
    static let deepSeekLLM = [
        #"[\r\n]"#,
        #"\s?[A-Za-z\u{B5}\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{1BA}\u{1BC}-\u{1BF}"#
            + #"\u{1C4}-\u{293}\u{295}-\u{2AF}\u{370}-\u{373}\u{376}\u{377}\u{37B}-\u{37D}"#
            + #"\u{37F}\u{386}\u{388}-\u{38A}\u{38C}\u{38E}-\u{3A1}\u{3A3}-\u{3F5}"#
            + #"\u{3F7}-\u{481}\u{48A}-\u{52F}\u{531}-\u{556}\u{10A0}-\u{10C5}"#
            + #"\u{13A0}-\u{13F5}\u{13F8}-\u{13FD}\u{1C90}-\u{1CBA}\u{1CBD}-\u{1CBF}"#
            + #"\u{1D00}-\u{1D2B}\u{1D6B}-\u{1D77}\u{1D79}-\u{1D9A}\u{1E00}-\u{1F15}"#
            + #"\u{1F18}-\u{1F1D}\u{1F20}-\u{1F45}\u{1F48}-\u{1F4D}\u{1F50}-\u{1F57}\u{1F59}"#
            + #"\u{1F5B}\u{1F5D}\u{1F5F}-\u{1F7D}\u{1F80}-\u{1FB4}\u{1FB6}-\u{1FBC}\u{1FBE}"#
            + #"\u{1FC2}-\u{1FC4}\u{1FC6}-\u{1FCC}\u{1FD0}-\u{1FD3}\u{1FD6}-\u{1FDB}"#
            + #"\u{1FE0}-\u{1FEC}\u{1FF2}-\u{1FF4}\u{1FF6}-\u{1FFC}\u{2102}\u{2107}"#
            + #"\u{210A}-\u{2113}\u{2115}\u{2119}-\u{211D}\u{2124}\u{2126}\u{2128}"#
            + #"\u{212A}-\u{212D}\u{212F}-\u{2134}\u{2139}\u{213C}-\u{213F}\u{2145}-\u{2149}"#
            + #"\u{214E}\u{2183}\u{2184}\u{2C00}-\u{2C7B}\u{2C7E}-\u{2CE4}\u{2CEB}-\u{2CEE}"#
            + #"\u{2CF2}\u{2CF3}\u{A640}-\u{A66D}\u{A680}-\u{A69B}\u{A722}-\u{A76F}"#
            + #"\u{A771}-\u{A787}\u{A78B}-\u{A78E}\u{AB70}-\u{ABBF}\u{FB00}-\u{FB06}"#
            + #"\u{FB13}-\u{FB17}\u{FF21}-\u{FF3A}\u{FF41}-\u{FF5A}\u{10400}-\u{1044F}"#
            + #"\u{104B0}-\u{104D3}\u{104D8}-\u{104FB}\u{10C80}-\u{10CB2}\u{10CC0}-\u{10CF2}"#
            + #"\u{118A0}-\u{118DF}\u{1E900}-\u{1E943}]+"#,
        #"\s?[!-/:-~\u{FF01}-\u{FF0F}\u{FF1A}-\u{FF5E}\u{2018}-\u{201F}\u{3000}-\u{3002}]+"#,
        #"\s+$"#,
        #"[\u{4E00}-\u{9FA5}\u{800}-\u{4E00}\u{AC00}-\u{D7FF}]+"#,
        digit,
    ]

    /// The pre-tokenizer with a name in `tokenizer.ggml.pre`.
    ///
    /// - Throws: `TokenizerError` with the code `unsupportedPreTokenizer`.
    public static func named(_ name: String) throws(TokenizerError) -> NamedPreTokenizer {
        guard let match = all.first(where: { $0.names.contains(name) }) else {
            let supported = all.flatMap(\.names).joined(separator: ", ")
            throw TokenizerError(
                .unsupportedPreTokenizer,
                "The pre-tokenizer \"\(name)\" is not supported.",
                hint: "Use a model whose pre-tokenizer is one of: \(supported)."
            )
        }
        return match
    }
}

extension PreTokenizer {
    /// GPT-2's pattern.
    public static let gpt2 = PreTokenizer(trusted: [NamedPreTokenizer.gpt2])
    /// Each digit separately first, then GPT-2's pattern on the rest.
    public static let smolLM = PreTokenizer(
        trusted: [NamedPreTokenizer.digit, NamedPreTokenizer.gpt2]
    )

    /// Splits by each of the expressions in turn.
    ///
    /// - Throws: `TokenizerError` with the code `unsupportedPreTokenizer`.
    public init(_ named: NamedPreTokenizer) throws(TokenizerError) {
        self.init()
        for expression in named.expressions { try split(by: expression) }
    }

    /// The pre-tokenizer with a name in `tokenizer.ggml.pre`.
    ///
    /// - Throws: `TokenizerError` with the code `unsupportedPreTokenizer`.
    public init(named name: String) throws(TokenizerError) {
        try self.init(NamedPreTokenizer.named(name))
    }

    /// For the expressions in this file, which tests show to be valid.
    private init(trusted expressions: [String]) {
        self.init()
        for expression in expressions {
            do {
                try split(by: expression)
            } catch {
                preconditionFailure("\(error)")
            }
        }
    }
}
