internal import CKernels
internal import Glibc
internal import Tensors

/// The products in float32: weights are dequantized a tile at a time into
/// scratch memory, and each tile is one OpenBLAS call or a fixed series of calls.
final class ExactProducts: MatrixProducts, @unchecked Sendable {
    // @unchecked because of `scratch`: each worker uses its own part.

    private static let tokenTile = 512
    private static let thinTile = 64
    private static let widthTile = 320
    private static let rowBlock = 512
    private static let vectorTile = 128

    let workers: Workers
    private let scratch: FloatBuffer  // (workers, scratchCount)
    private let scratchCount: Int

    /// - Parameters:
    ///   - widest: The largest input width of any product.
    ///   - dropsInputs: Whether adapters' inputs may be dropped, which takes more scratch memory.
    init(
        workers: Workers,
        widest: Int,
        tokenCapacity: Int,
        dropsInputs: Bool
    ) {
        self.workers = workers
        scratchCount = Self.scratchCount(
            widest: widest,
            tokenCapacity: tokenCapacity,
            dropsInputs: dropsInputs
        )
        scratch = FloatBuffer(count: workers.count * scratchCount)
    }

    static func scratchCount(widest: Int, tokenCapacity: Int, dropsInputs: Bool) -> Int {
        let dropped = max(thinTile * widest, tokenCapacity * widthTile)
        return max(widthTile * widest, rowBlock * widthTile, dropsInputs ? dropped : 0)
    }

    private func scratch(of worker: Int) -> Floats { scratch.pointer + worker * scratchCount }

    func forward(_ groups: [ProductGroup], x: ConstFloats, K: Int) {
        projectDown(groups, x: x, K: K)
        forwardVectors(groups.filter { $0.rows.count == 1 }, x: x, K: K)
        forwardMatrices(groups.filter { $0.rows.count > 1 }, x: x, K: K)
    }

    private func forwardMatrices(_ groups: [ProductGroup], x: ConstFloats, K: Int) {
        guard let first = groups.first else { return }
        let pieces = groups.flatMap { group in
            let tokens = Tiles(group.rows.count, by: Self.tokenTile)
            return (0..<tokens.count).map { (group: group, tokens: tokens[$0]) }
        }
        // Several groups share the dequantized weight.
        let batches = groups.count == 1 ? pieces.map { [$0] } : [pieces]
        let widths = first.terms.map { Tiles($0.N, by: Self.widthTile) }
        let tilesPerBatch = widths.reduce(0) { $0 + $1.count }
        workers.run(tiles: batches.count * tilesPerBatch) { tile, worker in
            let (index, place) = locate(tile % tilesPerBatch, in: widths)
            let rows = widths[index][place]
            let weight = scratch(of: worker)  // (rows, K)
            dequantize(weight, first.terms[index].weight, rows: rows)
            for (group, tokens) in batches[tile / tilesPerBatch] {
                let input = x + (group.rows.lowerBound + tokens.lowerBound) * K
                multiply(group.terms[index], rows, tokens, x: input, weight: weight, K: K)
            }
        }
    }

    /// Some columns of y for some tokens of a group.
    private func multiply(
        _ term: ProjectionTerm,
        _ rows: Range<Int>,
        _ tokens: Range<Int>,
        x: ConstFloats,
        weight: Floats,
        K: Int
    ) {
        let y = term.y + tokens.lowerBound * term.N + rows.lowerBound
        BLAS.multiply(
            y,
            ldc: term.N,
            x,
            lda: K,
            weight,
            ldb: K,
            transposeB: true,
            m: tokens.count,
            n: rows.count,
            k: K
        )
        guard let low = term.lowRank else { return }
        BLAS.multiply(
            y,
            ldc: term.N,
            low.inner + tokens.lowerBound * low.rank,
            lda: low.rank,
            low.b + rows.lowerBound * low.rank,
            ldb: low.rank,
            transposeB: true,
            m: tokens.count,
            n: rows.count,
            k: low.rank,
            alpha: low.scale,
            beta: 1
        )
    }

