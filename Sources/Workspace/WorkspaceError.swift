public import Platform

/// What went wrong in a workspace, to which thing, and what to do about it.
public typealias WorkspaceError = CodedError<ErrorKind>
