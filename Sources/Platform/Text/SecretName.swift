/// Names of values that are passwords, tokens or keys.
package enum SecretName {
    /// Words that make a name secret wherever they are in it.
    private static let words = [
        "password", "passwords", "passwd", "passphrase", "secret", "secrets", "credential",
        "credentials", "apikey", "accesskey", "secretkey", "privatekey", "authkey",
    ]
    /// What a name says about the value if it ends with it: a password's length is no secret.
    private static let properties: Set<String> = [
        "file", "path", "dir", "folder", "env", "name", "length", "size", "count", "field",
        "header",
        "column", "prompt", "policy", "ttl", "expiry",
    ]
    /// What precedes the tokens of language models.
    private static let vocabulary: Set<String> = [
        "per", "pad", "eos", "bos", "eot", "unk", "mask", "sep", "cls", "stop", "special", "image",
        "prefix", "suffix",
    ]

    /// Whether a value of this name is masked wherever it is shown or logged: of a parameter, a
    /// variable, an option.
    ///
    /// `hub_token`, `--api-key` and `apiKey2` are secret; `max_tokens`, `tokenizer` and `eos_token` are
    /// not.
    package static func isSecret(_ name: some StringProtocol) -> Bool {
        var words = words(of: name)
        while let last = words.last, last.allSatisfy(\.isNumber) { words.removeLast() }
        guard let last = words.last, !properties.contains(last) else { return false }
        if isToken(last, after: words.dropLast().last) { return true }
        let pairs = zip(words, words.dropFirst()).filter { $1 == "key" }.map { $0 + $1 }
        return (words + pairs).contains { word in Self.words.contains { word.hasSuffix($0) } }
    }

    private static func isToken(_ word: String, after former: String?) -> Bool {
        guard word.hasSuffix("token") else { return false }
        let head = String(word.dropLast("token".count))
        return !vocabulary.contains(head.isEmpty ? former ?? "" : head)
    }

    /// The words in lower case, without the digits behind them: `hubToken2` has two.
    private static func words(of name: some StringProtocol) -> [String] {
        var words: [String] = []
        var word = ""
        var former: Character = " "
        for character in name {
            let isPart = character.isLetter || character.isNumber
            if !isPart || character.isUppercase && former.isLowercase, !word.isEmpty {
                words.append(word)
                word = ""
            }
            if isPart { word += character.lowercased() }
            former = character
        }
        if !word.isEmpty { words.append(word) }
        return words.map { word in
            word.last?.isNumber == true && word.contains(where: \.isLetter)
                ? String(word[...(word.lastIndex(where: { !$0.isNumber }) ?? word.startIndex)])
                : word
        }
    }
}
