internal import JSON
internal import Platform
internal import Tokenizers

extension JSONPart {
    /// The part's `type`.
    var type: String {
        get throws(ModelFileError) {
            guard let type = try string("type") else { throw refusal("it has no \"type\"") }
            return type
        }
    }

    /// A token's id.
    func id(_ name: String) throws(ModelFileError) -> Int32? {
        switch object[name] {
        case nil, .null: return nil
        case .integer(let number):
            guard let id = Int32(exactly: number), id >= 0 else {
                throw refusal("\"\(name)\" is \(number), which is no token")
            }
            return id
        case .some(let value): throw wrong(name, value, "a number")
        }
    }
}

// MARK: - Edits and words

extension JSONPart {
    /// The edits of a normalizer.
    func normalizerEdits() throws(ModelFileError) -> [TextEdit] {
        switch try type {
        case "Sequence":
            try allowOnly("normalizers")
            var edits: [TextEdit] = []
            for part in try parts("normalizers") { edits += try part.normalizerEdits() }
            return edits
        case "NFC":
            try allowOnly()
            return [.compose]
        case "Prepend":
            try allowOnly("prepend")
            guard let text = try string("prepend"), !text.isEmpty else {
                throw refusal("it has no text to prepend")
            }
            return [.prepend(Array(text.utf8))]
        case "Replace":
            try allowOnly("pattern", "content")
            guard let old = try part("pattern")?.string("String"), !old.isEmpty,
                let new = try string("content")
            else { throw refusal("only a string can be replaced by a string") }
            return [.replace(Array(old.utf8), with: Array(new.utf8))]
        case let type:
            throw refusal("there is no normalizer \"\(type)\" here")
        }
    }

