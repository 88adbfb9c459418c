/// Rows of a list of tokens that are multiplied together, with one adapter or none.
struct RowGroup {
    let rows: Range<Int>
    let adapter: LoRA?

    /// The rows of segments that follow each other.
    ///
    /// - Parameter merges: Whether adjacent segments with the same adapter become one group; otherwise
    ///   each is multiplied alone, so that its bits do not depend on the others.
    static func groups(
        _ segments: [(rows: Range<Int>, adapter: LoRA?)],
        merges: Bool
    ) -> [RowGroup] {
        var groups: [RowGroup] = []
        for (rows, adapter) in segments {
            if merges, let last = groups.last, last.adapter === adapter {
                groups[groups.count - 1] = RowGroup(
                    rows: last.rows.lowerBound..<rows.upperBound,
                    adapter: adapter
                )
            } else {
                groups.append(RowGroup(rows: rows, adapter: adapter))
            }
        }
        return groups
    }
}
