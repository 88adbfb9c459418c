/// Fuzzy matching of a few typed letters with a longer text.
public enum FuzzyMatch {
    /// A score, higher is better, or nil if the letters do not occur in this order.
    ///
    /// Letters at the start of words and letters in a row count more; case is ignored unless the
    /// query has capitals.
    public static func score(_ query: String, in text: String) -> Int? {
        let ignoresCase = query == query.lowercased()
        let wanted = Array(query).filter { $0 != " " }
        let letters = Array(ignoresCase ? text.lowercased() : text)
        guard !wanted.isEmpty else { return 0 }
        guard wanted.count <= letters.count else { return nil }
        // best[i]: the best score with the query's letters so far, the last of them at letter i.
        var best = [Int?](repeating: nil, count: letters.count)
        for (row, letter) in wanted.enumerated() {
            var next = [Int?](repeating: nil, count: letters.count)
            var reachable: Int? = row == 0 ? 0 : nil
            for index in letters.indices {
                if letters[index] == letter {
                    let isStart = index == 0 || !letters[index - 1].isWordCharacter
                    let jump = reachable.map { $0 + (isStart ? 8 : 1) }
                    let inARow = row > 0 && index > 0 ? best[index - 1].map { $0 + 6 } : nil
                    next[index] = [jump, inARow].compactMap { $0 }.max()
                }
                if row > 0, let score = best[index] { reachable = max(reachable ?? score, score) }
            }
            best = next
        }
        // Of two equal matches the shorter text is better.
        return best.compactMap { $0 }.max().map { $0 * 64 - min(letters.count, 63) }
    }
}

extension Character {
    fileprivate var isWordCharacter: Bool { isLetter || isNumber }
}
