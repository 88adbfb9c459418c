internal import JSON
internal import Tokenizers

extension JSONPart {
    /// The definition in a whole `tokenizer.json`.
    ///
    /// - Parameters:
    ///   - vocabularySize: The number of tokens of the model, if known.
    ///   - further: Added tokens in another file.
    func definition(
        vocabularySize: Int?,
        further: [AddedToken]
    ) throws(ModelFileError) -> TokenizerDefinition {
        try allowOnly(
            "version",
            "truncation",
            "padding",
            "added_tokens",
            "normalizer",
            "pre_tokenizer",
            "post_processor",
            "decoder",
            "model"
        )
        guard let model = try part("model") else { throw refusal("it has no \"model\"") }
        try model.checkModel()
        var added: [AddedToken] = []
        for part in try parts("added_tokens") { added.append(try part.addedToken(id: nil)) }
        let known = Set(added.map(\.id))
        added += further.filter { !known.contains($0.id) }
        // A token was added, such as an unused <pad>, without enlarging the model.
        let beyond = added.filter { Int($0.id) >= vocabularySize ?? .max }
        added.removeAll { Int($0.id) >= vocabularySize ?? .max }

        var words = try VocabularyBuilder(model, added, beyond, vocabularySize)
        let usesBytes = try model.flag("byte_fallback") ?? false
        if usesBytes { words.markBytes() }
        var definition = TokenizerDefinition(
            vocabulary: Vocabulary(tokens: words.tokens, types: words.types),
            alphabet: .characters,
            merging: .ranked(try model.merges())
        )
        if let unknown = try model.string("unk_token") {
            definition.unknown = words.ids[JSONName(unknown)]
        }
        definition.fusesUnknown = try model.flag("fuse_unk") ?? false
        definition.ignoresMerges = try model.flag("ignore_merges") ?? false
        definition.addedTokens = added
        definition.tokensBeyondModel = beyond
        if let normalizer = try part("normalizer") {
            definition.edits = try normalizer.normalizerEdits()
        }
        try part("pre_tokenizer")?.addPreTokenizer(to: &definition)
        try part("post_processor")?.addPostProcessor(to: &definition)
        guard let decoder = try part("decoder") else { throw refusal("it has no \"decoder\"") }
        try decoder.addDecoder(to: &definition)
        return definition
    }

    private func checkModel() throws(ModelFileError) {
        let type = try string("type") ?? "BPE"
        guard type == "BPE" else {
            throw refusal("its type is \"\(type)\", and only \"BPE\" is known here")
        }
        try allowOnly(
            "dropout",
            "unk_token",
            "continuing_subword_prefix",
            "end_of_word_suffix",
            "fuse_unk",
            "byte_fallback",
            "ignore_merges",
            "vocab",
            "merges"
        )
        for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
            guard try string(name) ?? "" == "" else { throw refusal("it has a \"\(name)\"") }
        }
        switch object["dropout"] {
        case nil, .null, .integer(0), .number(0): break
        default: throw refusal("it has a \"dropout\", which would merge by chance")
        }
    }

    /// The merges, as `left right` or as pairs.
    private func merges() throws(ModelFileError) -> [TokenizerDefinition.Merge] {
        guard let list = try list("merges") else { throw refusal("it has no \"merges\"") }
        var merges: [TokenizerDefinition.Merge] = []
        merges.reserveCapacity(list.count)
        for (index, value) in list.enumerated() {
            switch value {
            case .string(let text):
                if let merge = TokenizerDefinition.Merge(Array(text.utf8)) {
                    merges.append(merge)
                    continue
                }
            case .array(let pair):
                if pair.count == 2, case .string(let left) = pair[0],
                    case .string(let right) = pair[1]
                {
                    merges.append(.init(Array(left.utf8), Array(right.utf8)))
                    continue
                }
            default: break
            }
            throw refusal("merge \(index) is not a pair")
        }
        return merges
    }

    /// An entry of `added_tokens`, or of `added_tokens_decoder` under `id`.
    func addedToken(id: Int32?) throws(ModelFileError) -> AddedToken {
        try allowOnly(
            "id",
            "content",
            "single_word",
            "lstrip",
            "rstrip",
            "normalized",
            "special",
            "__type"
        )
        let ownID = try self.id("id")
        guard let id = id ?? ownID, let text = try string("content") else {
            throw refusal("an added token needs an id and a content")
        }
        let isSpecial = try flag("special") ?? false
        var token = AddedToken(id: id, text: Array(text.utf8), isControl: isSpecial)
        token.isSingleWord = try flag("single_word") ?? false
        token.stripsLeft = try flag("lstrip") ?? false
        token.stripsRight = try flag("rstrip") ?? false
        token.isFoundInEditedText = try flag("normalized") ?? !isSpecial
        return token
    }
}

