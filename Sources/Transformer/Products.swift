internal import CKernels
internal import Tensors

typealias Floats = UnsafeMutablePointer<Float>
typealias ConstFloats = UnsafePointer<Float>

/// One projection's part in a product: the frozen weight, where its output
/// goes, and the adapter if it has one.
struct ProjectionTerm {
    /// The adapter's matrices and, in training, where their gradients go.
    struct LowRank {
        let a: ConstFloats  // (R, K)
        let b: ConstFloats  // (N, R)
        let scale: Float
        let rank: Int
        /// Room for x·Aᵀ, (T, R).
        let inner: Floats
        var dropout: (rate: Float, key: UInt64)?
        var gradient: (dA: Floats, dB: Floats)?
    }

    let weight: Weight  // (N, K)
    let y: Floats  // (T, N); its gradient in the backward pass
    var lowRank: LowRank?

    var N: Int { weight.rows }
}

/// The matrix products of a model's layers, forward and backward.
///
/// Here T is the number of tokens, K the input width, N the output width and R
/// the rank. Weights are dequantized a tile at a time into scratch memory; one
/// tile is one OpenBLAS call (or a fixed series of them), and tile borders
/// depend on the shapes alone, so results do not depend on the threads.
final class Products: @unchecked Sendable {
    // @unchecked because of `scratch`: each worker uses its own part.

    private static let tokenTile = 512
    private static let thinTile = 64
    private static let widthTile = 320
    private static let rowBlock = 512
    private static let vectorTile = 128

    let pool: WorkerPool
    let priority: WorkerPool.Priority
    private let scratch: FloatBuffer  // (workers, scratchCount)
    private let scratchCount: Int

    /// - Parameters:
    ///   - widest: The largest input width of any product.
    ///   - dropsInputs: Whether adapters' inputs may be dropped, which takes more scratch memory.
    init(
        pool: WorkerPool,
        priority: WorkerPool.Priority,
        widest: Int,
        tokenCapacity: Int,
        dropsInputs: Bool
    ) {
        self.pool = pool
        self.priority = priority
        scratchCount = Self.scratchCount(
            widest: widest,
            tokenCapacity: tokenCapacity,
            dropsInputs: dropsInputs
        )
        scratch = FloatBuffer(count: pool.threadCount * scratchCount)
    }

    static func scratchCount(widest: Int, tokenCapacity: Int, dropsInputs: Bool) -> Int {
        let dropped = max(thinTile * widest, tokenCapacity * widthTile)
        return max(widthTile * widest, rowBlock * widthTile, dropsInputs ? dropped : 0)
    }

    private func scratch(of worker: Int) -> Floats { scratch.pointer + worker * scratchCount }

    /// y = x·Wᵀ + scale·(x·Aᵀ)·Bᵀ for each term; all terms share x, (T, K).
    func forward(_ terms: [ProjectionTerm], x: ConstFloats, T: Int, K: Int) {
        projectDown(terms, x: x, T: T, K: K)
        if T == 1 {
            forwardVector(terms, x: x, K: K)
        } else {
            forwardMatrix(terms, x: x, T: T, K: K)
        }
    }

