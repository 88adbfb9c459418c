internal import CKernels
internal import Tensors

typealias Floats = UnsafeMutablePointer<Float>
typealias ConstFloats = UnsafePointer<Float>

/// One projection of a product: the weight, the output, and the adapter if it has one.
struct ProjectionTerm {
    /// The adapter's matrices and, in training, their gradients.
    struct LowRank {
        let a: ConstFloats  // (R, K)
        let b: ConstFloats  // (N, R)
        let scale: Float
        let rank: Int
        /// Room for x·Aᵀ, (T, R).
        let inner: Floats
        var dropout: InputDropout?
        var gradient: (dA: Floats, dB: Floats)?
    }

    let weight: Weight  // (N, K)
    let y: Floats  // (T, N); its gradient in the backward pass
    /// Whether activations of eight bits would lose too much accuracy here.
    var isSensitive = false
    var lowRank: LowRank?
    /// The gradient of y in bfloat16, if it was written so, and the numbers between its rows; only
    /// for a term whose y has no other use in the backward pass.
    var gradient16: (rows: Bfloat16s, stride: Int)?
    /// Where the weight's own gradient is added, (N, K), if it is trained.
    var weightGradient: Floats?

    var N: Int { weight.rows }
}

/// The terms of some rows of a list that share an adapter or have none.
struct ProductGroup {
    /// The rows of the list.
    var rows: Range<Int>
    /// With the outputs of these rows: `y` and `inner` begin at the first of them.
    let terms: [ProjectionTerm]
    /// Their arithmetic in `fast` precision; nil if the length of the list decides.
    var arithmetic: RowArithmetic?
}

/// The arithmetic of rows in `fast` precision, which depends on the sequence that they belong to and
/// on nothing else in the list, so that a sequence gets the same bits with others and alone.
enum RowArithmetic {
    /// A single row: activations of fifteen bits, and weights as decoding reads them.
    case vector
    /// A short piece: bfloat16.
    case shortPiece
    /// A longer one: eight bits where that is accurate enough.
    case longPiece

    /// The arithmetic of a sequence's piece of that many rows.
    init(pieceOf count: Int) {
        self = count == 1 ? .vector : count <= Self.longestShortPiece ? .shortPiece : .longPiece
    }

    /// Up to this number of tokens, eight bits save too little time for their loss of accuracy.
    private static let longestShortPiece = 128
}

/// The matrix products of a model's layers, forward and backward.
///
/// T is the number of tokens, K the input width, N the output width and R the
/// rank. Tile borders depend on the shapes alone, so results do not depend on
/// the threads.
protocol MatrixProducts: AnyObject, Sendable {
    var workers: Workers { get }

    /// y = x·Wᵀ + scale·(x·Aᵀ)·Bᵀ for each term; all terms share x, (T, K).
    ///
    /// The groups cover the rows in order, and all have the same weights. A weight is read once for
    /// all of them. In `exact` precision a group's result does not depend on the others.
    func forward(_ groups: [ProductGroup], x: ConstFloats, K: Int)

    /// The same for an x that does not exist yet.
    ///
    /// - Parameter making: Writes some rows of x; called on several threads, once for each row.
    func forward(
        _ groups: [ProductGroup],
        x: ConstFloats,
        K: Int,
        making: (Range<Int>) -> Void
    )

    /// The gradients of `forward`.
    ///
    /// - Parameters:
    ///   - terms: With `y` holding dy; the gradients of adapters and of trained weights are added to.
    ///   - dx: Gets the terms' sum, (T, K); nil if it is not needed.
    ///   - innerGradient: Room for (T, R) floats for each term with an adapter.
    func backward(
        _ terms: [ProjectionTerm],
        dx: Floats?,
        x: ConstFloats,
        T: Int,
        K: Int,
        innerGradient: [Floats]
    )
}

extension MatrixProducts {
    func forward(
        _ groups: [ProductGroup],
        x: ConstFloats,
        K: Int,
        making: (Range<Int>) -> Void
    ) {
        workers.forEachRowTile(groups.last?.rows.upperBound ?? 0, making)
        forward(groups, x: x, K: K)
    }

    /// y = x·Wᵀ + scale·(x·Aᵀ)·Bᵀ for each term, with one adapter for all rows.
    func forward(_ terms: [ProjectionTerm], x: ConstFloats, T: Int, K: Int) {
        forward([ProductGroup(rows: 0..<T, terms: terms)], x: x, K: K)
    }
}

extension Weight {
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

/// out = some columns of some rows of `weight`, (rows, columns).
///
/// Columns of quantized types begin and end at multiples of 32, which may lie within a block of 64
/// or 256.
func dequantize(_ out: Floats, _ weight: Weight, rows: Range<Int>, columns: Range<Int>) {
    for (i, row) in rows.enumerated() {
        wb_dequantize_part(
            out + i * columns.count,
            weight.row(row),
            weight.type.rawValue,
            columns.lowerBound,
            columns.count
        )
    }
}