extension JSONPart {
    /// The error that a token's id is too large.
    fileprivate func isBeyond(
        _ text: String,
        _ id: Int,
        _ vocabularySize: Int?,
        _ limit: Int
    ) -> ModelFileError {
        let token = "the token \"\(text.prefix(60))\" has the id \(id)"
        return refusal(
            vocabularySize == nil
                ? "\(token), which leaves too wide a gap below \(limit)"
                : "\(token), but the model has only \(limit) rows of tokens"
        )
    }
}

/// Orders the tokens of a model and its added tokens by id.
private struct VocabularyBuilder {
    var tokens: [[UInt8]]
    var types: [TokenType]
    var ids: [JSONName: Int32] = [:]

    init(
        _ model: JSONPart,
        _ added: [AddedToken],
        _ beyond: [AddedToken],
        _ vocabularySize: Int?
    ) throws(ModelFileError) {
        guard let vocab = try model.part("vocab") else {
            throw model.refusal("it has no \"vocab\"")
        }
        let members = vocab.object.members
        // Ids may have gaps, but none that would make a small file a large vocabulary.
        let limit = vocabularySize ?? (members.count + added.count) * 2 + 65_536
        var words: [(id: Int, text: [UInt8])] = []
        words.reserveCapacity(members.count)
        for (name, value) in members {
            guard case .integer(let id) = value, id >= 0 else {
                throw model.refusal("the token \"\(name.text.prefix(60))\" has no id")
            }
            if beyond.contains(where: { Int($0.id) == id }) { continue }
            guard id < limit else { throw model.isBeyond(name.text, id, vocabularySize, limit) }
            words.append((id, Array(name.text.utf8)))
        }
        for token in added where Int(token.id) >= limit {
            let text = String(decoding: token.text, as: UTF8.self)
            throw model.isBeyond(text, Int(token.id), vocabularySize, limit)
        }
        let last = max(words.map(\.id).max() ?? -1, added.map { Int($0.id) }.max() ?? -1)
        let count = vocabularySize ?? last + 1
        tokens = [[UInt8]](repeating: [], count: count)
        types = [TokenType](repeating: .unused, count: count)
        for word in words {
            guard types[word.id] == .unused else {
                throw model.refusal("two tokens have the id \(word.id)")
            }
            tokens[word.id] = word.text
            types[word.id] = .normal
        }
        for token in added {
            tokens[Int(token.id)] = token.text
            types[Int(token.id)] = token.isControl ? .control : .userDefined
        }
        if let unknown = try model.string("unk_token") {
            guard case .integer(let id) = vocab.object[unknown], types.indices.contains(id) else {
                throw model.refusal("its unk_token is not in its vocabulary")
            }
            ids[JSONName(unknown)] = Int32(id)
            if types[id] == .normal { types[id] = .unknown }
        }
    }

    /// Marks the tokens `<0x00>` to `<0xFF>` as bytes.
    mutating func markBytes() {
        for index in tokens.indices where types[index] == .normal && tokens[index].count == 6 {
            let token = tokens[index]
            guard token.starts(with: "<0x".utf8), token.last == UInt8(ascii: ">"),
                UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16) != nil
            else { continue }
            types[index] = .byte
        }
    }
}
