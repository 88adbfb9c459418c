internal import Tokenizers

extension Tokenizer {
    /// Makes the tokenizer that a GGUF file describes, for a model of `vocabularySize` tokens.
    convenience init(_ file: GGUFFile, vocabularySize: Int) throws(ModelFileError) {
        let words = Words(file)
        guard let model = file.metadata["tokenizer.ggml.model"]?.text else {
            throw words.missing("model")
        }
        guard model == "gpt2" else {
            throw ModelFileError(
                .unsupportedTokenizer,
                "\(file.path) has the tokenizer \"\(model)\"; supported: gpt2 (byte-level BPE).",
                hint: "use a model with a byte-level tokenizer"
            )
        }
        let tokens = try words.strings("tokens")
        guard tokens.count == vocabularySize else {
            throw ModelFileError(
                .corrupt,
                "\(file.path) has words for \(tokens.count) tokens, but the model has "
                    + "\(vocabularySize).",
                hint: ModelFileError.fetchAgain
            )
        }
        do {
            try self.init(
                vocabulary: Vocabulary(tokens: tokens, types: words.types(count: tokens.count)),
                preTokenizer: PreTokenizer(
                    named: file.metadata["tokenizer.ggml.pre"]?.text ?? "default"
                ),
                merges: words.strings("merges"),
                bos: words.token("bos_token_id"),
                eos: words.token("eos_token_id"),
                addsBOS: words.flag("add_bos_token")
            )
        } catch let error as TokenizerError {
            throw ModelFileError(
                .unsupportedTokenizer,
                "The tokenizer of \(file.path) is not usable. \(error.message)",
                hint: error.hint
            )
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw ModelFileError(.unsupportedTokenizer, "\(file.path): \(error)")
        }
    }
}

/// What a GGUF file says under `tokenizer.ggml`.
private struct Words {
    let file: GGUFFile

    init(_ file: GGUFFile) {
        self.file = file
    }

    func strings(_ key: String) throws(ModelFileError) -> [[UInt8]] {
        guard case .array(let array) = file.metadata["tokenizer.ggml.\(key)"],
            let strings = array.strings()
        else { throw missing(key) }
        return strings
    }

    /// The tokens' types; all are normal where the file names none.
    func types(count: Int) throws(ModelFileError) -> [TokenType] {
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

    func token(_ key: String) throws(ModelFileError) -> Int32? {
        guard let value = file.metadata["tokenizer.ggml.\(key)"] else { return nil }
        guard let id = value.integer.flatMap(Int32.init(exactly:)) else { throw missing(key) }
        return id
    }

    func flag(_ key: String) -> Bool {
        if case .bool(true) = file.metadata["tokenizer.ggml.\(key)"] { true } else { false }
    }

    func missing(_ key: String) -> ModelFileError {
        ModelFileError(
            .missingPart,
            "\(file.path) has no usable tokenizer.ggml.\(key).",
            hint: "the file holds no whole model; get it again or use another"
        )
    }
}
