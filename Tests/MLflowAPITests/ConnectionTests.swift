import Foundation
import Glibc
import Testing

import HTTPServer
import MLflowAPI
import TestClient

/// What HTTP requires of a server, beyond single routes.
@Suite struct ConnectionTests {
    private static let files = "/api/2.0/mlflow-artifacts/artifacts"

    @Test(arguments: ["/health", "/version", "/api/2.0/mlflow/experiments/search?max_results=1"])
    func headIsAnsweredWhereGetIs(path: String) async throws {
        try await TestServer.with { server in
            let get = try server.call("GET", path)
            let head = try server.call("HEAD", path)
            #expect(get.status == 200 && head.status == 200)
            #expect(head.headers["content-length"] == get.headers["content-length"])
            #expect(head.headers["content-type"] == get.headers["content-type"])
        }
    }

    @Test func aClientThatExpectsContinueIsAskedForItsBody() async throws {
        try await TestServer.with { server in
            let connection = try TestConnection(server.port)
            try connection.send(
                "PUT \(Self.files)/0/x/a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
                    + "Expect: 100-continue\r\n\r\n"
            )
            #expect(try connection.answer().status == 100)
            try connection.send("hello")
            #expect(try connection.answer().status == 200)
            // The next call of the connection is read as one.
            try connection.send("GET \(Self.files)/0/x/a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try connection.answer().body == "hello")
        }
    }

    @Test func aRefusedClientIsNotAskedForItsBody() async throws {
        try await TestServer.with { server in
            let connection = try TestConnection(server.port)
            try connection.send(
                "PUT \(Self.files)/a/../b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
                    + "Expect: 100-continue\r\n\r\n"
            )
            let answer = try connection.answer()
            #expect(answer.status == 400 && answer.headers["connection"] == "close")
        }
    }

    @Test(arguments: [
        "Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Content-Length: five\r\n\r\nhello", "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    ])
    func bodiesWithoutAnEndAreRefused(rest: String) async throws {
        try await TestServer.with { server in
            let connection = try TestConnection(server.port)
            try connection.send("PUT \(Self.files)/0/x/b HTTP/1.1\r\nHost: localhost\r\n" + rest)
            #expect(try connection.answer().status == 400)
            #expect(try connection.isClosed())
            #expect(try server.call("GET", "\(Self.files)/0/x/b").status == 404)
        }
    }

    @Test func anInvalidCallIsRefused() async throws {
        try await TestServer.with { server in
            let connection = try TestConnection(server.port)
            try connection.send("\u{16}\u{3}\u{1} hello\r\n\r\n")
            #expect(try connection.answer().status == 400)
        }
    }

    @Test func aChunkedBodyIsTakenWhole() async throws {
        try await TestServer.with { server in
            let connection = try TestConnection(server.port)
            try connection.send(
                "PUT \(Self.files)/0/x/c HTTP/1.1\r\nHost: localhost\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
            )
            #expect(try connection.answer().status == 200)
            #expect(try server.call("GET", "\(Self.files)/0/x/c").body == "hello")
        }
    }

    @Test func connectionsOfTheFirstVersionEndWithTheirAnswer() async throws {
        try await TestServer.with { server in
            let old = try TestConnection(server.port)
            try old.send("GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
            #expect(try old.answer().body == "OK" && old.isClosed())
            let asked = try TestConnection(server.port)
            try asked.send(
                "GET /health HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
            )
            #expect(try asked.answer().headers["connection"] == "keep-alive")
            try asked.send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(try asked.answer().headers["connection"] == "close" && asked.isClosed())
        }
    }

    @Test func bodiesThatAreTooLargeAreRefusedBeforeTheyAreSent() async throws {
        try await TestServer.with {
            $0.bodyLimit = 1000
            $0.fileLimit = 2000
        } _: { server in
            for (method, path, length) in [
                ("POST", "/api/2.0/mlflow/experiments/create", 1001),
                ("PUT", "\(Self.files)/0/x/large", 2001),
            ] {
                let connection = try TestConnection(server.port)
                try connection.send(
                    "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(length)\r\n"
                        + "Content-Type: application/json\r\n\r\n"
                )
                #expect(try connection.answer().status == 413)
            }
            // A body without an announced length is refused when it exceeds the limit.
            let connection = try TestConnection(server.port)
            try connection.send(
                "PUT \(Self.files)/0/x/large HTTP/1.1\r\nHost: localhost\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n7d1\r\n"
                    + String(repeating: "x", count: 2001) + "\r\n0\r\n\r\n"
            )
            #expect(try connection.answer().status == 413)
            #expect(try server.call("GET", "\(Self.files)?path=0/x").body.contains("[]"))
        }
    }

    @Test func severalCallsMayBeSentAtOnce() async throws {
        try await TestServer.with { server in
            let connection = try TestConnection(server.port)
            let call = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try connection.send(call + call + call)
            for _ in 0..<3 { #expect(try connection.answer().body == "OK") }
        }
    }

    @Test func connectionsBeyondTheLimitTakeThePlaceOfIdleOnes() async throws {
        try await TestServer.with {
            $0.connectionLimit = 3
        } _: { server in
            let health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
            var known: [TestConnection] = []
            for _ in 0..<3 {
                let connection = try TestConnection(server.port)
                try connection.send(health)
                #expect(try connection.answer().status == 200)
                known.append(connection)
            }
            // A flood of connections replaces one, and then each other.
            var newest = try TestConnection(server.port)
            #expect(try known[0].isClosed())
            for _ in 0..<10 {
                let next = try TestConnection(server.port)
                #expect(try newest.isClosed())
                newest = next
            }
            #expect(try server.call("GET", "/health").status == 200)
            #expect(try newest.isClosed())
            for connection in known[1...] {
                try connection.send(health)
                #expect(try connection.answer().status == 200)
            }
            // If all are busy, the next one is refused.
            var busy: [TestConnection] = []
            for index in 0..<3 {
                let connection = try TestConnection(server.port)
                busy.append(connection)
                try connection.send(
                    "PUT \(Self.files)/0/x/f\(index) HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"
                )
                #expect(try connection.answer().status == 100)
            }
            #expect(try server.call("GET", "/health").status == 503)
            for connection in busy {
                try connection.send("hello")
                #expect(try connection.answer().status == 200)
            }
            #expect(try server.call("GET", "/health").status == 200)
        }
    }

    @Test func downloadsHaveTheirNameTypeAndPart() async throws {
        try await TestServer.with { server in
            for (name, type) in [
                ("page.html", "text/plain; charset=utf-8"), ("a%20b.png", "image/png"),
                ("p%252Fx.bin", "application/octet-stream"),
            ] {
                let path = "\(Self.files)/0/x/\(name)"
                #expect(try server.call("PUT", path, body: "0123456789").status == 200)
                let whole = try server.call("GET", path, headers: ["Range: lines=1-2"])
                #expect(whole.status == 200 && whole.body == "0123456789")
                #expect(whole.headers["content-type"] == type)
                #expect(whole.headers["x-content-type-options"] == "nosniff")
                #expect(
                    whole.headers["content-disposition"]?.hasPrefix("attachment; filename=") == true
                )
                let part = try server.call("GET", path, headers: ["Range: bytes=3-5"])
                #expect(part.status == 206 && part.body == "345")
                #expect(part.headers["content-range"] == "bytes 3-5/10")
                let changed = ["Range: bytes=3-5", "If-Range: \"x\""]
                #expect(try server.call("GET", path, headers: changed).status == 200)
            }
        }
    }

    @Test func aVeryDeepPathIsRefusedAtOnceAndShortened() async throws {
        try await TestServer.with { server in
            let deep = Array(repeating: "d", count: 1500).joined(separator: "/")
            for (method, body) in [("PUT", "x"), ("GET", nil), ("DELETE", nil)] {
                let answer = try server.call(method, "\(Self.files)/\(deep)", body: body)
                #expect(answer.status == 400)
                #expect(answer.body.contains("INVALID_PARAMETER_VALUE") && answer.body.count < 500)
            }
            #expect(try server.call("GET", "\(Self.files)?path=\(deep)").status == 400)
        }
    }
}
