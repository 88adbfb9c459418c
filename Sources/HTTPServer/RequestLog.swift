import Hummingbird
import Logging
import NIOCore
import Platform

/// The context of one call.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Its connection.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Counts calls and writes a log line for each; answers failures and calls without a route.
struct RequestLog: RouterMiddleware {
    typealias Context = ServerContext

    let statistics: ServerStatistics
    let failures: FailureReply
    let log: Logger

    func handle(
        _ request: Request,
        context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = failures.response(to: error, request)
        }
        let duration = ContinuousClock.now - start
        statistics.count(response.status.code, duration)
        let milliseconds =
            Double(duration.components.attoseconds / 1_000_000_000_000) / 1000
            + Double(duration.components.seconds) * 1000
        // The query may hold secrets, so it is left out.
        log.info(
            "\(request.method) \(request.uri.path.prefix(300)) \(response.status.code)",
            metadata: [
                "ms": "\(milliseconds)",
                "peer": "\(context.channel.remoteAddress?.ipAddress ?? "unknown")",
            ]
        )
        return response
    }
}

/// Makes replies to failures in the form of an API.
struct FailureReply: Sendable {
    let api: API
    let log: Logger

    func response(to error: any Error, _ request: Request) -> Response {
        var failure = api.failure(error)
        if failure.code == .internalError {
            // Only the operator of the server sees the cause.
            log.error("\(request.method) \(request.uri.path.prefix(300)): \(failure)")
            failure = ServerError(
                .internalError,
                "The server failed; see logs/ in the workspace."
            )
        }
        return api.errorReply(failure).response
    }
}
