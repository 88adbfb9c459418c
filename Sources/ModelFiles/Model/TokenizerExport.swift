import JSON
import Platform
import Tokenizers

/// A tokenizer's definition as files of a Hugging Face folder: `tokenizer.json`,
/// `tokenizer_config.json` and `generation_config.json`.
///
/// It supports the definitions of GGUF files; other definitions come with files of their own.
struct TokenizerExport {
    private static let spaceMark = Array("\u{2581}".utf8)

    private let path: String
    private let definition: TokenizerDefinition
    /// The tokens' texts, by id.
    private let texts: [String]
    private let added: [AddedToken]

    /// The tokenizer of the model at `path`.
    init(_ definition: TokenizerDefinition, of path: String) throws(ModelFileError) {
        self.path = path
        self.definition = definition
        var texts: [String] = []
        texts.reserveCapacity(definition.vocabulary.tokens.count)
        for (id, token) in definition.vocabulary.tokens.enumerated() {
            guard let text = String(validating: token, as: UTF8.self) else {
                throw Self.refusal(path, "token \(id), which is not UTF-8")
            }
            texts.append(text)
        }
        self.texts = texts
        added = definition.standingTokens.filter { !$0.text.isEmpty }
    }

    /// The content of `tokenizer.json`.
    func tokenizer() throws(ModelFileError) -> JSONValue {
        let isOfBytes = definition.alphabet == .bytes
        return [
            "version": "1.0", "truncation": .null, "padding": .null,
            "added_tokens": .array(added.map(entry)),
            "normalizer": try normalizer(),
            "pre_tokenizer": isOfBytes ? try preTokenizer() : .null,
            "post_processor": postProcessor(),
            "decoder": isOfBytes ? Self.byteLevel(usesExpression: true) : spaceDecoder,
            "model": try model(),
        ]
    }

    private func entry(_ token: AddedToken) -> JSONValue {
        [
            "id": .integer(Int(token.id)), "content": .string(texts[Int(token.id)]),
            "single_word": .boolean(token.isSingleWord), "lstrip": .boolean(token.stripsLeft),
            "rstrip": .boolean(token.stripsRight),
            "normalized": .boolean(token.isFoundInEditedText),
            "special": .boolean(token.isControl),
        ]
    }

    private func model() throws(ModelFileError) -> JSONValue {
        var vocabulary = JSONObject()
        for (id, text) in texts.enumerated() {
            guard vocabulary.insert(.integer(id), named: JSONName(text)) else {
                throw Self.refusal(path, "the token \"\(text.prefix(80))\", which occurs twice")
            }
        }
        let isOfBytes = definition.alphabet == .bytes
        return [
            "type": "BPE", "dropout": .null,
            "unk_token": definition.unknown.map { .string(texts[Int($0)]) } ?? .null,
            "continuing_subword_prefix": .null, "end_of_word_suffix": .null,
            "fuse_unk": .boolean(definition.fusesUnknown),
            "byte_fallback": .boolean(definition.vocabulary.types.contains(.byte)),
            "ignore_merges": .boolean(isOfBytes && definition.ignoresMerges),
            "vocab": .object(vocabulary), "merges": .array(definition.rankedMerges.map(Self.pair)),
        ]
    }

    private static func pair(_ merge: TokenizerDefinition.Merge) -> JSONValue {
        .array([merge.left, merge.right].map { .string(String(decoding: $0, as: UTF8.self)) })
    }

    static func refusal(_ path: String, _ what: String) -> ModelFileError {
        ModelFileError(
            .unsupportedTokenizer,
            "tokenizer.json cannot represent the tokenizer of \(path): \(what).",
            hint: "use the file as it is"
        )
    }
}

// MARK: - How text is cut and joined

extension TokenizerExport {
    private func normalizer() throws(ModelFileError) -> JSONValue {
        guard definition.wordEdits.isEmpty else {
            throw Self.refusal(path, "how it edits words")
        }
        var parts: [JSONValue] = []
        for edit in definition.edits {
            switch edit {
            case .compose: parts.append(["type": "NFC"])
            case .prepend(let text):
                parts.append(
                    ["type": "Prepend", "prepend": .string(String(decoding: text, as: UTF8.self))]
                )
            case .replace(let old, let new):
                parts.append(
                    Self.replacing(
                        String(decoding: old, as: UTF8.self),
                        by: String(decoding: new, as: UTF8.self)
                    )
                )
            case .prependUnlessThere, .prependAtStart, .prependSpace:
                throw Self.refusal(path, "how it edits text")
            }
        }
        switch parts.count {
        case 0: return .null
        case 1: return parts[0]
        default: return ["type": "Sequence", "normalizers": .array(parts)]
        }
    }