    /// Groups of one row.
    private func forwardVectors(_ groups: [ProductGroup], x: ConstFloats, K: Int) {
        guard let first = groups.first else { return }
        let widths = first.terms.map { Tiles($0.N, by: max(Self.vectorTile, $0.N / 64)) }
        let tileCount = widths.reduce(0) { $0 + $1.count }
        workers.run(tiles: tileCount) { tile, _ in
            let (index, place) = locate(tile, in: widths)
            let rows = widths[index][place]
            for group in groups {
                let term = group.terms[index]
                wb_matrix_vector(
                    term.y + rows.lowerBound,
                    term.weight.row(rows.lowerBound),
                    term.weight.type.rawValue,
                    term.weight.rowByteCount,
                    x + group.rows.lowerBound * K,
                    rows.count,
                    K
                )
                guard let low = term.lowRank else { continue }
                for row in rows {
                    term.y[row] += low.scale * wb_dot(low.b + row * low.rank, low.inner, low.rank)
                }
            }
        }
    }

    /// inner = x·Aᵀ, (T, R), for every term with an adapter.
    private func projectDown(_ groups: [ProductGroup], x: ConstFloats, K: Int) {
        let pieces = groups.flatMap { group in
            let tokens = Tiles(group.rows.count, by: Self.thinTile)
            let adapted = group.terms.compactMap(\.lowRank)
            return (0..<tokens.count).flatMap { tile in
                adapted.map { (first: group.rows.lowerBound, tokens: tokens[tile], low: $0) }
            }
        }
        workers.run(tiles: pieces.count) { tile, worker in
            let (first, tokens, low) = pieces[tile]
            let row = first + tokens.lowerBound
            var input = x + row * K
            if let dropout = low.dropout {
                let dropped = scratch(of: worker)
                dropout.apply(
                    dropped,
                    input,
                    row: row,
                    column: 0,
                    columns: tokens.count * K,
                    width: K
                )
                input = ConstFloats(dropped)
            }
            BLAS.multiply(
                low.inner + tokens.lowerBound * low.rank,
                ldc: low.rank,
                input,
                lda: K,
                low.a,
                ldb: K,
                transposeB: true,
                m: tokens.count,
                n: low.rank,
                k: K
            )
        }
    }

    func backward(
        _ terms: [ProjectionTerm],
        dx: Floats?,
        x: ConstFloats,
        T: Int,
        K: Int,
        innerGradient: [Floats]
    ) {
        let adapted = terms.enumerated().compactMap { index, term in
            term.lowRank.map { (term: term, low: $0, dInner: innerGradient[index]) }
        }
        let tokenTiles = Tiles(T, by: Self.thinTile)
        if !adapted.isEmpty {
            workers.run(tiles: tokenTiles.count * adapted.count) { tile, _ in
                let tokens = tokenTiles[tile / adapted.count]
                let (term, low, dInner) = adapted[tile % adapted.count]
                BLAS.multiply(  // dInner = scale·dy·B
                    dInner + tokens.lowerBound * low.rank,
                    ldc: low.rank,
                    term.y + tokens.lowerBound * term.N,
                    lda: term.N,
                    low.b,
                    ldb: low.rank,
                    m: tokens.count,
                    n: low.rank,
                    k: term.N,
                    alpha: low.scale
                )
            }
        }
        for (term, low, dInner) in adapted {
            accumulate(term, low, dInner: dInner, x: x, T: T, K: K)
        }
        for term in terms { accumulateWeight(term, x: x, T: T, K: K) }
        if let dx { addInputGradient(terms, dx, T: T, K: K, innerGradient: innerGradient) }
    }

