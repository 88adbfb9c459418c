/// How gradients update parameters, and the state that is kept between steps.
///
/// A rule treats every number independently, so threads may divide the
/// parameters in any way.
public protocol OptimizerRule: Sendable {
    /// Its state, for checkpoints, in a fixed order.
    var state: [OptimizerState] { get }

    /// Updates the parameters of one piece.
    func step(_ step: OptimizerStep, of piece: OptimizerPiece)
}

/// The values that all pieces of one step share.
public struct OptimizerStep: Sendable {
    /// The trained numbers.
    public var parameters: FloatBuffer
    /// Their gradients, as many.
    public var gradients: FloatBuffer
    /// The step's number, from 1.
    public var number: Int
    /// The step's size.
    public var learningRate: Double
    /// What gradients are multiplied by: below 1 where they are clipped.
    public var gradientScale: Float

    /// A step.
    public init(
        parameters: FloatBuffer,
        gradients: FloatBuffer,
        number: Int,
        learningRate: Double,
        gradientScale: Float = 1
    ) {
        precondition(number >= 1, "steps are counted from 1")
        precondition(
            gradients.count == parameters.count,
            "parameters and gradients differ in length"
        )
        self.parameters = parameters
        self.gradients = gradients
        self.number = number
        self.learningRate = learningRate
        self.gradientScale = gradientScale
    }
}

/// Consecutive parameters that are treated alike.
public struct OptimizerPiece: Sendable, Equatable {
    /// Their range.
    public var range: Range<Int>
    /// The number of the first block of 256 of them, counted over all pieces.
    public var firstBlock: Int
    /// What the learning rate is multiplied by.
    public var rateFactor: Double
    /// The share of a parameter that a step at learning rate 1 takes away.
    public var weightDecay: Double

    /// A piece.
    public init(
        range: Range<Int>,
        firstBlock: Int = 0,
        rateFactor: Double = 1,
        weightDecay: Double = 0
    ) {
        self.range = range
        self.firstBlock = firstBlock
        self.rateFactor = rateFactor
        self.weightDecay = weightDecay
    }

    /// The numbers that share a scale in rules with 8-bit state.
    public static let blockLength = 256
    /// The number of blocks; the last may be shorter.
    public var blockCount: Int { (range.count + Self.blockLength - 1) / Self.blockLength }
}

/// A part of a rule's state.
public struct OptimizerState: Sendable {
    /// Its numbers.
    public enum Numbers: Sendable {
        /// In float32.
        case floats(FloatBuffer)
        /// In codes of eight bits.
        case bytes(ByteBuffer)
    }

    /// Its name in a checkpoint.
    public let name: String
    /// Its numbers.
    public let numbers: Numbers
}