    private func preTokenizer() throws(ModelFileError) -> JSONValue {
        let named = NamedPreTokenizer.all.first {
            (try? PreTokenizer($0)) == definition.preTokenizer
        }
        guard let expressions = named?.expressions else {
            throw Self.refusal(path, "how it cuts text into words")
        }
        if expressions == [NamedPreTokenizer.gpt2] { return Self.byteLevel(usesExpression: true) }
        let splits = expressions.map { expression -> JSONValue in
            [
                "type": "Split", "pattern": ["Regex": .string(Self.spelledOut(expression))],
                "behavior": "Isolated", "invert": false,
            ]
        }
        return [
            "type": "Sequence",
            "pretokenizers": .array(splits + [Self.byteLevel(usesExpression: false)]),
        ]
    }

    /// An expression with the literal characters for `\u{4E00}`, which is not supported there.
    static func spelledOut(_ expression: String) -> String {
        let parts = expression.split(separator: #"\u{"#, omittingEmptySubsequences: false)
        var text = String(parts[0])
        for part in parts.dropFirst() {
            let digits = part.prefix { $0 != "}" }
            let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
            text += scalar.map(String.init) ?? ""
            text += part.dropFirst(digits.count + 1)
        }
        return text
    }

    private func postProcessor() -> JSONValue {
        let (opening, closing) = (definition.opening, definition.closing)
        let bytes = Self.byteLevel(usesExpression: true, trims: false)
        guard !opening.isEmpty || !closing.isEmpty else {
            return definition.alphabet == .bytes ? bytes : .null
        }
        func special(_ id: Int32, _ part: Int) -> JSONValue {
            ["SpecialToken": ["id": .string(texts[Int(id)]), "type_id": .integer(part)]]
        }
        func sequence(_ name: String, _ part: Int) -> [JSONValue] {
            opening.map { special($0, part) }
                + [["Sequence": ["id": .string(name), "type_id": .integer(part)]]]
                + closing.map { special($0, part) }
        }
        var tokens = JSONObject()
        for id in opening + closing {
            let text = texts[Int(id)]
            _ = tokens.insert(
                ["id": .string(text), "ids": [.integer(Int(id))], "tokens": [.string(text)]],
                named: JSONName(text)
            )
        }
        let template: JSONValue = [
            "type": "TemplateProcessing", "single": .array(sequence("A", 0)),
            "pair": .array(sequence("A", 0) + sequence("B", 1)), "special_tokens": .object(tokens),
        ]
        guard definition.alphabet == .bytes else { return template }
        return ["type": "Sequence", "processors": [bytes, template]]
    }

    /// Reverts the marking of spaces.
    private var spaceDecoder: JSONValue {
        let mark = String(decoding: Self.spaceMark, as: UTF8.self)
        var decoders: [JSONValue] = [
            Self.replacing(mark, by: " "), ["type": "ByteFallback"], ["type": "Fuse"],
        ]
        if definition.dropsFirstSpace {
            decoders.append(["type": "Strip", "content": " ", "start": 1, "stop": 0])
        }
        return ["type": "Sequence", "decoders": .array(decoders)]
    }

    private static func replacing(_ old: String, by new: String) -> JSONValue {
        ["type": "Replace", "pattern": ["String": .string(old)], "content": .string(new)]
    }

    private static func byteLevel(usesExpression: Bool, trims: Bool = true) -> JSONValue {
        [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": .boolean(trims),
            "use_regex": .boolean(usesExpression),
        ]
    }
}

// MARK: - The other files

extension TokenizerExport {
    /// The content of `tokenizer_config.json`.
    func settings(contextLength: Int, chatTemplate: String?) -> JSONValue {
        func text(_ id: Int32?) -> JSONValue? { id.map { .string(texts[Int($0)]) } }
        return [
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": .integer(contextLength), "clean_up_tokenization_spaces": false,
            "bos_token": text(definition.bos), "eos_token": text(definition.eos),
            "unk_token": text(definition.unknown),
            "chat_template": chatTemplate.map { .string($0) },
        ]
    }

    /// The content of `generation_config.json`: the tokens that end an answer.
    static func generation(_ tokenizer: Tokenizer) -> JSONValue {
        let ends = tokenizer.endTokens.sorted()
        return [
            "bos_token_id": tokenizer.bos.map { .integer(Int($0)) },
            "eos_token_id": ends.isEmpty ? nil : .array(ends.map { .integer(Int($0)) }),
        ]
    }
}
