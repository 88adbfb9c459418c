internal import CKernels
internal import Tensors

/// Products of single rows, the next tokens of conversations, whose weights are interleaved.
///
/// A row's result does not depend on the others.
extension FastProducts {
    /// The rows that are multiplied while a weight is read.
    static let vectorsAtOnce = 32
    /// The rows of a weight that a thread takes at a time: few, since a range is shared out evenly.
    private static let vectorTile = 32
    /// Fewer numbers of vectors are prepared by one thread, sooner than a job is handed over.
    private static let fewNumbers = 8192

    /// Consecutive groups with the same arithmetic.
    struct Run {
        let arithmetic: RowArithmetic
        let firstRow: Int
        /// With rows that count from `firstRow`.
        var groups: [ProductGroup]
    }

    /// The groups in runs, which vectors are divided into as many of as their memory requires.
    func runs(_ groups: [ProductGroup]) -> [Run] {
        let length = groups.last?.rows.upperBound ?? 0
        var runs: [Run] = []
        for var group in groups where !group.rows.isEmpty {
            let arithmetic = group.arithmetic ?? RowArithmetic(pieceOf: length)
            if runs.last?.arithmetic != arithmetic {
                let first = group.rows.lowerBound
                runs.append(Run(arithmetic: arithmetic, firstRow: first, groups: []))
            }
            let first = runs[runs.count - 1].firstRow
            group.rows = group.rows.lowerBound - first..<group.rows.upperBound - first
            runs[runs.count - 1].groups.append(group)
        }
        return runs
    }

    /// A term as the threads see it while they multiply vectors, without references that would be
    /// retained for each tile.
    private struct VectorTerm {
        let y: Floats
        let N: Int
        let type: ElementType
        let rows: UnsafeRawPointer
        /// The bytes of a panel of interleaved rows, or of a row.
        let stride: Int
        let tiles: Tiles

        init(_ term: ProjectionTerm, _ interleaved: InterleavedWeights) {
            (y, N, type) = (term.y, term.N, term.weight.type)
            if type.hasIntegerProducts {
                guard let copy = interleaved[term.weight] else {
                    preconditionFailure("a weight that this pass does not decode")
                }
                (rows, stride) = (copy.start, copy.panelByteCount)
            } else {
                (rows, stride) = (term.weight.row(0), term.weight.rowByteCount)
            }
            tiles = Tiles(term.N, by: max(1, term.N / 8192) * FastProducts.vectorTile)
        }
    }

    /// y = x·Wᵀ + scale·(x·Aᵀ)·Bᵀ for rows that are each a sequence's next.
    ///
    /// - Parameter making: Writes some rows of x first, of at most `vectorsAtOnce`: whoever makes a row
    ///   also quantizes it, so that both take one job.
    func forwardVectors(
        _ groups: [ProductGroup],
        _ interleaved: InterleavedWeights,
        x: ConstFloats,
        K: Int,
        making: (Range<Int>) -> Void = { _ in }
    ) {
        let terms = groups[0].terms.map { VectorTerm($0, interleaved) }
        let isAdapted = groups.contains { $0.terms.contains { $0.lowRank != nil } }
        let tiles = terms.map(\.tiles)
        let tileCount = tiles.reduce(0) { $0 + $1.count }
        let isQuantized = terms.contains { $0.type.hasIntegerProducts }
        let T = groups[groups.count - 1].rows.upperBound
        for start in stride(from: 0, to: T, by: Self.vectorsAtOnce) {
            let count = min(Self.vectorsAtOnce, T - start)
            let addsLowRank = isAdapted && start + count == T
            let x = x + start * K
            prepareVectors(x, T: count, K: K, isQuantized: isQuantized, making)
            if addsLowRank { projectVectorsDown(groups, x: x - start * K, K: K) }
            workers.runInRanges(tiles: tileCount) { tile, _ in
                let (index, place) = locate(tile, in: tiles)
                let term = terms[index]
                let rows = tiles[index][place]
                multiply(term, rows, firstVector: start, T: count, x: x, K: K)
                if addsLowRank { addLowRank(groups, index, rows) }
            }
        }
    }

    private func prepareVectors(
        _ x: ConstFloats,
        T: Int,
        K: Int,
        isQuantized: Bool,
        _ making: (Range<Int>) -> Void
    ) {
        func prepare(_ t: Int) {
            making(t..<t + 1)
            guard isQuantized else { return }
            wb_quantize_fine(q + 64 * t, scales + t, sums + 2 * t, x + t * K, T, K)
        }
        if T == 1 || T * K < Self.fewNumbers {
            for t in 0..<T { prepare(t) }
        } else {
            workers.runInRanges(tiles: T) { tile, _ in prepare(tile) }
        }
    }

    private func multiply(
        _ term: VectorTerm,
        _ rows: Range<Int>,
        firstVector: Int,
        T: Int,
        x: ConstFloats,
        K: Int
    ) {
        let y = term.y + firstVector * term.N + rows.lowerBound
        let type = term.type.rawValue
        if term.type.hasIntegerProducts {
            let panel = term.rows + rows.lowerBound / Weight.interleavedRows * term.stride
            wb_int8_matrix_vectors(y, term.N, panel, type, q, scales, sums, T, rows.count, K)
        } else {
            let row = term.rows + rows.lowerBound * term.stride
            for t in 0..<T {
                wb_matrix_vector(y + t * term.N, row, type, term.stride, x + t * K, rows.count, K)
            }
        }
    }

    /// inner = x·Aᵀ for each row of a group with an adapter.
    private func projectVectorsDown(_ groups: [ProductGroup], x: ConstFloats, K: Int) {
        let pieces = groups.flatMap { group in
            group.terms.compactMap(\.lowRank).flatMap { low in
                group.rows.enumerated().map { (low: low, t: $0.offset, row: $0.element) }
            }
        }
        func project(_ piece: Int) {
            let (low, t, row) = pieces[piece]
            let inner = low.inner + t * low.rank
            let x = x + row * K
            wb_matrix_vector(inner, low.a, ElementType.f32.rawValue, K * 4, x, low.rank, K)
        }
        if groups.last?.rows.upperBound == 1 { return pieces.indices.forEach(project) }
        workers.runInRanges(tiles: pieces.count) { piece, _ in project(piece) }
    }

    /// Adds the adapters' parts to some columns of a term's outputs.
    private func addLowRank(_ groups: [ProductGroup], _ index: Int, _ columns: Range<Int>) {
        for group in groups {
            let term = group.terms[index]
            guard let low = term.lowRank else { continue }
            for t in 0..<group.rows.count {
                let (y, inner) = (term.y + t * term.N, low.inner + t * low.rank)
                for column in columns {
                    y[column] += low.scale * wb_dot(low.b + column * low.rank, inner, low.rank)
                }
            }
        }
    }
}
