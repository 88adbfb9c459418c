import Foundation
import HTTPServer
import JSON
import Logging
import Platform
import TestClient
import Testing

/// Servers of invented APIs: the server knows none.
@Suite struct ServerTests {
    private static func with(
        _ apis: [API],
        _ body: @Sendable (_ port: Int) throws -> Void
    ) async throws {
        var configuration = Server.Configuration()
        configuration.port = 0
        configuration.grace = 0.2
        let server = try Server(
            apis,
            tokens: TokenFile(path: NSTemporaryDirectory() + UUID().uuidString),
            configuration: configuration,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let task = Task {
            defer { continuation.finish() }
            try await server.run { address in
                continuation.yield(address.split(separator: ":").last.flatMap { Int($0) } ?? 0)
            }
        }
        for await port in ports {
            let result = Result { try body(port) }
            task.cancel()
            try result.get()
        }
        try await task.value
    }

    private static func call(_ port: Int, _ line: String) throws -> TestConnection.Answer {
        let connection = try TestConnection(port)
        try connection.send("\(line) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return try connection.answer()
    }

    /// An API whose errors begin with its name.
    private static func api(_ name: String, _ routes: [Route]) -> API {
        API(routes: routes) { error in
            .json(
                ["who": .string(name), "what": .string(error.message)],
                status: error.code.status
            )
        }
    }

    @Test func eachAPIWordsItsOwnErrors() async throws {
        let failing = { (path: String) in
            Route(.get, path, role: nil) { _ in throw ServerError(.alreadyExists, path) }
        }
        try await Self.with([Self.api("one", [failing("a")]), Self.api("two", [failing("b")])]) {
            port in
            let (a, b) = (try Self.call(port, "GET /a"), try Self.call(port, "GET /b"))
            #expect(a.status == 400 && a.body == #"{"who":"one","what":"a"}"#)
            #expect(b.status == 400 && b.body == #"{"who":"two","what":"b"}"#)
            let none = try Self.call(port, "GET /c")
            #expect(none.status == 404 && none.body.contains("one"))
        }
    }

    @Test func aFailureOfTheServersOwnIsNotShown() async throws {
        let route = Route(.get, "a", role: nil) { _ in throw CocoaError(.featureUnsupported) }
        try await Self.with([Self.api("one", [route])]) { port in
            let answer = try Self.call(port, "GET /a")
            #expect(answer.status == 500 && !answer.body.contains("Cocoa"))
        }
    }

    @Test func aRouteSeesItsParametersAndTheRestOfItsPath() async throws {
        let route = Route(.get, "a/{name}/files/**", role: .read) { call in
            let named = call.parameters.map { "\($0.name)=\($0.value)" }
            let asked = call.query.map { "\($0.key)=\($0.value)" }
            return .text((named + [call.rest] + asked).joined(separator: " "))
        }
        try await Self.with([Self.api("one", [route])]) { port in
            let answer = try Self.call(port, "GET /a/b%20c/files/d/e%2Ff?x=1+2&y")
            #expect(answer.body == "name=b c d/e%2Ff x=1 2 y=")
        }
    }

    @Test func flushedBytesAreSentBeforeTheReplyEnds() async throws {
        let (pieces, continuation) = AsyncStream.makeStream(of: String.self)
        let route = Route(.get, "events", role: nil) { _ in
            .stream(type: "text/event-stream") { writer in
                for await piece in pieces {
                    try await writer.write(Array(piece.utf8))
                    try await writer.flush()
                }
            }
        }
        try await Self.with([Self.api("one", [route])]) { port in
            let connection = try TestConnection(port)
            try connection.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            continuation.yield("data: 1\n\n")
            let head = try connection.answer(hasBody: false)
            #expect(head.headers["content-type"] == "text/event-stream")
            #expect(head.headers["transfer-encoding"] == "chunked")
            #expect(try connection.text(until: "data: 1\n\n\r\n").hasSuffix("9\r\n"))
            continuation.yield("data: 2\n\n")
            #expect(try connection.text(until: "data: 2\n\n\r\n").hasSuffix("9\r\n"))
            continuation.finish()
            #expect(try connection.text(until: "\r\n\r\n") == "0")
        }
    }

    @Test func metricsAreTheServersAndThoseOfItsAPIs() async throws {
        var one = Self.api(
            "one",
            [Route(.get, "metrics", role: .read) { .text(try $0.metrics()) }]
        )
        one.metrics = { "one_total 1\n" }
        var two = Self.api("two", [])
        two.metrics = { "two_total 2\n" }
        try await Self.with([one, two]) { port in
            _ = try Self.call(port, "GET /absent")
            let text = try Self.call(port, "GET /metrics").body
            #expect(text.contains("workbench_http_requests_total{status=\"404\"} 1"))
            #expect(text.hasSuffix("one_total 1\ntwo_total 2\n"))
        }
    }
}
