internal import CKernels
internal import Tensors

/// Products of single rows, whose weights are interleaved: decoding.
extension FastProducts {
    /// The rows of a weight that a thread takes at a time: few, since a range is shared out evenly.
    private static let vectorTile = 32

    /// A term as the threads see it while they multiply a vector, without references that would be
    /// retained for each tile.
    private struct VectorTerm {
        let y: Floats
        let type: ElementType
        let rows: UnsafeRawPointer
        /// The bytes of a panel of interleaved rows, or of a row.
        let stride: Int
        let low: (b: ConstFloats, inner: ConstFloats, scale: Float, rank: Int)?
        let tiles: Tiles

        init(_ term: ProjectionTerm, _ interleaved: InterleavedWeights) {
            y = term.y
            type = term.weight.type
            if type.hasIntegerProducts {
                guard let copy = interleaved[term.weight] else {
                    preconditionFailure("a weight that this pass does not decode")
                }
                (rows, stride) = (copy.start, copy.panelByteCount)
            } else {
                (rows, stride) = (term.weight.row(0), term.weight.rowByteCount)
            }
            low = term.lowRank.map { ($0.b, UnsafePointer($0.inner), $0.scale, $0.rank) }
            tiles = Tiles(term.N, by: max(1, term.N / 8192) * FastProducts.vectorTile)
        }
    }

    /// y = x·Wᵀ + scale·(x·Aᵀ)·Bᵀ for one row.
    func forwardVector(
        _ terms: [ProjectionTerm],
        _ interleaved: InterleavedWeights,
        x: ConstFloats,
        K: Int
    ) {
        if terms.contains(where: { $0.weight.type.hasIntegerProducts }) {
            wb_quantize_fine(q, scales, sums, x, K)
        }
        for low in terms.compactMap(\.lowRank) {
            wb_matrix_vector(low.inner, low.a, ElementType.f32.rawValue, K * 4, x, low.rank, K)
        }
        let vectorTerms = terms.map { VectorTerm($0, interleaved) }
        let tiles = vectorTerms.map(\.tiles)
        workers.runInRanges(tiles: tiles.reduce(0) { $0 + $1.count }) { tile, _ in
            let (index, place) = locate(tile, in: tiles)
            let term = vectorTerms[index]
            let rows = tiles[index][place]
            let y = term.y + rows.lowerBound
            let type = term.type.rawValue
            if term.type.hasIntegerProducts {
                let panel = term.rows + rows.lowerBound / Weight.interleavedRows * term.stride
                wb_int8_matrix_vector(y, panel, type, q, scales, sums, rows.count, K)
            } else {
                let row = term.rows + rows.lowerBound * term.stride
                wb_matrix_vector(y, row, type, term.stride, x, rows.count, K)
            }
            guard let low = term.low else { return }
            for row in rows {
                term.y[row] += low.scale * wb_dot(low.b + row * low.rank, low.inner, low.rank)
            }
        }
    }
}
