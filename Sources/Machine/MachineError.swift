public import Platform

/// Why work that needs the machine cannot be done.
public typealias MachineError = CodedError<MachineErrorCode>

/// The kinds of such obstacles.
public enum MachineErrorCode: ErrorCode {
    /// The memory, or the addresses, are not there.
    case insufficientMemory

    /// What it means to a target above.
    public var kind: ErrorKind { .conflict }
}
