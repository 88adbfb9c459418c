/// Rows of a list of tokens that are multiplied together, with one adapter or none.
struct RowGroup {
    let rows: Range<Int>
    let adapter: LoRA?
    /// Their arithmetic in `fast` precision; nil if the length of the list decides.
    var arithmetic: RowArithmetic?

    /// The rows of segments that follow each other.
    ///
    /// - Parameter merges: Whether adjacent segments with the same adapter and arithmetic become one
    ///   group; otherwise each is multiplied alone, so that its bits do not depend on the others.
    static func groups(
        _ segments: [(rows: Range<Int>, adapter: LoRA?)],
        merges: Bool
    ) -> [RowGroup] {
        var groups: [RowGroup] = []
        for (rows, adapter) in segments {
            let arithmetic = RowArithmetic(pieceOf: rows.count)
            if merges, let last = groups.last, last.adapter === adapter,
                last.arithmetic == arithmetic
            {
                groups[groups.count - 1] = RowGroup(
                    rows: last.rows.lowerBound..<rows.upperBound,
                    adapter: adapter,
                    arithmetic: arithmetic
                )
            } else {
                groups.append(RowGroup(rows: rows, adapter: adapter, arithmetic: arithmetic))
            }
        }
        return groups
    }
}
