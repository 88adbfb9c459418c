import Hummingbird
import Registry
import Tracking
import Workspace

/// What a client is told that asked for something that was not done.
package struct WireError: Error, Equatable {
    /// MLflow's names of failures, with the status that goes with each.
    package enum Code: String, Sendable {
        case doesNotExist = "RESOURCE_DOES_NOT_EXIST"
        case alreadyExists = "RESOURCE_ALREADY_EXISTS"
        case invalidParameter = "INVALID_PARAMETER_VALUE"
        case badRequest = "BAD_REQUEST"
        case tooLarge = "RESOURCE_LIMIT_EXCEEDED"
        case noEndpoint = "ENDPOINT_NOT_FOUND"
        case denied = "PERMISSION_DENIED"
        case unauthenticated = "UNAUTHENTICATED"
        case limitExceeded = "REQUEST_LIMIT_EXCEEDED"
        case unavailable = "TEMPORARILY_UNAVAILABLE"
        case notImplemented = "NOT_IMPLEMENTED"
        case storageFull = "RESOURCE_EXHAUSTED"
        case internalError = "INTERNAL_ERROR"

        var status: HTTPResponse.Status {
            switch self {
            case .doesNotExist, .noEndpoint: .notFound
            case .alreadyExists, .invalidParameter, .badRequest: .badRequest
            case .tooLarge: .contentTooLarge
            case .denied: .forbidden
            case .unauthenticated: .unauthorized
            case .limitExceeded: .tooManyRequests
            case .unavailable: .serviceUnavailable
            case .notImplemented: .notImplemented
            // Clients try again on 429 and 500; a full disk does not get better by that.
            case .storageFull: .init(code: 507, reasonPhrase: "Insufficient Storage")
            case .internalError: .internalServerError
            }
        }
    }

    package var code: Code
    package var message: String

    /// What is told where nothing answers.
    static let noEndpoint = WireError(.noEndpoint, "There is no such endpoint.")

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// What a failure below means to a client.
    init(_ error: any Error) {
        switch error {
        case let error as WireError: self = error
        case let error as TrackingError: self.init(Self.code(error.code), error.description)
        case let error as RegistryError: self.init(Self.code(error.code), error.description)
        case let error as WorkspaceError: self.init(Self.code(error.code), error.description)
        case let error as HTTPError where error.status == .notFound:
            self = .noEndpoint
        case let error as HTTPError:
            self.init(.badRequest, error.body ?? error.status.reasonPhrase)
        default: self.init(.internalError, "\(error)")
        }
    }

    private static func code(_ code: TrackingError.Code) -> Code {
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

    private static func code(_ code: WorkspaceError.Code) -> Code {
        switch code {
        case .notFound: .doesNotExist
        case .conflict, .invalid, .ambiguous: .invalidParameter
        case .readOnly: .denied
        case .full: .storageFull
        case .networkFileSystem, .inaccessible, .cancelled, .failed: .internalError
        }
    }

    private static func code(_ code: RegistryError.Code) -> Code {
        switch code {
        case .notFound: .doesNotExist
        case .alreadyExists: .alreadyExists
        case .invalidValue, .nothingBefore, .conflict, .refused: .invalidParameter
        }
    }
}
