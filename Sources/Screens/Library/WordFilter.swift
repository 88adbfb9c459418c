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
    func accept(_ facts: [String]) -> Bool {
        let text = facts.joined(separator: " ").lowercased()
        return wanted.allSatisfy(text.contains) && !unwanted.contains(where: text.contains)
    }
}
