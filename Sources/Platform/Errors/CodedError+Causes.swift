extension CodedError<ErrorKind> {
    /// The error of any target, with its kind as the code.
    package init(_ error: any Error) {
        switch error {
        case let error as any AnyCodedError: self = error.general
        case is CancellationError: self.init(.cancelled, "It was cancelled.")
        default: self.init(.failed, "\(error)")
        }
    }

    /// Calls `body` and rethrows its errors with their kinds as codes.
    package static func translating<Result>(
        _ body: () throws -> Result
    ) throws(CodedError<ErrorKind>) -> Result {
        do {
            return try body()
        } catch {
            throw CodedError<ErrorKind>(error)
        }
    }
}
