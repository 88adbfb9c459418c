internal import Platform
internal import Tokenizers

extension Tokenizer {
    /// Creates the tokenizer that a GGUF file describes.
    ///
    /// - Parameter vocabularySize: The number of tokens of the model; nil for that in the file.
    convenience init(_ file: GGUFFile, vocabularySize: Int? = nil) throws(ModelFileError) {
        let definition = try TokenizerDefinition(file, vocabularySize: vocabularySize)
        try self.init(definition, of: file.path)
    }

    /// Creates the tokenizer that the files of the model at `path` define.
    convenience init(
        _ definition: TokenizerDefinition,
        of path: String
    ) throws(ModelFileError) {
        do {
            try self.init(definition)
        } catch {
            throw .unusableTokenizer(path, error)
        }
    }
}

extension TokenizerDefinition {
    /// Reads the tokenizer of a GGUF file.
    init(_ file: GGUFFile, vocabularySize: Int? = nil) throws(ModelFileError) {
        do {
            self = try Words(file).definition(vocabularySize: vocabularySize)
        } catch let error as TokenizerError {
            throw .unusableTokenizer(file.path, error)
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw ModelFileError(.unsupportedTokenizer, "\(file.path): \(error)")
        }
    }
}

extension ModelFileError {
    /// The error that the tokenizer of the model at `path` is unusable.
    static func unusableTokenizer(_ path: String, _ error: TokenizerError) -> ModelFileError {
        ModelFileError(
            .unsupportedTokenizer,
            "The tokenizer of \(path) is not usable. \(error.message)",
            hint: error.hint ?? fetchAgain
        )
    }
}

/// The metadata of a GGUF file under `tokenizer.ggml`.
private struct Words {
    let file: GGUFFile

    init(_ file: GGUFFile) {
        self.file = file
    }

    func definition(vocabularySize: Int?) throws -> TokenizerDefinition {
        guard let model = file.metadata["tokenizer.ggml.model"]?.text else {
            throw missing("model")
        }
        let rows = vocabularySize ?? file.tensors["token_embd.weight"]?.shape.first
        let (vocabulary, beyond) = try vocabulary(rows: rows)
        var definition =
            switch model {
            case "gpt2": try bytePairs(vocabulary)
            case "llama": try sentencePieces(vocabulary)
            case "gemma4": try characterPairs(vocabulary)
            default:
                throw ModelFileError(
                    .unsupportedTokenizer,
                    "\(file.path) has the tokenizer \"\(model)\"; supported: gpt2 (byte-level BPE), "
                        + "llama (sentencepiece) and gemma4.",
                    hint: "use a model with one of these tokenizers"
                )
            }
        if flag("add_eos_token") ?? false, let eos = definition.eos { definition.closing = [eos] }
        definition.tokensBeyondModel = beyond
        return definition
    }

    /// The tokens that the model has rows for, and those that were added beyond them.
    private func vocabulary(
        rows: Int?
    ) throws(ModelFileError) -> (Vocabulary, beyond: [AddedToken]) {
        let tokens = try strings("tokens")
        let types = try types(count: tokens.count)
        let whole = Vocabulary(tokens: tokens, types: types)
        guard let rows, tokens.count != rows, tokens.count == types.count else {
            return (whole, [])
        }
        guard tokens.count > rows else {
            throw ModelFileError(
                .corrupt,
                "\(file.path) has words for \(tokens.count) tokens, but the model has \(rows).",
                hint: ModelFileError.fetchAgain
            )
        }
        if let word = types[rows...].firstIndex(where: { $0 == .normal || $0 == .byte }) {
            throw ModelFileError(
                .corrupt,
                "\(file.path) has words for \(tokens.count) tokens, but the model has \(rows), and "
                    + "the token \"\(String(decoding: tokens[word].prefix(60), as: UTF8.self))\" "
                    + "(\(word)) beyond them is a piece of text.",
                hint: ModelFileError.fetchAgain
            )
        }
        let beyond = (rows..<tokens.count).filter { types[$0] != .unused }.map {
            AddedToken(id: Int32($0), text: tokens[$0], isControl: types[$0] != .userDefined)
        }
        return (
            Vocabulary(tokens: Array(tokens[..<rows]), types: Array(types[..<rows])), beyond
        )
    }

    /// A byte-level tokenizer, as in GPT-2.
    private func bytePairs(_ vocabulary: Vocabulary) throws -> TokenizerDefinition {
        let named = try NamedPreTokenizer.named(
            file.metadata["tokenizer.ggml.pre"]?.text ?? "default"
        )
        var definition = TokenizerDefinition(
            vocabulary: vocabulary,
            alphabet: .bytes,
            merging: .ranked(try TokenizerDefinition.Merge.all(strings("merges")))
        )
        definition.preTokenizer = try PreTokenizer(named)
        definition.ignoresMerges = named.ignoresMerges
        if named.composes { definition.edits = [.compose] }
        try addEnds(to: &definition, addsBOS: named.addsBOS)
        return definition
    }

