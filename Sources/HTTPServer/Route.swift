/// One route: its method and path, the role it needs, and its handler.
package struct Route: Sendable {
    /// The methods that routes answer.
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// The method; a route for GET answers HEAD as well.
    package let method: Method
    /// The path without its first slash.
    ///
    /// A name in braces is a parameter; `**` at the end matches the rest of the path.
    package let path: String
    /// The role that a caller needs; nil for a public route.
    package let role: TokenFile.Role?
    /// Answers a call, on a thread that may block.
    package let answer: @Sendable (Call) async throws -> Reply

    package init(
        _ method: Method,
        _ path: String,
        role: TokenFile.Role?,
        answer: @escaping @Sendable (Call) async throws -> Reply
    ) {
        self.method = method
        self.path = path
        self.role = role
        self.answer = answer
    }
}

/// Routes with their form of errors.
///
/// A server may serve several APIs.
package struct API: Sendable {
    /// The routes.
    package var routes: [Route]
    /// The error of this API for one thrown below a route.
    package var failure: @Sendable (any Error) -> ServerError = { ServerError($0) }
    /// The reply for an error, in the form that clients of this API read.
    package var errorReply: @Sendable (ServerError) -> Reply
    /// The API's own metrics, in Prometheus' text format.
    package var metrics: @Sendable () throws -> String = { "" }
    /// Called before the server listens and after it has ended.
    package var tidy: @Sendable () -> Void = {}

    package init(routes: [Route], errorReply: @escaping @Sendable (ServerError) -> Reply) {
        self.routes = routes
        self.errorReply = errorReply
    }
}
