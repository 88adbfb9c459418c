import Hummingbird
package import Platform

/// Why a call fails, or why the server cannot listen.
///
/// Each API has its own form of error replies: see ``API/errorReply``.
package typealias ServerError = CodedError<ServerErrorCode>

/// The kinds of failure of a server, which decide the status of an answer.
package enum ServerErrorCode: ErrorCode {
    /// No such thing.
    case doesNotExist
    /// A thing of that name exists.
    case alreadyExists
    /// A value of the call cannot be used.
    case invalidParameter
    /// The call is malformed.
    case badRequest
    /// The body is larger than allowed.
    case tooLarge
    /// No route has this path and method.
    case noEndpoint
    /// The caller may not do this.
    case denied
    /// The caller is unknown.
    case unauthenticated
    /// The caller makes too many calls.
    case limitExceeded
    /// The call may succeed later.
    case unavailable
    /// The route is known but not implemented.
    case notImplemented
    /// No room is left on the disk.
    case storageFull
    /// The server cannot listen, or cannot read its own files.
    case inaccessible
    /// The server failed.
    case internalError

    /// The status of the answer.
    package var status: Int {
        switch self {
        case .doesNotExist, .noEndpoint: 404
        case .alreadyExists, .invalidParameter, .badRequest: 400
        case .tooLarge: 413
        case .denied: 403
        case .unauthenticated: 401
        case .limitExceeded: 429
        case .unavailable: 503
        case .notImplemented: 501
        // Clients retry on 429 and 500, which does not help with a full disk.
        case .storageFull: 507
        case .inaccessible, .internalError: 500
        }
    }

    /// The general kind of error, for other targets.
    package var kind: ErrorKind {
        switch self {
        case .doesNotExist, .noEndpoint: .notFound
        case .alreadyExists, .limitExceeded: .conflict
        case .invalidParameter, .badRequest, .tooLarge, .unauthenticated: .invalid
        case .denied: .readOnly
        case .storageFull: .full
        case .unavailable, .inaccessible: .inaccessible
        case .notImplemented, .internalError: .failed
        }
    }
}

extension CodedError<ServerErrorCode> {
    /// An error of the system.
    init(_ code: Code, _ error: PlatformError) {
        self.init(code, error.message, hint: error.hint)
    }

    /// The error that clients get for a failure of the server or its router.
    package init(_ error: any Error) {
        switch error {
        case let error as ServerError: self = error
        case let error as HTTPError where error.status == .notFound: self = .noEndpoint
        case let error as HTTPError:
            self.init(.badRequest, error.body ?? error.status.reasonPhrase)
        default: self.init(.internalError, "\(error)")
        }
    }

    /// The error of a call without a route.
    package static var noEndpoint: ServerError {
        ServerError(.noEndpoint, "There is no such endpoint.")
    }
}
