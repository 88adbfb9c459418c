import Platform
import Tokenizers

/// A tokenizer's definition as GGUF's metadata.
///
/// GGUF expresses less than `tokenizer.json`: anything else is refused, since other programs would
/// tokenize differently.
struct GGUFVocabulary {
    private let path: String
    private let words: TokenizerDefinition
    private let template: String?

    /// The tokenizer of a model that was opened from a folder.
    init(_ model: ModelFile) throws(ModelFileError) {
        guard let words = model.words else {
            throw ModelFileError(
                .unsupportedTokenizer,
                "\(model.path) is a GGUF file already.",
                hint: "name the folder of a Hugging Face model"
            )
        }
        self.init(words, template: model.templateSource, path: model.path)
    }

    /// Creates it from a tokenizer and a template; `path` is for errors.
    init(_ words: TokenizerDefinition, template: String?, path: String) {
        self.path = path
        self.words = words
        self.template = template
    }

    /// The values, in the order in which converters write them.
    func metadata() throws(ModelFileError) -> [(String, GGUFWritableValue)] {
        var values: [(String, GGUFWritableValue)] = []
        switch words.alphabet {
        case .bytes: values += try bytePairs()
        case .characters: values += try sentencePieces()
        }
        values.append(("tokenizer.ggml.tokens", .array(.string(words.vocabulary.tokens))))
        values.append(("tokenizer.ggml.token_type", .array(.int32(types))))
        for (key, id) in [("bos", words.bos), ("eos", words.eos), ("unknown", words.unknown)] {
            if let id { values.append(("tokenizer.ggml.\(key)_token_id", .uint32(UInt32(id)))) }
        }
        let opens = words.bos.map { words.opening == [$0] } ?? false
        let closes = words.eos.map { words.closing == [$0] } ?? false
        guard opens || words.opening.isEmpty, closes || words.closing.isEmpty else {
            throw refusal("what it puts around a text")
        }
        values.append(("tokenizer.ggml.add_bos_token", .bool(opens)))
        values.append(("tokenizer.ggml.add_eos_token", .bool(closes)))
        if let template { values.append(("tokenizer.chat_template", .text(template))) }
        return values
    }

    private func bytePairs() throws(ModelFileError) -> [(String, GGUFWritableValue)] {
        guard case .ranked(let merges) = words.merging else { throw refusal("how it merges") }
        guard words.wordEdits.isEmpty else { throw refusal("how it edits text") }
        return [
            ("tokenizer.ggml.model", .text("gpt2")),
            ("tokenizer.ggml.pre", .text(try preTokenizerName())),
            ("tokenizer.ggml.merges", .array(.string(merges.map(\.line)))),
        ]
    }

    private func preTokenizerName() throws(ModelFileError) -> String {
        let named = NamedPreTokenizer.all.first { named in
            (try? PreTokenizer(named)) == words.preTokenizer
                && named.ignoresMerges == words.ignoresMerges
                && (named.composes ? [.compose] : []) == words.edits
        }
        guard let name = named?.names.first else { throw refusal("how it cuts text into words") }
        return name
    }

    /// As in sentencepiece, a token's score is above those that are merged later.
    private func sentencePieces() throws(ModelFileError) -> [(String, GGUFWritableValue)] {
        let mark = Array("\u{2581}".utf8)
        let replacing = TextEdit.replace([0x20], with: mark)
        let edits = words.edits + words.wordEdits
        guard edits == [replacing] || edits == [.prepend(mark), replacing] else {
            throw refusal("how it edits text")
        }
        guard words.preTokenizer == PreTokenizer(), case .ranked(let merges) = words.merging else {
            throw refusal("how it cuts text into words")
        }
        var places: [[UInt8]: Int] = [:]
        for (place, token) in words.vocabulary.tokens.enumerated() { places[token] = place }
        var scores = [Float](repeating: -1e6, count: words.vocabulary.tokens.count)
        for (rank, merge) in merges.enumerated().reversed() {
            if let place = places[merge.joined] { scores[place] = -Float(rank) }
        }
        return [
            ("tokenizer.ggml.model", .text("llama")), ("tokenizer.ggml.pre", .text("default")),
            ("tokenizer.ggml.scores", .array(.float32(scores))),
            ("tokenizer.ggml.add_space_prefix", .bool(edits.count == 2)),
        ]
    }

    /// The types of the tokens, including those that are found in text as a whole.
    private var types: [Int32] {
        var types = words.vocabulary.types.map(\.rawValue)
        for token in words.addedTokens ?? [] where types.indices.contains(Int(token.id)) {
            let type: TokenType = token.isControl ? .control : .userDefined
            types[Int(token.id)] = type.rawValue
        }
        if let unknown = words.unknown, types.indices.contains(Int(unknown)) {
            types[Int(unknown)] = TokenType.unknown.rawValue
        }
        return types
    }

    private func refusal(_ what: String) -> ModelFileError {
        ModelFileError(
            .unsupportedTokenizer,
            "GGUF cannot represent the tokenizer of \(path): \(what).",
            hint: "use the folder as it is"
        )
    }
}