    /// dB += scale·dyᵀ·inner and dA += dInnerᵀ·x.
    private func accumulate(
        _ term: ProjectionTerm,
        _ low: ProjectionTerm.LowRank,
        dInner: Floats,
        x: ConstFloats,
        T: Int,
        K: Int
    ) {
        guard let gradient = low.gradient else { return }
        let N = term.N
        let R = low.rank
        let outputs = Tiles(N, by: Self.widthTile)
        let inputs = Tiles(K, by: Self.widthTile)
        workers.run(tiles: outputs.count + inputs.count) { tile, worker in
            if tile < outputs.count {
                let rows = outputs[tile]
                BLAS.multiply(
                    gradient.dB + rows.lowerBound * R,
                    ldc: R,
                    term.y + rows.lowerBound,
                    lda: N,
                    transposeA: true,
                    low.inner,
                    ldb: R,
                    m: rows.count,
                    n: R,
                    k: T,
                    alpha: low.scale,
                    beta: 1
                )
                return
            }
            let columns = inputs[tile - outputs.count]
            var input = x + columns.lowerBound
            var stride = K
            if let dropout = low.dropout {
                let dropped = scratch(of: worker)  // (T, columns)
                for t in 0..<T {
                    dropout.apply(
                        dropped + t * columns.count,
                        input + t * K,
                        row: t,
                        column: columns.lowerBound,
                        columns: columns.count,
                        width: K
                    )
                }
                input = ConstFloats(dropped)
                stride = columns.count
            }
            BLAS.multiply(
                gradient.dA + columns.lowerBound,
                ldc: K,
                dInner,
                lda: R,
                transposeA: true,
                input,
                ldb: stride,
                m: R,
                n: columns.count,
                k: T,
                beta: 1
            )
        }
    }

    /// dW += dyᵀ·x.
    private func accumulateWeight(_ term: ProjectionTerm, x: ConstFloats, T: Int, K: Int) {
        guard let dW = term.weightGradient else { return }
        let outputs = Tiles(term.N, by: Self.widthTile)
        workers.run(tiles: outputs.count) { tile, _ in
            let rows = outputs[tile]
            BLAS.multiply(
                dW + rows.lowerBound * K,
                ldc: K,
                term.y + rows.lowerBound,
                lda: term.N,
                transposeA: true,
                x,
                ldb: K,
                m: rows.count,
                n: K,
                k: T,
                beta: 1
            )
        }
    }

    /// dx = dy·W + dInner·A, summed over the terms in their order.
    private func addInputGradient(
        _ terms: [ProjectionTerm],
        _ dx: Floats,
        T: Int,
        K: Int,
        innerGradient: [Floats]
    ) {
        memset(dx, 0, T * K * MemoryLayout<Float>.stride)
        let tokenTiles = Tiles(T, by: Self.tokenTile)
        let inputs = Tiles(K, by: Self.widthTile)
        workers.run(tiles: tokenTiles.count * inputs.count) { tile, worker in
            let tokens = tokenTiles[tile / inputs.count]
            let columns = inputs[tile % inputs.count]
            let out = dx + tokens.lowerBound * K + columns.lowerBound
            let tileScratch = scratch(of: worker)
            for (index, term) in terms.enumerated() {
                let dy = term.y + tokens.lowerBound * term.N
                for row in stride(from: 0, to: term.N, by: Self.rowBlock) {
                    let rows = row..<min(row + Self.rowBlock, term.N)
                    dequantize(tileScratch, term.weight, rows: rows, columns: columns)
                    BLAS.multiply(
                        out,
                        ldc: K,
                        dy + row,
                        lda: term.N,
                        tileScratch,
                        ldb: columns.count,
                        m: tokens.count,
                        n: columns.count,
                        k: rows.count,
                        beta: 1
                    )
                }
                guard let low = term.lowRank else { continue }
                let dInner = innerGradient[index] + tokens.lowerBound * low.rank
                guard let dropout = low.dropout else {
                    BLAS.multiply(
                        out,
                        ldc: K,
                        dInner,
                        lda: low.rank,
                        low.a + columns.lowerBound,
                        ldb: K,
                        m: tokens.count,
                        n: columns.count,
                        k: low.rank,
                        beta: 1
                    )
                    continue
                }
                BLAS.multiply(
                    tileScratch,
                    ldc: columns.count,
                    dInner,
                    lda: low.rank,
                    low.a + columns.lowerBound,
                    ldb: K,
                    m: tokens.count,
                    n: columns.count,
                    k: low.rank
                )
                for t in 0..<tokens.count {
                    let row = tileScratch + t * columns.count
                    dropout.apply(
                        row,
                        row,
                        row: tokens.lowerBound + t,
                        column: columns.lowerBound,
                        columns: columns.count,
                        width: K
                    )
                    wb_add_scaled(out + t * K, 1, row, columns.count)
                }
            }
        }
    }
}
