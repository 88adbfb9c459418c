import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Platform

/// One call of a client, as a route sees it.
package struct Call: Sendable {
    /// The parts of a server that routes share.
    struct Shared: Sendable {
        let configuration: Server.Configuration
        /// Where calls wait for the database's writer.
        let writers: WritingThreads
        let metrics: @Sendable () throws -> String
    }

    let request: Request
    let shared: Shared
    /// The caller; nil for a public route.
    package let caller: AccessRules.Caller?
    /// The parameters in the path, decoded.
    package let parameters: [(name: String, value: String)]
    /// The part of the path that `**` matches, as it was sent.
    package let rest: String

    init(
        _ request: Request,
        _ context: ServerContext,
        by caller: AccessRules.Caller?,
        of route: Route,
        _ shared: Shared
    ) {
        self.request = request
        self.shared = shared
        self.caller = caller
        let names = route.path.split(separator: "/").filter { $0.hasPrefix("{") }
        parameters = names.compactMap { name in
            context.parameters.get(String(name.dropFirst().dropLast())).map { value in
                (String(name.dropFirst().dropLast()), value.removingPercentEncoding ?? value)
            }
        }
        rest = Self.rest(of: request.uri.path, behind: route.path)
    }

    /// The part of a path that `**` at the end of a route's path matches; empty without `**`.
    private static func rest(of path: String, behind route: String) -> String {
        let parts = route.split(separator: "/")
        guard parts.last == "**" else { return "" }
        let slash = UInt8(ascii: "/")
        var rest = path.utf8[...]
        for _ in parts.dropLast() {
            rest = rest.drop { $0 == slash }.drop { $0 != slash }
        }
        return String(Substring(rest.dropFirst()))
    }

    /// Whether the method is GET or HEAD.
    package var isRead: Bool { [.get, .head].contains(request.method) }

    /// Whether there is a query.
    package var hasQuery: Bool { request.uri.query?.isEmpty == false }

    /// The parameters of the query, as forms encode them.
    package var query: [(key: Substring, value: Substring)] {
        (request.uri.query ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map { part in
                let spaced = part.replacing("+", with: " ")
                return (spaced.removingPercentEncoding ?? String(spaced))[...]
            }
            return (decoded[0], decoded.count > 1 ? decoded[1] : "")
        }
    }

    /// A header's value; nil if the call has none of that name.
    package func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { request.headers[$0] }
    }

    /// Whether the head announces a body.
    package var hasBody: Bool {
        request.headers[.contentLength].map { $0 != "0" }
            ?? (request.headers[.transferEncoding] != nil)
    }

    /// The whole body, kept in memory.
    ///
    /// - Throws: ``ServerError`` with the code `tooLarge` beyond the server's limit.
    package func body() async throws -> [UInt8] {
        let limit = shared.configuration.bodyLimit
        let tooLarge = ServerError(
            .tooLarge,
            "The body is larger than \(limit) bytes.",
            hint: "log in smaller batches, and large things as artifacts"
        )
        // An announced size is refused before the body is sent.
        guard announcedSize <= limit else { throw tooLarge }
        do {
            let body = try await request.body.collect(upTo: limit)
            return Array(body.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }

    /// The body piece by piece, for a file.
    ///
    /// - Throws: What `take` throws, and ``ServerError`` with the code `tooLarge` beyond the server's
    ///   limit of files.
    package func receive(_ take: (UnsafeRawBufferPointer) throws -> Void) async throws {
        let limit = shared.configuration.fileLimit
        let tooLarge = ServerError(.tooLarge, "The file is larger than \(limit) bytes.")
        guard announcedSize <= limit else { throw tooLarge }
        var count = 0
        for try await piece in request.body {
            count += piece.readableBytes
            guard count <= limit else { throw tooLarge }
            try piece.withUnsafeReadableBytes { try take($0) }
        }
    }

    private var announcedSize: Int { request.headers[.contentLength].flatMap { Int($0) } ?? 0 }

    /// Runs a body that writes to the database, so that calls that wait for the database's writer do
    /// not block others.
    package func writing<Result: Sendable>(
        _ body: @Sendable () throws -> Result
    ) async throws -> Result {
        try await shared.writers.run(body)
    }

    /// The server's metrics with those of all its APIs, in Prometheus' text format.
    package func metrics() throws -> String { try shared.metrics() }
}
