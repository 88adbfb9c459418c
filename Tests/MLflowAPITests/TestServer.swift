import Foundation
import HTTPServer
import MLflowAPI
import Platform
import TestClient
import Tracking
import Workspace

/// A server for a workspace of its own, at a free port of this machine.
final class TestServer: Sendable {
    let folder: String
    let workspace: Workspace
    let port: Int
    private let task: Task<Void, any Error>

    var artifacts: String { "\(folder)/artifacts" }

    private init(
        _ folder: String,
        _ workspace: Workspace,
        _ port: Int,
        _ task: Task<Void, any Error>
    ) {
        (self.folder, self.workspace, self.port, self.task) = (folder, workspace, port, task)
    }

    /// Serves while `body` runs, and removes the workspace then.
    static func with<T: Sendable>(
        _ configure: @Sendable (inout Server.Configuration) -> Void = { _ in },
        prepare: @Sendable (_ folder: String) throws -> Void = { _ in },
        _ body: @Sendable (TestServer) async throws -> T
    ) async throws -> T {
        let folder = NSTemporaryDirectory() + "serve-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var environment = ProcessEnvironment.variables
        environment["XDG_CACHE_HOME"] = folder + "/cache"
        let workspace = try Workspace.open(
            .init(folder: folder, isWatching: false, environment: environment)
        )
        defer { workspace.close() }
        try prepare(folder)
        var configuration = Server.Configuration()
        configuration.port = 0
        configuration.grace = 0.2
        configure(&configuration)
        let server = try server(
            of: workspace,
            TokenFile(path: "\(folder)/tokens.json"),
            configuration
        )
        let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
        let task = Task<Void, any Error> {
            defer { continuation.finish() }
            try await server.run { continuation.yield($0) }
        }
        var address: String?
        for await first in addresses {
            address = first
            break
        }
        guard let port = address.flatMap({ $0.split(separator: ":").last }).flatMap({ Int($0) })
        else {
            try await task.value
            throw CocoaError(.featureUnsupported)
        }
        let running = TestServer(folder, workspace, port, task)
        do {
            let result = try await body(running)
            try await running.stop()
            return result
        } catch {
            try? await running.stop()
            throw error
        }
    }

    static func server(
        of workspace: Workspace,
        _ tokens: TokenFile,
        _ configuration: Server.Configuration
    ) throws -> Server {
        try Server(
            [.mlflow(workspace, tokenFile: tokens.path)],
            tokens: tokens,
            configuration: configuration,
            log: workspace.logger("serve")
        )
    }

    /// Asks the server to end and waits for it.
    func stop() async throws {
        task.cancel()
        try await task.value
    }

    /// Asks it to end.
    func beginStop() { task.cancel() }

    /// One call over a connection of its own.
    func call(
        _ method: String,
        _ path: String,
        headers: [String] = [],
        body: String? = nil
    ) throws -> TestConnection.Answer {
        let connection = try TestConnection(port)
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost"] + headers
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        try connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        return try connection.answer(hasBody: method != "HEAD")
    }

    /// One call of the API with a JSON body.
    func post(_ path: String, _ body: String) throws -> TestConnection.Answer {
        try call(
            "POST",
            "/api/2.0/mlflow/\(path)",
            headers: ["Content-Type: application/json"],
            body: body
        )
    }
}
