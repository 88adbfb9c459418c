import Foundation
import Hummingbird
import JSON
import Logging
import NIOCore

/// What belongs to one call.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection it came by.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

extension Request {
    /// The parameters behind `?`, as forms encode them.
    var query: [(key: Substring, value: Substring)] {
        (uri.query ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map { part in
                let spaced = part.replacing("+", with: " ")
                return (spaced.removingPercentEncoding ?? String(spaced))[...]
            }
            return (decoded[0], decoded.count > 1 ? decoded[1] : "")
        }
    }

    /// The path of an artifact behind the folder of its routes, decoded once.
    func artifactPath(behind folder: String) throws(WireError) -> ArtifactPath {
        let raw = String(uri.path.dropFirst(folder.utf8.count + 2))
        guard let path = raw.removingPercentEncoding else {
            throw WireError(.invalidParameter, "Invalid path: \(ArtifactPath.shown(raw))")
        }
        return try ArtifactPath(path)
    }
}

extension Response {
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    static func text(_ text: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    /// A failure in MLflow's form.
    init(_ error: WireError) {
        let body: JSONValue = [
            "error_code": .string(error.code.rawValue), "message": .string(error.message),
        ]
        self = .json(body.bytes, status: error.code.status)
        if error.code == .unauthenticated {
            headers[.wwwAuthenticate] = "Basic realm=\"workbench\""
        }
    }
}

/// Answers failures in MLflow's form, counts calls, and writes a line for each.
struct RequestLog: RouterMiddleware {
    typealias Context = ServerContext

    let statistics: ServerStatistics
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
            let failure = WireError(error)
            if failure.code == .internalError {
                // What went wrong inside is for whoever runs the server.
                log.error("\(request.method) \(request.uri.path.prefix(300)): \(failure.message)")
                response = Response(
                    WireError(.internalError, "The server failed; the workspace's logs/ say why.")
                )
            } else {
                response = Response(failure)
            }
        }
        let duration = ContinuousClock.now - start
        statistics.count(response.status.code, duration)
        let milliseconds =
            Double(duration.components.attoseconds / 1_000_000_000_000) / 1000
            + Double(duration.components.seconds) * 1000
        // The path without its query: that may hold what nobody else should read.
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
