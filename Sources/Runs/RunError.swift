public import Platform

/// What went wrong with a run, and what to do about it.
public typealias RunError = CodedError<ErrorKind>
