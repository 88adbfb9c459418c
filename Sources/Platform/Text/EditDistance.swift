/// The number of letters to insert, delete, change or swap with a neighbour to turn one word into
/// another.
package enum EditDistance {
    /// The longest word that is compared: the time grows with the product of the lengths.
    private static let maxLength = 100

    /// The known word that somebody who wrote another one may have meant; nil if none is near.
    package static func nearest(to word: String, in known: some Sequence<String>) -> String? {
        guard word.utf8.count <= maxLength else { return nil }
        let nearest = known.map { ($0, between(word, $0)) }.min { $0.1 < $1.1 }
        guard let (name, distance) = nearest else { return nil }
        return distance <= max(1, min(3, name.count / 2)) ? name : nil
    }

    /// The question for a hint whether a known word was meant; nil if none is near.
    package static func suggestion(for word: String, in known: some Sequence<String>) -> String? {
        word.isEmpty ? nil : nearest(to: word, in: known).map { "Did you mean `\($0)`?" }
    }

    /// The number of changes from one word to another.
    package static func between(_ word: String, _ other: String) -> Int {
        let (a, b) = (Array(word.unicodeScalars), Array(other.unicodeScalars))
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var next = [i + 1]
            for j in b.indices {
                var best = min(last[j + 1] + 1, next[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, before[j - 1] + 1)
                }
                next.append(best)
            }
            (before, last) = (last, next)
        }
        return last[b.count]
    }
}
