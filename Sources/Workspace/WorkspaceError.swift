public import Platform

/// An error in a workspace: what failed, for which item, and what to do.
public typealias WorkspaceError = CodedError<ErrorKind>
