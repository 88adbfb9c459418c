internal import Tensors

/// Projections that one matrix computes: queries, keys and values, or both halves of the
/// feed-forward network.
struct FusedProjections: Sendable {
    let workers: Workers
    /// The lengths of the parts of a row.
    let widths: [Int]

    var width: Int { widths.reduce(0, +) }

    /// Splits T rows of all parts, (T, width).
    func forward(_ fused: Floats, to parts: [Floats], T: Int) {
        copy(T, parts) { part, offset, width, row in
            (part + row * width).update(from: fused + row * self.width + offset, count: width)
        }
    }

    /// Joins the parts' gradients in `fused`, (T, width).
    func backward(_ fused: Floats, from parts: [Floats], T: Int) {
        copy(T, parts) { part, offset, width, row in
            (fused + row * self.width + offset).update(from: part + row * width, count: width)
        }
    }

    private func copy(
        _ T: Int,
        _ parts: [Floats],
        _ move: (_ part: Floats, _ offset: Int, _ width: Int, _ row: Int) -> Void
    ) {
        workers.forEachRowTile(T) { rows in
            var offset = 0
            for (part, width) in zip(parts, widths) {
                for row in rows { move(part, offset, width, row) }
                offset += width
            }
        }
    }
}
