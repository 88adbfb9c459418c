import Glibc

/// Words that filter a list: all must occur, except those after `!`, which must not.
struct WordFilter: Equatable, Sendable {
    private let wanted: [String]
    private let unwanted: [String]

    init(_ text: String) {
        let words = text.lowercased().split(separator: " ").map(String.init)
        wanted = words.filter { !$0.hasPrefix("!") }
        unwanted = words.filter { $0.hasPrefix("!") && $0.count > 1 }.map { String($0.dropFirst()) }
    }

    /// Whether everything matches.
    var isEmpty: Bool { wanted.isEmpty && unwanted.isEmpty }

    /// Whether facts about a thing match.
    func accept(_ facts: [String]) -> Bool { accept(text: Self.text(of: facts)) }

    /// Whether a text matches that ``text(of:)`` made.
    func accept(text: String) -> Bool {
        wanted.allSatisfy { text.holds($0) } && !unwanted.contains { text.holds($0) }
    }

    /// The text of facts that is searched.
    static func text(of facts: [String]) -> String { facts.joined(separator: " ").lowercased() }
}

extension String {
    /// Whether a word occurs.
    ///
    /// Other characters than ASCII may be encoded in several ways, which are equal;
    /// those of ASCII are searched as bytes, a hundred times as fast.
    fileprivate func holds(_ word: String) -> Bool {
        guard word.utf8.allSatisfy({ $0 < 0x80 }) else { return contains(word) }
        var (text, word) = (self, word)
        return text.withUTF8 { text in word.withUTF8 { text.holds($0) } }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these bytes contain others in a row.
    fileprivate func holds(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let wanted = word.baseAddress, let first = word.first else { return true }
        guard let start = baseAddress else { return false }
        var place = 0
        while place + word.count <= count {
            guard let found = memchr(start + place, Int32(first), count - word.count + 1 - place)
            else { return false }
            if memcmp(found, wanted, word.count) == 0 { return true }
            place = UnsafeRawPointer(start).distance(to: UnsafeRawPointer(found)) + 1
        }
        return false
    }
}
