public import Platform

/// An error of the machine's resources.
public typealias MachineError = CodedError<MachineErrorCode>

/// The kinds of failure.
public enum MachineErrorCode: ErrorCode {
    /// There is not enough memory or address space.
    case insufficientMemory

    /// The general kind of error, for other targets.
    public var kind: ErrorKind { .conflict }
}