    /// Adds a pre-tokenizer to a definition.
    func addPreTokenizer(to definition: inout TokenizerDefinition) throws(ModelFileError) {
        switch try type {
        case "Sequence":
            try allowOnly("pretokenizers")
            for part in try parts("pretokenizers") { try part.addPreTokenizer(to: &definition) }
        case "ByteLevel":
            try allowOnly("add_prefix_space", "trim_offsets", "use_regex")
            definition.alphabet = .bytes
            if try flag("add_prefix_space") ?? true { try addEdit(.prependSpace, &definition) }
            if try flag("use_regex") ?? true {
                try split(&definition, by: NamedPreTokenizer.gpt2, .isolated)
            }
        case "Split":
            try addSplit(to: &definition)
        case "Digits":
            try allowOnly("individual_digits")
            let isIndividual = try flag("individual_digits") ?? false
            try split(&definition, by: isIndividual ? #"\p{N}"# : #"\p{N}+"#, .isolated)
        case "Punctuation":
            try allowOnly("behavior")
            try split(&definition, by: #"[\p{P}!-/:-@\[-`{-~]"#, try behavior() ?? .isolated)
        case "Metaspace":
            try addMetaspace(to: &definition)
        case let type:
            throw refusal("there is no pre-tokenizer \"\(type)\" here")
        }
    }

    private func addSplit(to definition: inout TokenizerDefinition) throws(ModelFileError) {
        try allowOnly("pattern", "behavior", "invert")
        guard let pattern = try part("pattern"), let behavior = try behavior() else {
            throw refusal("a split needs a pattern and a behavior")
        }
        let isInverted = try flag("invert") ?? false
        if let expression = try pattern.string("Regex") {
            try split(&definition, by: expression, behavior, isInverted: isInverted)
        } else if let text = try pattern.string("String"), !text.isEmpty {
            // Gemma splits at spaces, which were already replaced by marks.
            let bytes = Array(text.utf8)
            let isReplaced = definition.edits.contains { edit in
                guard case .replace(bytes, let new) = edit else { return false }
                return !new.contains { bytes.contains($0) }
            }
            guard !isReplaced else { return }
            try refusing { () throws(TokenizerError) in
                try definition.preTokenizer.split(at: text, behavior, isInverted: isInverted)
            }
        } else {
            throw refusal("the pattern is neither a string nor an expression")
        }
    }

    private func addMetaspace(to definition: inout TokenizerDefinition) throws(ModelFileError) {
        try allowOnly("replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep")
        guard try string("replacement") == "\u{2581}" else {
            throw refusal("the replacement must be U+2581")
        }
        let mark = Array("\u{2581}".utf8)
        try addEdit(.replace([0x20], with: mark), &definition)
        let prefixes = try flag("add_prefix_space") ?? true
        switch try string("prepend_scheme") ?? (prefixes ? "always" : "never") {
        case "always": try addEdit(.prependUnlessThere(mark), &definition)
        case "first": try addEdit(.prependAtStart(mark), &definition)
        case "never": break
        case let scheme: throw refusal("there is no prepend_scheme \"\(scheme)\" here")
        }
        if try flag("split") ?? true { try split(&definition, by: "\u{2581}", .mergedWithNext) }
    }

    private func addEdit(
        _ edit: TextEdit,
        _ definition: inout TokenizerDefinition
    ) throws(ModelFileError) {
        guard definition.preTokenizer == PreTokenizer() else {
            throw refusal("it changes words that were cut already")
        }
        definition.wordEdits.append(edit)
    }

    private func split(
        _ definition: inout TokenizerDefinition,
        by expression: String,
        _ behavior: PreTokenizer.Behavior,
        isInverted: Bool = false
    ) throws(ModelFileError) {
        try refusing { () throws(TokenizerError) in
            try definition.preTokenizer.split(by: expression, behavior, isInverted: isInverted)
        }
    }

    private func refusing(_ body: () throws(TokenizerError) -> Void) throws(ModelFileError) {
        do {
            try body()
        } catch {
            throw refusal(error.message)
        }
    }

    private func behavior() throws(ModelFileError) -> PreTokenizer.Behavior? {
        guard let name = try string("behavior") else { return nil }
        guard let behavior = PreTokenizer.Behavior(rawValue: name) else {
            throw refusal("there is no behavior \"\(name)\" here")
        }
        return behavior
    }
}

// MARK: - Ends and decoding

extension JSONPart {
    /// Adds the tokens that a post-processor puts around a text.
    func addPostProcessor(to definition: inout TokenizerDefinition) throws(ModelFileError) {
        switch try type {
        case "ByteLevel":
            // It sets how positions in the text are counted, which nothing here depends on.
            try allowOnly("add_prefix_space", "trim_offsets", "use_regex")
        case "Sequence":
            try allowOnly("processors")
            for part in try parts("processors") { try part.addPostProcessor(to: &definition) }
        case "TemplateProcessing":
            try allowOnly("single", "pair", "special_tokens")
            guard let special = try part("special_tokens") else {
                throw refusal("it names no special tokens")
            }
            var isBehind = false
            for part in try parts("single") {
                if let token = try part.part("SpecialToken") {
                    let ids = try token.ids(in: special)
                    if isBehind { definition.closing += ids } else { definition.opening += ids }
                } else if try part.part("Sequence")?.string("id") == "A", !isBehind {
                    isBehind = true
                } else {
                    throw part.refusal("it is neither a special token nor the one sequence A")
                }
            }
        case let type:
            throw refusal("there is no post-processor \"\(type)\" here")
        }
    }

    private func ids(in special: JSONPart) throws(ModelFileError) -> [Int32] {
        guard let name = try string("id"), let token = try special.part(name) else {
            throw refusal("it names a token that is not described")
        }
        var ids: [Int32] = []
        for value in try token.list("ids") ?? [] {
            guard case .integer(let number) = value, let id = Int32(exactly: number) else {
                throw token.refusal("its ids are not numbers")
            }
            ids.append(id)
        }
        return ids
    }

    /// Checks that a decoder does the same as decoding here, and adds its handling of a first
    /// space.
    func addDecoder(to definition: inout TokenizerDefinition) throws(ModelFileError) {
        let type = try type
        switch (type, definition.alphabet) {
        case ("Sequence", _):
            try allowOnly("decoders")
            for part in try parts("decoders") { try part.addDecoder(to: &definition) }
        case ("ByteLevel", .bytes), ("ByteFallback", _), ("Fuse", _):
            break
        case ("Metaspace", .characters):
            let prefixes = try flag("add_prefix_space") ?? true
            let scheme = try string("prepend_scheme") ?? (prefixes ? "always" : "never")
            definition.dropsFirstSpace = scheme != "never"
        case ("Replace", .characters):
            guard try part("pattern")?.string("String") == "\u{2581}",
                try string("content") == " "
            else { throw refusal("only U+2581 can be replaced, and only by a space") }
        case ("Strip", .characters):
            guard try string("content") == " ", try id("start") ?? 0 <= 1, try id("stop") ?? 0 == 0
            else { throw refusal("only one space in front can be stripped") }
            definition.dropsFirstSpace = try id("start") == 1
        default:
            throw refusal("the decoder \"\(type)\" does not fit the rest of the file")
        }
    }
}