    private func forwardMatrix(_ terms: [ProjectionTerm], x: ConstFloats, T: Int, K: Int) {
        let tokenTiles = Tiles(T, by: Self.tokenTile)
        let widths = terms.map { Tiles($0.N, by: Self.widthTile) }
        let tilesPerBlock = widths.reduce(0) { $0 + $1.count }
        pool.run(tiles: tokenTiles.count * tilesPerBlock, priority: priority) { tile, worker in
            let tokens = tokenTiles[tile / tilesPerBlock]
            let (index, place) = locate(tile % tilesPerBlock, in: widths)
            let term = terms[index]
            let rows = widths[index][place]
            let weight = scratch(of: worker)  // (rows, K)
            dequantize(weight, term.weight, rows: rows)
            let y = term.y + tokens.lowerBound * term.N + rows.lowerBound
            BLAS.multiply(
                y,
                ldc: term.N,
                x + tokens.lowerBound * K,
                lda: K,
                weight,
                ldb: K,
                transposeB: true,
                m: tokens.count,
                n: rows.count,
                k: K
            )
            if let low = term.lowRank {
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
        }
    }

    private func forwardVector(_ terms: [ProjectionTerm], x: ConstFloats, K: Int) {
        let widths = terms.map { Tiles($0.N, by: max(Self.vectorTile, $0.N / 64)) }
        let tileCount = widths.reduce(0) { $0 + $1.count }
        pool.run(tiles: tileCount, priority: priority) { tile, _ in
            let (index, place) = locate(tile, in: widths)
            let term = terms[index]
            let rows = widths[index][place]
            wb_matrix_vector(
                term.y + rows.lowerBound,
                term.weight.row(rows.lowerBound),
                term.weight.type.rawValue,
                term.weight.rowByteCount,
                x,
                rows.count,
                K
            )
            if let low = term.lowRank {
                for row in rows {
                    term.y[row] += low.scale * wb_dot(low.b + row * low.rank, low.inner, low.rank)
                }
            }
        }
    }

    /// inner = x·Aᵀ, (T, R), for every term with an adapter.
    private func projectDown(_ terms: [ProjectionTerm], x: ConstFloats, T: Int, K: Int) {
        let adapted = terms.compactMap(\.lowRank)
        guard !adapted.isEmpty else { return }
        let tokenTiles = Tiles(T, by: Self.thinTile)
        pool.run(tiles: tokenTiles.count * adapted.count, priority: priority) { tile, worker in
            let tokens = tokenTiles[tile / adapted.count]
            let low = adapted[tile % adapted.count]
            var input = x + tokens.lowerBound * K
            if let dropout = low.dropout {
                let dropped = scratch(of: worker)
                wb_dropout(
                    dropped,
                    input,
                    dropout.key,
                    dropout.rate,
                    tokens.lowerBound * K,
                    tokens.count * K
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

    /// The gradients of `forward`, read from the last step to the first.
    ///
    /// - Parameters:
    ///   - terms: With `y` holding dy; the adapters' gradients are added to.
    ///   - dx: Gets the terms' sum added to it, (T, K); nil where nobody needs it.
    ///   - innerGradient: Room for (T, R) floats for each term with an adapter.
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
            pool.run(tiles: tokenTiles.count * adapted.count, priority: priority) { tile, _ in
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
        pool.run(tiles: outputs.count + inputs.count, priority: priority) { tile, worker in
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
                    wb_dropout(
                        dropped + t * columns.count,
                        input + t * K,
                        dropout.key,
                        dropout.rate,
                        t * K + columns.lowerBound,
                        columns.count
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

    /// dx += dy·W + dInner·A, summed over the terms in their order.
    private func addInputGradient(
        _ terms: [ProjectionTerm],
        _ dx: Floats,
        T: Int,
        K: Int,
        innerGradient: [Floats]
    ) {
        let tokenTiles = Tiles(T, by: Self.tokenTile)
        let inputs = Tiles(K, by: Self.widthTile)
        pool.run(tiles: tokenTiles.count * inputs.count, priority: priority) { tile, worker in
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
                    wb_dropout(
                        row,
                        row,
                        dropout.key,
                        dropout.rate,
                        (tokens.lowerBound + t) * K + columns.lowerBound,
                        columns.count
                    )
                    wb_add_scaled(out + t * K, 1, row, columns.count)
                }
            }
        }
    }

    /// Splits T rows of element-wise work among the threads.
    func forEachRowTile(_ T: Int, _ body: (Range<Int>) -> Void) {
        let tiles = Tiles(T, by: 16)
        pool.run(tiles: tiles.count, priority: priority) { tile, _ in body(tiles[tile]) }
    }
}

/// `count` things cut into pieces of about equal size, at most `limit` each.
///
/// Borders are multiples of 32 wherever there are that many, so that they do
/// not cut a quantized block.
struct Tiles {
    let count: Int
    private let total: Int
    private let size: Int

    init(_ total: Int, by limit: Int) {
        self.total = total
        let pieces = max(1, (total + limit - 1) / limit)
        let even = (total + pieces - 1) / pieces
        size = limit >= 32 ? (even + 31) / 32 * 32 : even
        count = max(1, (total + size - 1) / max(1, size))
    }

    subscript(index: Int) -> Range<Int> { index * size..<min((index + 1) * size, total) }
}

/// The term and the tile within it that a number counted over all terms means.
private func locate(_ tile: Int, in tiles: [Tiles]) -> (term: Int, place: Int) {
    var place = tile
    for (term, tiles) in tiles.enumerated() {
        if place < tiles.count { return (term, place) }
        place -= tiles.count
    }
    preconditionFailure("tile \(tile) is in no term")
}

extension Weight {
    /// The first byte of a row.
    func row(_ row: Int) -> UnsafeRawPointer {
        guard let base = bytes.baseAddress else {
            preconditionFailure("an empty weight has no rows")
        }
        return base + row * rowByteCount
    }

    /// A float32 weight's numbers.
    var floats: ConstFloats {
        precondition(type == .f32, "\(type) numbers are no float32")
        return row(0).assumingMemoryBound(to: Float.self)
    }
}

/// out = the rows of `weight`, (rows, K).
func dequantize(_ out: Floats, _ weight: Weight, rows: Range<Int>) {
    wb_dequantize(
        out,
        weight.row(rows.lowerBound),
        weight.type.rawValue,
        rows.count * weight.columns
    )
}

/// out = some columns of some rows of `weight`, (rows, columns); columns are whole blocks.
func dequantize(_ out: Floats, _ weight: Weight, rows: Range<Int>, columns: Range<Int>) {
    let skipped = weight.type.byteCount(elements: columns.lowerBound)
    for (i, row) in rows.enumerated() {
        wb_dequantize(
            out + i * columns.count,
            weight.row(row) + skipped,
            weight.type.rawValue,
            columns.count
        )
    }
}
