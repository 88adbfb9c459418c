/// What can go wrong below the model: a missing library, too little memory.
public struct TensorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: Sendable {
        /// OpenBLAS cannot be loaded.
        case missingLibrary
        /// `WORKBENCH_ISA` names kernels that this machine cannot use.
        case unknownInstructionSet
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
