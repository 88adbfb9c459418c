/// Refuses keys with aliases in them before a document is composed.
///
/// Yams compares the keys of a mapping by their whole content, in which aliases are expanded: nine
/// lists of nine aliases each would take hours. Flows have only plain texts as keys.
struct DocumentAliases {
    private let anchors: Set<Substring>

    /// Looks for anchors: `&name`, at the start of a word.
    init(_ text: String) {
        anchors =
            text.utf8.contains(UInt8(ascii: "&"))
            ? Set(Self.words(of: text[...], after: "&").map { $0.word }) : []
    }

    /// The line of the first key with an alias in it, from 1.
    func lineOfKey(in text: DocumentText) -> Int? {
        guard !anchors.isEmpty else { return nil }
        var isExplicit = false
        for number in 1...text.lineCount {
            let line = text.line(number)
            if isExplicitKey(line) { isExplicit = true }
            for (word, rest) in Self.words(of: line, after: "*") where anchors.contains(word) {
                if isExplicit || isKey(rest) { return number }
            }
        }
        return nil
    }

    /// Whether what follows an alias makes it a key or a part of one: `*a :`, `[*a]: `.
    private func isKey(_ rest: Substring) -> Bool {
        if rest.drop(while: { $0 == " " || $0 == "\t" }).first == ":" { return true }
        var tail = rest[...]
        while let end = tail.firstIndex(where: { $0 == "]" || $0 == "}" }) {
            tail = tail[tail.index(after: end)...]
            if tail.drop(while: { $0 == " " || $0 == "\t" }).first == ":" { return true }
        }
        return false
    }

    /// Whether a line has the `?` of a key over several lines.
    private func isExplicitKey(_ line: Substring) -> Bool {
        var previous: Character = "-"
        for (place, character) in zip(line.indices, line)
        where character != " " && character != "\t" {
            let next = line.index(after: place)
            let endsWord = next == line.endIndex || line[next] == " " || line[next] == "\t"
            if character == "?", endsWord, "-?:[{,".contains(previous) { return true }
            previous = character
        }
        return false
    }

    /// The words that follow a sign, each with what comes after it.
    private static func words(
        of text: Substring,
        after sign: Character
    ) -> [(word: Substring, rest: Substring)] {
        var words: [(word: Substring, rest: Substring)] = []
        var rest = text
        while let place = rest.firstIndex(of: sign) {
            rest = rest[rest.index(after: place)...]
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
            if !word.isEmpty { words.append((word, rest[word.endIndex...])) }
        }
        return words
    }
}
