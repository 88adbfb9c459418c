internal import CKernels
internal import Tensors

/// Products in low precision: quantized weights times activations in 8 bits, everything else in
/// bfloat16, or in float32 where that is faster; sums are float32.
///
/// Activations have a scale for every 32 numbers. Sensitive and short products, and all
/// gradients, are in bfloat16, with weights that are dequantized a tile at a time.
/// A single vector is quantized to fifteen bits, since there reading the weights takes longer than
/// multiplying.
final class FastProducts: MatrixProducts, @unchecked Sendable {
    // @unchecked because of `memory`: each worker uses its own part, or the
    // rows of its tile.

    /// The maximum sizes of a pass's products.
    struct Capacity {
        let T: Int
        /// Inputs of a product.
        let K: Int
        /// Outputs of one product with an adapter.
        let N: Int
        /// The rank.
        let R: Int
        /// What weights are multiplied in.
        let formats: ProductFormats
        /// The floats of all outputs that share an input; 0 without a backward pass.
        let outputs: Int
        let dropsInputs: Bool
        /// Whether the weights themselves are trained.
        var trainsWeights = false
        /// The weights that are multiplied by single vectors, token after token; without them single
        /// vectors are treated as short matrices.
        var decoded: InterleavedWeights?
    }

    /// As many as a piece has by default: weights are packed for each tile of tokens.
    static let tokenTile = 768
    static let thinTile = 128
    static let rowTile = 32
    static let columnTile = 32
    /// Columns of an input's gradient: with 96 most of a row's cache lines are read once, and most widths
    /// divide into an even number of tiles.
    static let gradientTile = 96
    static let rowBlock = 1024
    /// Terms that share an input.
    private static let terms = 3

    let workers: Workers
    let formats: ProductFormats
    private let memory: AlignedMemory
    private let scratch: [Scratch]
    /// The copies that decoding reads, if this pass decodes.
    let interleaved: InterleavedWeights?
    /// The largest rank: the distance between groups' parts of `inner16`.
    private let rank: Int
    let q: UnsafeMutablePointer<Int8>  // (T, K), or twice that for vectors
    let scales: Floats  // (T, K/32)
    let sums: UnsafeMutablePointer<Int32>  // (T, K/16)
    let x16: Bfloat16s  // (T, K)
    private let inner16: [Bfloat16s]  // a term: (T, R), x·Aᵀ times the scale
    let dy16: Bfloat16s  // (T, N) of one term after the other
    let dyColumns: Bfloat16s  // (N, T) of one term after the other, where weights are trained
    let dInner16: [Bfloat16s]  // a term: (T, R)
    let innerColumns: [Bfloat16s]  // a term: (R, T), as inner16
    let dInnerColumns: [Bfloat16s]  // a term: (R, T)

    /// What a worker uses while it computes a tile.
    struct Scratch {
        let panels: UnsafeMutableRawPointer
        let rows16: Bfloat16s
        let rows: Floats
    }

    init(workers: Workers, capacity: Capacity) {
        self.workers = workers
        formats = capacity.formats
        interleaved = capacity.decoded
        rank = capacity.R
        memory = AlignedMemory(
            byteCount: Self.byteCount(capacity, threads: workers.count)
        )
        var cursor = MemoryLayoutCursor(memory.pointer)
        let parts = Self.divide(&cursor, capacity, threads: workers.count)
        (q, scales, sums, x16, dy16) = (parts.q, parts.scales, parts.sums, parts.x16, parts.dy16)
        dyColumns = parts.dyColumns
        (inner16, dInner16) = (parts.inner16, parts.dInner16)
        (innerColumns, dInnerColumns) = (parts.innerColumns, parts.dInnerColumns)
        scratch = parts.scratch
    }

    /// The bytes that the products of such a pass need.
    static func byteCount(_ capacity: Capacity, threads: Int) -> Int {
        var cursor = MemoryLayoutCursor()
        _ = divide(&cursor, capacity, threads: threads)
        return cursor.byteCount
    }