    /// A tokenizer of sentencepiece's BPE kind, as in Llama 2.
    private func sentencePieces(_ vocabulary: Vocabulary) throws -> TokenizerDefinition {
        guard case .array(let array) = file.metadata["tokenizer.ggml.scores"],
            let scores = array.floats()
        else { throw missing("scores") }
        // The scores of tokens beyond the model's rows are dropped with them.
        let count = vocabulary.tokens.count
        let kept = scores.count == storedTokenCount ? Array(scores[..<count]) : scores
        var definition = TokenizerDefinition(
            vocabulary: vocabulary,
            alphabet: .characters,
            merging: .scored(kept)
        )
        try addSpaces(to: &definition, prefix: flag("add_space_prefix") ?? true)
        try addEnds(to: &definition, addsBOS: true)
        // Phi 3's template puts a line feed after each of its tokens that is not a token of the
        // text.
        if file.metadata["general.name"]?.text?.lowercased().contains("phi-3") == true {
            stripAfterAddedTokens(&definition)
        }
        return definition
    }

    /// A tokenizer that merges characters by rank, as in Gemma.
    private func characterPairs(_ vocabulary: Vocabulary) throws -> TokenizerDefinition {
        var definition = TokenizerDefinition(
            vocabulary: vocabulary,
            alphabet: .characters,
            merging: .ranked(try TokenizerDefinition.Merge.all(strings("merges")))
        )
        try addSpaces(to: &definition, prefix: flag("add_space_prefix") ?? false)
        try addEnds(to: &definition, addsBOS: true)
        return definition
    }

    private func addSpaces(to definition: inout TokenizerDefinition, prefix: Bool) throws {
        let mark = Array("\u{2581}".utf8)
        definition.edits = (prefix ? [.prepend(mark)] : []) + [.replace([0x20], with: mark)]
        definition.dropsFirstSpace = prefix
        definition.unknown = try token("unknown_token_id")
        definition.fusesUnknown = true
    }

    private func addEnds(to definition: inout TokenizerDefinition, addsBOS: Bool) throws {
        let count = definition.vocabulary.tokens.count
        func own(_ key: String) throws -> Int32? {
            guard let id = try token(key) else { return nil }
            return (count..<max(count, storedTokenCount)).contains(Int(id)) ? nil : id
        }
        definition.bos = try own("bos_token_id")
        definition.eos = try own("eos_token_id")
        if flag("add_bos_token") ?? addsBOS, let bos = definition.bos { definition.opening = [bos] }
    }

    private func stripAfterAddedTokens(_ definition: inout TokenizerDefinition) {
        let plain: Set<[UInt8]> = Set(["<unk>", "<s>", "<|endoftext|>"].map { Array($0.utf8) })
        let vocabulary = definition.vocabulary
        definition.addedTokens = vocabulary.types.indices.compactMap { index in
            let type = vocabulary.types[index]
            guard [.control, .unknown, .userDefined].contains(type) else { return nil }
            var token = AddedToken(
                id: Int32(index),
                text: vocabulary.tokens[index],
                isControl: type != .userDefined
            )
            token.stripsRight = !plain.contains(token.text)
            return token
        }
    }

    /// The number of tokens in the file, including those beyond the model's rows.
    private var storedTokenCount: Int {
        if case .array(let array) = file.metadata["tokenizer.ggml.tokens"] {
            array.count
        } else {
            0
        }
    }

    private func strings(_ key: String) throws(ModelFileError) -> [[UInt8]] {
        guard case .array(let array) = file.metadata["tokenizer.ggml.\(key)"],
            let strings = array.strings()
        else { throw missing(key) }
        return strings
    }

    /// The tokens' types; all are normal if the file has none.
    private func types(count: Int) throws(ModelFileError) -> [TokenType] {
        guard let value = file.metadata["tokenizer.ggml.token_type"] else {
            return [TokenType](repeating: .normal, count: count)
        }
        guard case .array(let array) = value, let codes = array.integers() else {
            throw missing("token_type")
        }
        var types: [TokenType] = []
        types.reserveCapacity(codes.count)
        for code in codes {
            guard let type = Int32(exactly: code).flatMap(TokenType.init(rawValue:)) else {
                throw ModelFileError(
                    .corrupt,
                    "\(file.path) has a token of the unknown type \(code).",
                    hint: ModelFileError.fetchAgain
                )
            }
            types.append(type)
        }
        return types
    }

    private func token(_ key: String) throws(ModelFileError) -> Int32? {
        guard let value = file.metadata["tokenizer.ggml.\(key)"] else { return nil }
        guard let id = value.integer.flatMap(Int32.init(exactly:)) else { throw missing(key) }
        return id
    }

    private func flag(_ key: String) -> Bool? {
        if case .bool(let flag) = file.metadata["tokenizer.ggml.\(key)"] { flag } else { nil }
    }

    private func missing(_ key: String) -> ModelFileError {
        ModelFileError(
            .missingPart,
            "\(file.path) has no usable tokenizer.ggml.\(key).",
            hint: "the file holds no whole model; get it again or use another"
        )
    }
}

extension GGUFArray {
    /// The values as floats, or nil if they are of another type.
    fileprivate func floats() -> [Float]? {
        guard elementType == .float32 else { return nil }
        return (0..<count).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
}
