internal import JSON
public import Platform
public import Tokenizers

extension Tokenizer {
    /// Creates the tokenizer of a GGUF file, with or without a model in it, or of a Hugging Face
    /// model folder.
    ///
    /// - Throws: `ModelFileError`.
    public static func read(path: String) throws -> Tokenizer {
        try path.hasSuffix(".gguf")
            ? Tokenizer(GGUFFile(path: path))
            : Tokenizer(huggingFaceFolder: path)
    }
}

extension Tokenizer {
    /// Creates the tokenizer of a Hugging Face model folder.
    ///
    /// See `HuggingFaceTokenizer`, which also reads the chat template.
    ///
    /// - Throws: `ModelFileError`.
    public convenience init(
        huggingFaceFolder folder: String,
        vocabularySize: Int? = nil
    ) throws(ModelFileError) {
        let files = try HuggingFaceTokenizer(folder: folder, vocabularySize: vocabularySize)
        try self.init(files.definition, of: folder)
    }
}

/// The tokenizer files of a Hugging Face model folder: `tokenizer.json`, and, if they exist,
/// `tokenizer_config.json`, `special_tokens_map.json`, `generation_config.json`, `config.json` and
/// `chat_template.jinja`.
public struct HuggingFaceTokenizer: Sendable {
    /// The tokenizer's definition.
    public let definition: TokenizerDefinition
    /// The chat template's source, if the folder has one.
    public let chatTemplate: String?

    /// Reads the files of a folder.
    ///
    /// - Parameter vocabularySize: The number of tokens of the model, which may be more than the
    ///   vocabulary, or less than with the added tokens; nil for that in `config.json`, or of the
    ///   vocabulary.
    ///
    /// - Throws: `ModelFileError`, with the code `unsupportedTokenizer` for anything unknown in
    ///   `tokenizer.json`.
    public init(folder: String, vocabularySize: Int? = nil) throws(ModelFileError) {
        let path = folder + "/tokenizer.json"
        guard let file = try JSONPart.read(path, .tokenizer) else {
            throw ModelFileError(
                .notFound,
                "There is no file \(path).",
                hint: "get the model's tokenizer.json too; a tokenizer.model alone is not read"
            )
        }
        let settings = try JSONPart.read(folder + "/tokenizer_config.json", .tokenizer)
        let further = try settings?.decoderTokens()
        var rows = vocabularySize
        if rows == nil, let model = try JSONPart.read(folder + "/config.json", .model),
            model.has("vocab_size")
        {
            rows = try model.dimension("vocab_size")
        }
        var definition = try file.definition(vocabularySize: rows, further: further ?? [])
        try Self.addEnds(to: &definition, folder, settings)
        self.definition = definition
        chatTemplate = try Self.chatTemplate(folder, settings)
    }

    /// Finds `bos`, `eos` and the other tokens that end an answer.
    private static func addEnds(
        to definition: inout TokenizerDefinition,
        _ folder: String,
        _ settings: JSONPart?
    ) throws(ModelFileError) {
        let map = try JSONPart.read(folder + "/special_tokens_map.json", .tokenizer)
        let generation = try JSONPart.read(folder + "/generation_config.json", .tokenizer)
        let model = try JSONPart.read(folder + "/config.json", .tokenizer)
        let (generationEnds, modelEnds) = (try generation?.endIDs(), try model?.endIDs())
        let ends = generationEnds ?? modelEnds ?? []
        for file in [map, settings] {
            if let text = try file?.spelling("bos_token") {
                definition.bos = definition.id(of: Array(text.utf8))
            }
            if let text = try file?.spelling("eos_token") {
                definition.eos = definition.id(of: Array(text.utf8))
            }
        }
        if definition.bos == nil { definition.bos = try model?.id("bos_token_id") }
        if definition.eos == nil { definition.eos = ends.first }
        definition.furtherEnds = Set(ends.filter { $0 < definition.vocabulary.tokens.count })
        if let bos = definition.bos, bos >= definition.vocabulary.tokens.count {
            definition.bos = nil
        }
        if let eos = definition.eos, eos >= definition.vocabulary.tokens.count {
            definition.eos = nil
        }
        // Only these Python classes obey the two flags; others follow only tokenizer.json.
        let obeying = ["LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer", "CohereTokenizer"]
        guard let kind = try settings?.string("tokenizer_class"),
            obeying.contains(kind.hasSuffix("Fast") ? String(kind.dropLast(4)) : kind)
        else { return }
        if let adds = try settings?.flag("add_bos_token") {
            definition.opening = adds ? definition.bos.map { [$0] } ?? [] : []
        }
        if let adds = try settings?.flag("add_eos_token") {
            definition.closing = adds ? definition.eos.map { [$0] } ?? [] : []
        }
    }

    private static func chatTemplate(
        _ folder: String,
        _ settings: JSONPart?
    ) throws(ModelFileError) -> String? {
        do {
            let path = folder + "/chat_template.jinja"
            let content = try MappedFile.read(path)
            try ForeignFile.refuse([.gitPointer], content, path, isNo: "chat template")
            return String(decoding: content, as: UTF8.self)
        } catch {
            guard error.code == .notFound else { throw error }
        }
        guard let settings else { return nil }
        guard case .array = settings.object["chat_template"] else {
            return try settings.string("chat_template")
        }
        // Some models have several; the one named "default" is for chat without tools.
        for part in try settings.parts("chat_template")
        where try part.string("name") == "default" {
            return try part.string("template")
        }
        return nil
    }
}

extension TokenizerDefinition {
    /// The added token, or else the word, with that spelling.
    fileprivate func id(of text: [UInt8]) -> Int32? {
        addedTokens?.first { $0.text == text }?.id
            ?? vocabulary.tokens.firstIndex(of: text).map(Int32.init)
    }
}

extension JSONPart {
    /// A token given as its text or as an object with its content.
    fileprivate func spelling(_ name: String) throws(ModelFileError) -> String? {
        if case .object = object[name] { return try part(name)?.string("content") }
        return try string(name)
    }

    /// The tokens that end an answer: one id or several.
    fileprivate func endIDs() throws(ModelFileError) -> [Int32]? {
        guard case .array(let values) = object["eos_token_id"] else {
            return try id("eos_token_id").map { [$0] }
        }
        var ids: [Int32] = []
        for value in values {
            guard case .integer(let number) = value, let id = Int32(exactly: number), id >= 0 else {
                throw refusal("\"eos_token_id\" contains something that is not a token")
            }
            ids.append(id)
        }
        return ids
    }

    /// The added tokens of `tokenizer_config.json`, which may be more than in `tokenizer.json`.
    fileprivate func decoderTokens() throws(ModelFileError) -> [AddedToken] {
        guard let decoder = try part("added_tokens_decoder") else { return [] }
        var tokens: [AddedToken] = []
        for member in decoder.object.members {
            guard let id = Int32(member.name.text), id >= 0,
                let token = try decoder.part(member.name.text)
            else { throw decoder.refusal("it has an entry that is not a token") }
            tokens.append(try token.addedToken(id: id))
        }
        return tokens
    }
}
