internal import CKernels

/// AdamW with two bytes of state for each parameter instead of eight.
///
/// Each moment is a code of eight bits; 256 of them share a scale, their
/// largest magnitude. Source: Dettmers et al., "8-bit Optimizers via Block-wise
/// Quantization", arXiv 2110.02861.
public final class AdamW8Bit: OptimizerRule {
    /// The bytes of state for each parameter, without the scales.
    public static let bytesPerParameter = 2

    private let constants: AdamW.Constants
    private let firstCodes: ByteBuffer
    private let firstScales: FloatBuffer
    private let secondCodes: ByteBuffer
    private let secondScales: FloatBuffer
    private let codes = MomentCodes()

    /// Allocates the moments of `parameterCount` numbers in pieces of `blockCount` blocks.
    public init(
        parameterCount: Int,
        blockCount: Int,
        constants: AdamW.Constants = AdamW.Constants()
    ) {
        self.constants = constants
        firstCodes = ByteBuffer(count: parameterCount, filledWith: codes.zero)
        secondCodes = ByteBuffer(count: parameterCount)
        firstScales = FloatBuffer(count: blockCount)
        secondScales = FloatBuffer(count: blockCount)
    }

    /// The codes of the two moments and their scales.
    public var state: [OptimizerState] {
        [
            OptimizerState(name: "first_moment.codes", numbers: .bytes(firstCodes)),
            OptimizerState(name: "first_moment.scales", numbers: .floats(firstScales)),
            OptimizerState(name: "second_moment.codes", numbers: .bytes(secondCodes)),
            OptimizerState(name: "second_moment.scales", numbers: .floats(secondScales)),
        ]
    }

    /// Updates the parameters of one piece.
    public func step(_ step: OptimizerStep, of piece: OptimizerPiece) {
        let start = piece.range.lowerBound
        let corrections = constants.corrections(step: step.number)
        var tables = codes.tables
        wb_adamw_8bit(
            step.parameters.pointer + start,
            firstCodes.pointer + start,
            firstScales.pointer + piece.firstBlock,
            secondCodes.pointer + start,
            secondScales.pointer + piece.firstBlock,
            step.gradients.pointer + start,
            &tables,
            step.gradientScale,
            step.learningRate * piece.rateFactor,
            constants.beta1,
            constants.beta2,
            constants.epsilon,
            piece.weightDecay,
            corrections.0,
            corrections.1,
            piece.range.count
        )
    }
}

/// The tables between moments and their codes.
private final class MomentCodes: Sendable {
    /// The code of 0 for the first moment.
    let zero: UInt8
    private let first: FloatBuffer  // (256)
    private let second: FloatBuffer  // (256)
    private let nearestFirst: ByteBuffer  // (65536)
    private let nearestSecond: ByteBuffer  // (65536)

    init() {
        zero = UInt8(DynamicCode.map.firstIndex(of: 0) ?? 0)
        first = FloatBuffer(DynamicCode.map)
        second = FloatBuffer(DynamicCode.positiveMap)
        nearestFirst = ByteBuffer(DynamicCode.nearest(in: DynamicCode.map, from: -1))
        nearestSecond = ByteBuffer(DynamicCode.nearest(in: DynamicCode.positiveMap, from: 0))
    }

    /// What the kernel reads; valid as long as this object is.
    var tables: wb_moment_codes {
        wb_moment_codes(
            first: first.pointer,
            second: second.pointer,
            nearest_first: nearestFirst.pointer,
            nearest_second: nearestSecond.pointer
        )
    }
}