    private struct Parts {
        let q: UnsafeMutablePointer<Int8>
        let scales: Floats
        let sums: UnsafeMutablePointer<Int32>
        let x16: Bfloat16s
        let dy16, dyColumns: Bfloat16s
        let inner16, dInner16, innerColumns, dInnerColumns: [Bfloat16s]
        let scratch: [Scratch]
    }

    private static func divide(
        _ cursor: inout MemoryLayoutCursor,
        _ capacity: Capacity,
        threads: Int
    ) -> Parts {
        let (T, K, N, R) = (capacity.T, capacity.K, capacity.N, capacity.R)
        let trains = capacity.outputs > 0
        func bfloat16s(_ count: Int) -> Bfloat16s { cursor.take(count, of: UInt16.self) }
        func eachTerm(_ count: Int) -> [Bfloat16s] { (0..<terms).map { _ in bfloat16s(count) } }
        let ranks = (R + 15) / 16
        let panelCount = max(
            4 * panel(K),
            ranks * panel(K),
            gradientTile / 16 * panel(R),
            trains ? max(gradientTile / 16 * panel(rowBlock), ranks * panel(N), 4 * panel(T)) : 0
        )
        let dropped = capacity.dropsInputs ? max(thinTile * K, T * gradientTile) : 0
        return Parts(
            q: cursor.take(max(T, 2 * min(T, vectorsAtOnce)) * K, of: Int8.self),
            scales: cursor.take(T * K / 32 + 1, of: Float.self),
            sums: cursor.take(T * K / 16 + 1, of: Int32.self),
            x16: bfloat16s(T * even(K)),
            dy16: bfloat16s(capacity.outputs + terms * T),
            dyColumns: bfloat16s(
                // A column of an odd number of tokens is padded, one number for each output.
                capacity.trainsWeights ? capacity.outputs + capacity.outputs / T + 1 : 0
            ),
            inner16: eachTerm(T * even(R)),
            dInner16: eachTerm(trains ? T * even(R) : 0),
            innerColumns: eachTerm(trains ? R * even(T) : 0),
            dInnerColumns: eachTerm(trains ? R * even(T) : 0),
            scratch: (0..<threads).map { _ in
                Scratch(
                    // Twice as much for float32; a panel of 8-bit weights is no larger than of bfloat16.
                    panels: UnsafeMutableRawPointer(bfloat16s(2 * panelCount)),
                    rows16: bfloat16s(
                        max(thinTile * even(R), capacity.dropsInputs ? thinTile * even(K) : 0)
                    ),
                    rows: cursor.take(max(R * 2 * columnTile, dropped), of: Float.self)
                )
            }
        )
    }

    static func panel(_ contracted: Int) -> Int { wb_bf16_panel_count(contracted) }

    func scratch(of worker: Int) -> Scratch { scratch[worker] }

    func forward(_ groups: [ProductGroup], x: ConstFloats, K: Int) {
        for run in runs(groups) {
            guard let first = run.groups.first, let T = run.groups.last?.rows.upperBound else {
                continue
            }
            let x = x + run.firstRow * K
            if run.arithmetic == .vector, let interleaved {
                forwardVectors(run.groups, interleaved, x: x, K: K)
            } else {
                let isLong = run.arithmetic == .longPiece
                quantize(run.groups, x: x, T: T, K: K, isLong: isLong)
                projectDown(run.groups, x: x, K: K)
                forwardMatrix(run.groups, first.terms, x: x, T: T, K: K, isLong: isLong)
            }
        }
    }

    func forward(
        _ groups: [ProductGroup],
        x: ConstFloats,
        K: Int,
        making: (Range<Int>) -> Void
    ) {
        let T = groups.last?.rows.upperBound ?? 0
        let runs = runs(groups)
        if let interleaved, runs.count == 1, runs[0].arithmetic == .vector,
            T <= Self.vectorsAtOnce
        {
            forwardVectors(runs[0].groups, interleaved, x: x, K: K, making: making)
        } else {
            workers.forEachRowTile(T, making)
            forward(groups, x: x, K: K)
        }
    }

