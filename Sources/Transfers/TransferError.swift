public import Platform

/// Why a file did not come.
public typealias TransferError = CodedError<TransferErrorCode>

/// The kinds of failure of transfers.
public enum TransferErrorCode: ErrorCode {
    /// The server, or the way to it, failed; the message says how.
    case failed

    /// What it means to a target above.
    public var kind: ErrorKind { .failed }
}
