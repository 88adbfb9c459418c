import Database
import HTTPServer
import JSON
import Platform
import Registry
import Tracking
import Workspace

extension CodedError<ServerErrorCode> {
    /// The error that clients get for a failure of the workspace.
    init(translating error: any Error) {
        switch error {
        case let error as TrackingError:
            self.init(Code(error.code), error.message, hint: error.hint)
        case let error as RegistryError:
            self.init(Code(error.code), error.message, hint: error.hint)
        case let error as ServerError: self = error
        case let error as any AnyCodedError:
            let error = error.general
            self.init(Code(error.code), error.message, hint: error.hint)
        default: self.init(error)
        }
    }

    /// The reply in MLflow's form.
    var mlflowReply: Reply {
        var reply = Reply.json(
            ["error_code": .string(code.mlflowName), "message": .string(description)],
            status: code.status
        )
        if code == .unauthenticated { reply.set("WWW-Authenticate", "Basic realm=\"workbench\"") }
        return reply
    }
}

extension ServerErrorCode {
    /// MLflow's name.
    fileprivate var mlflowName: String {
        switch self {
        case .doesNotExist: "RESOURCE_DOES_NOT_EXIST"
        case .alreadyExists: "RESOURCE_ALREADY_EXISTS"
        case .invalidParameter: "INVALID_PARAMETER_VALUE"
        case .badRequest: "BAD_REQUEST"
        case .tooLarge: "RESOURCE_LIMIT_EXCEEDED"
        case .noEndpoint: "ENDPOINT_NOT_FOUND"
        case .denied: "PERMISSION_DENIED"
        case .unauthenticated: "UNAUTHENTICATED"
        case .limitExceeded: "REQUEST_LIMIT_EXCEEDED"
        case .unavailable: "TEMPORARILY_UNAVAILABLE"
        case .notImplemented: "NOT_IMPLEMENTED"
        case .storageFull: "RESOURCE_EXHAUSTED"
        case .inaccessible, .internalError: "INTERNAL_ERROR"
        }
    }

    fileprivate init(_ code: TrackingError.Code) {
        self =
            switch code {
            case .notFound: .doesNotExist
            case .alreadyExists: .alreadyExists
            case .invalidValue, .invalidState: .invalidParameter
            case .readOnly: .denied
            case .busy: .unavailable
            case .diskFull: .storageFull
            case .notADatabase, .corrupt, .foreignDatabase, .cannotOpen, .storage: .internalError
            }
    }

    fileprivate init(_ code: ErrorKind) {
        self =
            switch code {
            case .notFound: .doesNotExist
            case .conflict, .invalid, .ambiguous: .invalidParameter
            case .readOnly: .denied
            case .full: .storageFull
            case .networkFileSystem, .inaccessible, .cancelled, .failed: .internalError
            }
    }

    fileprivate init(_ code: RegistryError.Code) {
        self =
            switch code {
            case .notFound: .doesNotExist
            case .alreadyExists: .alreadyExists
            case .invalidValue, .nothingBefore, .conflict, .refused: .invalidParameter
            }
    }
}
