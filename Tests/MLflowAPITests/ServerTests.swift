import Dispatch
import Foundation
import Platform
import Synchronization
import Testing
import Tracking

import HTTPServer
import MLflowAPI
import TestClient
import Workspace

@Suite struct ServerTests {
    private static let files = "/api/2.0/mlflow-artifacts/artifacts"

    @Test func aServerThatCannotListenSaysWhyEveryTime() async throws {
        try await TestServer.with { server in
            for host in ["127.0.0.1", "nobody.invalid", "192.0.2.1", ""] {
                for _ in 0..<5 {
                    var configuration = Server.Configuration()
                    configuration.host = host
                    configuration.port = server.port
                    var tokens = try TokenFile(path: "\(server.folder)/tokens.json")
                    _ = try tokens.add("ann", role: .read)
                    let second = try TestServer.server(
                        of: server.workspace,
                        tokens,
                        configuration
                    )
                    let error = await #expect(throws: ServerError.self) {
                        try await second.run { _ in }
                    }
                    #expect(error?.message.contains("SocketAddress") == false)
                    #expect(error?.hint != nil)
                }
            }
        }
    }

    @Test(arguments: ["127.evil.example", "10.0.0.7", "0.0.0.0", "::", "127.1.example"])
    func aReachableAddressNeedsATokenWhateverItsName(host: String) async throws {
        var configuration = Server.Configuration()
        configuration.host = host
        #expect(!configuration.isLoopback)
        for own in ["127.0.0.1", "127.4.5.6", "::1", "localhost"] {
            configuration.host = own
            #expect(configuration.isLoopback)
        }
    }

    @Test func anUnfinishedBodyDoesNotKeepItFromEnding() async throws {
        try await TestServer.with { server in
            let upload = try TestConnection(server.port)
            try upload.send(
                "PUT \(Self.files)/7/x/file HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n"
            )
            #expect(try upload.answer().status == 100)
            try upload.send(String(repeating: "x", count: 1000))
            let head = try TestConnection(server.port)
            try head.send("POST /api/2.0/mlflow/experiments/create HTTP/1.1\r\nHost: lo")
            try await server.stop()
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.artifacts).isEmpty)
        }
    }

    @Test func activeCallsAreAnsweredAndIdleConnectionsClosed() async throws {
        try await TestServer.with {
            $0.grace = 30
        } _: { server in
            let idle = try TestConnection(server.port)
            try idle.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try idle.answer().status == 200)
            let upload = try TestConnection(server.port)
            try upload.send(
                "PUT \(Self.files)/7/x/file HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"
            )
            #expect(try upload.answer().status == 100)
            server.beginStop()
            #expect(try idle.isClosed())
            #expect(throws: TestConnection.Failure.self) { try TestConnection(server.port) }
            try upload.send("hello")
            let answer = try upload.answer()
            #expect(answer.status == 200 && answer.headers["connection"] == "close")
            try await server.stop()
            let path = "\(server.artifacts)/7/x/file"
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "hello")
        }
    }

    /// Holds the database's one writer.
    private func whileTheDatabaseIsBusy(
        _ store: TrackingStore,
        _ body: () throws -> Void
    ) throws {
        let (isHeld, isFree) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            _ = try? store.removeForGood { _ in
                isHeld.signal()
                isFree.wait()
                return []
            }
            ended.signal()
        }
        isHeld.wait()
        defer {
            isFree.signal()
            ended.wait()
        }
        try body()
    }

    @Test func readsAreAnsweredWithAnyNumberOfWaitingWriters() async throws {
        try await TestServer.with { server in
            var writers: [TestConnection] = []
            try whileTheDatabaseIsBusy(server.workspace.tracking) {
                for index in 0..<40 {
                    let writer = try TestConnection(server.port)
                    let body = #"{"name": "waits \#(index)"}"#
                    try writer.send(
                        "POST /api/2.0/mlflow/experiments/create HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Type: application/json\r\n"
                            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
                    )
                    writers.append(writer)
                }
                for path in [
                    "/health", "/version", "/api/2.0/mlflow/experiments/get?experiment_id=0",
                ] {
                    #expect(try server.call("GET", path).status == 200)
                }
                let put = try server.call("PUT", "\(Self.files)/7/x/file", body: "hello")
                #expect(put.status == 200)
            }
            for writer in writers { #expect(try writer.answer().status == 200) }
        }
    }

    @Test func aTokenIsRequiredAndItsRateLimited() async throws {
        let path = "/api/2.0/mlflow/experiments/search?max_results=1"
        let given = Mutex("")
        try await TestServer.with {
            $0.needsToken = true
            $0.callsPerSecond = 1
        } prepare: { folder in
            var tokens = try TokenFile(path: "\(folder)/tokens.json")
            let token = try tokens.add("ann", role: .read)
            given.withLock { $0 = token }
        } _: { server in
            #expect(try server.call("GET", path).status == 401)
            let header = "Authorization: Bearer \(given.withLock { $0 })"
            #expect(try server.call("GET", path, headers: [header]).status == 200)
            // Some calls may come at once, and then one a second.
            var statuses: [Int] = []
            for _ in 0..<8 {
                statuses.append(try server.call("GET", path, headers: [header]).status)
            }
            #expect(statuses.contains(429) && statuses.first == 200)
            #expect(try server.call("GET", "/health").status == 200)
        }
    }
}
