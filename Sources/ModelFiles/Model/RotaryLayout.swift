/// Which two components of a head the rotary embedding rotates together.
public enum RotaryLayout: Sendable, Equatable {
    /// Neighbours, 2i and 2i+1: GGUF files of the `llama` architecture.
    case adjacentPairs
    /// One from each half, i and i + D/2: Hugging Face models and their adapters.
    case halves
}

/// Reorders the rows of a query or key projection from Hugging Face's order,
/// where rotation pairs the halves of a head, to adjacent pairs.
///
/// `matrix` holds whole heads, row after row of `columns` numbers each. It is
/// `w.reshape(heads, 2, D/2, columns).swapaxes(1, 2)` of GGUF's converters.
public func permuteToAdjacentPairs(_ matrix: [Float], columns: Int, heads: Int) -> [Float] {
    permuteRows(matrix, columns: columns, heads: heads) { row, half in
        row % half * 2 + row / half
    }
}

/// Undoes `permuteToAdjacentPairs`.
public func permuteToHalves(_ matrix: [Float], columns: Int, heads: Int) -> [Float] {
    permuteRows(matrix, columns: columns, heads: heads) { row, half in
        rowInHalves(row, headWidth: 2 * half)
    }
}

/// The row of a row of adjacent pairs, counted over whole heads, in the layout of halves: the rows
/// 2i and 2i + 1 of a head are its i and i + D/2.
package func rowInHalves(_ row: Int, headWidth: Int) -> Int {
    let (head, place) = row.quotientAndRemainder(dividingBy: headWidth)
    return head * headWidth + place % 2 * (headWidth / 2) + place / 2
}

/// Moves each row of each head to its `destination`, given the row in the head and D/2.
private func permuteRows(
    _ matrix: [Float],
    columns: Int,
    heads: Int,
    destination: (Int, Int) -> Int
) -> [Float] {
    precondition(columns > 0 && heads > 0, "there are no \(heads) heads of \(columns) columns")
    precondition(
        matrix.count % (columns * heads * 2) == 0,
        "\(matrix.count) numbers are no \(heads) heads of an even width in \(columns) columns"
    )
    let width = matrix.count / columns / heads
    var result = [Float](repeating: 0, count: matrix.count)
    for head in 0..<heads {
        for row in 0..<width {
            let source = (head * width + row) * columns
            let target = (head * width + destination(row, width / 2)) * columns
            result.replaceSubrange(
                target..<target + columns,
                with: matrix[source..<source + columns]
            )
        }
    }
    return result
}
