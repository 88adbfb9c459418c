/// What can go wrong below the model: a missing library, numbers that have no place in a type.
public struct TensorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: Sendable {
        /// OpenBLAS cannot be loaded.
        case missingLibrary
        /// `WORKBENCH_ISA` names kernels that this machine cannot use.
        case unknownInstructionSet
        /// A matrix whose rows the wanted type cannot hold.
        case wrongShape
        /// A number that is infinite or no number.
        case notFinite
    }

    /// The kind of failure.
    public let code: Code
    /// What happened, to which thing.
    public let message: String
    /// What to do now.
    public let hint: String?

    /// An error with its message and its hint.
    public init(_ code: Code, _ message: String, hint: String?) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message and the hint in one line.
    public var description: String { hint.map { "\(message) hint: \($0)" } ?? message }
}
