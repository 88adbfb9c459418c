public import Platform

/// An error of a download.
public typealias TransferError = CodedError<TransferErrorCode>

/// The kinds of failure of transfers.
public enum TransferErrorCode: ErrorCode {
    /// The server or the connection failed; the message says how.
    case failed

    /// The general kind of error, for other targets.
    public var kind: ErrorKind { .failed }
}
