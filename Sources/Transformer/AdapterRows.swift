/// Which rows of a list of tokens go through which adapter.
enum AdapterRows {
    /// All of them through one, or through none.
    case all(LoRA?)
    /// Some of them, each range through its own.
    case groups([(rows: Range<Int>, adapter: LoRA)])

    /// The rows of segments that follow each other.
    init(_ segments: [(rows: Range<Int>, adapter: LoRA?)]) {
        if segments.allSatisfy({ $0.adapter === segments.first?.adapter }) {
            self = .all(segments.first?.adapter)
            return
        }
        var groups: [(rows: Range<Int>, adapter: LoRA)] = []
        for (rows, adapter) in segments {
            guard let adapter else { continue }
            if let last = groups.last, last.adapter === adapter,
                last.rows.upperBound == rows.lowerBound
            {
                groups[groups.count - 1].rows = last.rows.lowerBound..<rows.upperBound
            } else {
                groups.append((rows, adapter))
            }
        }
        self = .groups(groups)
    }
}
