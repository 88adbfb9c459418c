/// Finds stop texts in an answer while it is generated, and holds back text that may begin one.
package struct StopFilter {
    private let stops: [[UInt8]]
    private var pending: [UInt8] = []
    /// Whether a stop text was found; no more text is returned then.
    package private(set) var isStopped = false

    package init(_ stops: [String]) {
        self.stops = stops.map { Array($0.utf8) }
    }

    /// Takes the next text and returns what is certainly part of the answer.
    package mutating func append(_ text: String) -> String {
        guard !stops.isEmpty else { return text }
        guard !isStopped else { return "" }
        pending += text.utf8
        if let start = firstStop() {
            isStopped = true
            return take(start)
        }
        return take(pending.count - heldBackCount())
    }

    /// Ends the answer and returns what was held back.
    package mutating func finish() -> String {
        isStopped ? "" : take(pending.count)
    }

    private mutating func take(_ count: Int) -> String {
        defer { pending.removeFirst(count) }
        return String(decoding: pending[..<count], as: UTF8.self)
    }

    private func firstStop() -> Int? {
        pending.indices.first { start in
            stops.contains { pending[start...].starts(with: $0) }
        }
    }

    /// The length of the longest suffix of the text that is a prefix of a stop text.
    private func heldBackCount() -> Int {
        let longest = stops.reduce(0) { max($0, $1.count - 1) }
        for count in stride(from: min(longest, pending.count), to: 0, by: -1)
        where stops.contains(where: { $0.starts(with: pending.suffix(count)) }) {
            return count
        }
        return 0
    }
}
