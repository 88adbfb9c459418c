import Foundation
import Testing

@Suite struct ServeCommandTests {
    /// A server at a free port, and its first output.
    private func serve(_ program: Program, _ more: String...) throws -> (Process, [String: Any]) {
        let (process, output, _) = try program.start(["serve", "--port", "0", "--json"] + more)
        var lines = LineReader(output)
        let line = lines.next()
        let first = try #require(line)
        let object = try JSONSerialization.jsonObject(with: Data(first.utf8))
        return (process, try #require(object as? [String: Any]))
    }

    /// An unfinished upload; its socket.
    private func beginUpload(at address: String) throws -> Int32 {
        let port = try #require(address.split(separator: ":").last.flatMap { in_port_t($0) })
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        place.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        let head =
            "PUT /api/2.0/mlflow-artifacts/artifacts/7/x/file HTTP/1.1\r\nHost: localhost\r\n"
            + "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
        try #require(send(client, head, head.utf8.count, 0) == head.utf8.count)
        // The server asks for the body when it starts to read it.
        var reply = [UInt8](repeating: 0, count: 100)
        try #require(recv(client, &reply, reply.count, 0) > 0)
        try #require(send(client, "part", 4, 0) == 4)
        return client
    }

    @Test func aStartThatCannotListenEndsAndSaysWhy() throws {
        let program = try Program(hasModel: false)
        let (first, said) = try serve(program)
        defer { first.terminate() }
        let address = try #require(said["address"] as? String)
        let port = try #require(address.split(separator: ":").last.map(String.init))
        for _ in 0..<6 {
            let second = try program.run("serve", "--port", port)
            #expect(second.status == 1 && second.text.isEmpty)
            #expect(second.errors.contains("127.0.0.1:\(port) cannot be listened on"))
        }
        try program.run("serve", "tokens", "add", "ann")
        for host in ["", "nobody.invalid", "192.0.2.33"] {
            let refused = try program.run("serve", "--port", "0", "--host", host)
            #expect(refused.status == 1 && refused.errors.contains("hint:"))
            #expect(!refused.errors.contains("SocketAddress"))
        }
    }

    @Test func aSecondSignalEndsAServerAtOnce() throws {
        let program = try Program(hasModel: false)
        let (process, said) = try serve(program)
        let client = try beginUpload(at: try #require(said["address"] as? String))
        defer { close(client) }
        let start = ContinuousClock.now
        kill(process.processIdentifier, SIGTERM)
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(process.terminationReason == .exit && process.terminationStatus > 128)
        // Its files are removed by the next one, which ends by one signal.
        let (next, _) = try serve(program)
        let artifacts = "\(program.workspace)/artifacts"
        #expect(try FileManager.default.contentsOfDirectory(atPath: artifacts).isEmpty)
        kill(next.processIdentifier, SIGTERM)
        next.waitUntilExit()
        #expect(next.terminationReason == .exit && next.terminationStatus == 0)
    }

    @Test func aLimitOfDescriptorsThatIsTooLowIsReported() throws {
        let program = try Program(hasModel: false)
        let done = try program.run(["serve", "--port", "0"], limit: "-n 20")
        #expect(done.status == 1)
        #expect(done.errors.contains("ulimit -n"), "\(done.errors)")
    }
}
