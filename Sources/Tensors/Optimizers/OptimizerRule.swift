/// How parameters change by their gradients, and what is remembered from step to step.
///
/// A rule treats every number alone, so threads may take pieces of the
/// parameters; the result does not depend on how.
public protocol OptimizerRule: Sendable {
    /// What it remembers, for checkpoints, in an order that does not change.
    var state: [OptimizerState] { get }

    /// Changes the parameters of one piece.
    func step(_ step: OptimizerStep, of piece: OptimizerPiece)
}

/// What all pieces of one step share.
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

    /// States a step.
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

/// Parameters that follow each other and are treated alike.
public struct OptimizerPiece: Sendable, Equatable {
    /// Their places.
    public var range: Range<Int>
    /// The number of the first block of 256 of them, counted over all pieces.
    public var firstBlock: Int
    /// What the learning rate is multiplied by.
    public var rateFactor: Double
    /// The share of a parameter that a step at learning rate 1 takes away.
    public var weightDecay: Double

    /// States a piece.
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

    /// How many numbers have one scale where a rule keeps its state in eight bits.
    public static let blockLength = 256
    /// How many blocks it has; the last may be shorter.
    public var blockCount: Int { (range.count + Self.blockLength - 1) / Self.blockLength }
}

/// Something that a rule remembers.
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