    /// Writes x in 8 bits, in bfloat16, or both, as the terms need it.
    private func quantize(
        _ groups: [ProductGroup],
        x: ConstFloats,
        T: Int,
        K: Int,
        isLong: Bool
    ) {
        let terms = groups.flatMap(\.terms)
        let needsInt8 = terms.contains { format($0, isLong: isLong) == .int8 }
        let needs16 = terms.contains {
            format($0, isLong: isLong) == .bfloat16 || $0.lowRank != nil
        }
        workers.forEachRowTile(T) { rows in
            let start = rows.lowerBound * K
            if needsInt8 {
                wb_quantize_rows(
                    q + start,
                    scales + start / 32,
                    sums + start / 16,
                    x + start,
                    rows.count * K
                )
            }
            if needs16 {
                wb_to_bfloat16(
                    x16 + rows.lowerBound * even(K),
                    even(K),
                    x + start,
                    K,
                    1,
                    rows.count,
                    K
                )
            }
        }
    }

    /// What a weight and activations are multiplied in.
    func format(_ term: ProjectionTerm, isLong: Bool) -> ProductFormats.Format {
        guard isLong, !term.isSensitive else { return formats.sensitive }
        guard formats.forward == .int8, !term.weight.type.hasIntegerProducts else {
            return formats.forward
        }
        return formats.sensitive
    }

    /// inner = x·Aᵀ, (T, R), for every term with an adapter.
    private func projectDown(_ groups: [ProductGroup], x: ConstFloats, K: Int) {
        let pieces = groups.flatMap { group in
            let tokens = Tiles(group.rows.count, by: Self.thinTile)
            let adapted = group.terms.enumerated().compactMap { index, term in
                term.lowRank.map { (index: index, low: $0) }
            }
            return (0..<tokens.count).flatMap { tile in
                adapted.map { (group.rows.lowerBound, tokens[tile], $0.index, $0.low) }
            }
        }
        workers.run(tiles: pieces.count) { tile, worker in
            let (first, tokens, index, low) = pieces[tile]
            let row = first + tokens.lowerBound
            let scratch = scratch(of: worker)
            let panels = scratch.panels.assumingMemoryBound(to: UInt16.self)
            var input = x16 + row * even(K)
            if let dropout = low.dropout {
                dropout.apply(
                    scratch.rows,
                    x + row * K,
                    row: row,
                    column: 0,
                    columns: tokens.count * K,
                    width: K
                )
                input = scratch.rows16
                wb_to_bfloat16(input, even(K), scratch.rows, K, 1, tokens.count, K)
            }
            let R = low.rank
            let inner = low.inner + tokens.lowerBound * R
            wb_bf16_panels_of_rows(panels, low.a, ElementType.f32.rawValue, K * 4, R, K)
            wb_bf16_matrix(inner, R, input, even(K), panels, false, tokens.count, R, K)
            wb_to_bfloat16(
                inner16(index, first) + tokens.lowerBound * even(R),
                even(R),
                inner,
                R,
                low.scale,
                tokens.count,
                R
            )
        }
    }

    /// A term's `inner16` for the group that begins at a row.
    func inner16(_ index: Int, _ firstRow: Int) -> Bfloat16s {
        inner16[index] + firstRow * even(rank)
    }

    /// Adds an adapter's part to some columns of y.
    func addThin(
        _ y: Floats,
        _ low: ProjectionTerm.LowRank,
        _ inner: Bfloat16s,
        _ panels: Bfloat16s,
        T: Int,
        rows: Range<Int>,
        N: Int
    ) {
        let R = low.rank
        let b = low.b + rows.lowerBound * R
        wb_bf16_panels_of_rows(panels, b, ElementType.f32.rawValue, R * 4, rows.count, R)
        wb_bf16_matrix(y, N, inner, even(R), panels, true, T, rows.count, R)
    }
}

/// The bits of bfloat16 numbers.
typealias Bfloat16s = UnsafeMutablePointer<UInt16>

/// The next even number: bfloat16 numbers are multiplied in pairs.
func even(_ count: Int) -> Int { (count + 1) / 2 * 2 }
