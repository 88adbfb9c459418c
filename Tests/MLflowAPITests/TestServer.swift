import Foundation
import Glibc
import HTTPServer
import MLflowAPI
import Platform
import Tracking
import Workspace

/// A server of a workspace of its own, at a free port of this machine.
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

    /// Asks the server to end and waits until it has.
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

/// A connection as a client without a library has it; every wait ends after some seconds.
final class TestConnection: @unchecked Sendable {
    struct Answer {
        var status = 0
        var headers: [String: String] = [:]
        var body = ""
    }

    struct Failure: Error { let what: String }

    private let socket: Int32
    private var received: [UInt8] = []

    init(_ port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(
            socket,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure(what: "no connection") }
    }

    deinit { close(socket) }

    func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(what: "cannot send") }
            rest = rest.dropFirst(count)
        }
    }

    /// Ends what is sent; what comes can still be read.
    func endSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Whether the server has closed its side, once all before was read.
    func isClosed() throws -> Bool {
        guard received.isEmpty else { return false }
        return try receive() == false
    }

    /// Reads one answer, an interim one too.
    func answer(hasBody: Bool = true) throws -> Answer {
        var answer = Answer()
        let head = try text(until: "\r\n\r\n")
        let lines = head.components(separatedBy: "\r\n")
        answer.status = Int(lines[0].split(separator: " ")[1]) ?? 0
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            answer.headers[parts[0].lowercased()] =
                parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length = Int(answer.headers["content-length"] ?? "0") ?? 0
        guard hasBody, answer.status >= 200 else { return answer }
        while received.count < length {
            guard try receive() else { throw Failure(what: "cut short") }
        }
        answer.body = String(decoding: received.prefix(length), as: UTF8.self)
        received.removeFirst(length)
        return answer
    }

    private func text(until end: String) throws -> String {
        while true {
            let text = String(decoding: received, as: UTF8.self)
            if let range = text.range(of: end) {
                received.removeFirst(text[..<range.upperBound].utf8.count)
                return String(text[..<range.lowerBound])
            }
            guard try receive() else { throw Failure(what: "closed without an answer") }
        }
    }

    /// Reads more; false at the end.
    private func receive() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket, &buffer, buffer.count, 0)
        if count < 0, errno == ECONNRESET { return false }
        guard count >= 0 else { throw Failure(what: "nothing came") }
        received += buffer[..<count]
        return count > 0
    }
}
