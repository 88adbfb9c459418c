import FlowTasks
import Glibc
import JSON
import Platform
import TestModels
import Testing
import Workflows

// One after another: each blocks a thread of the pool, which its request needs as well.
@Suite("Tasks that make requests", .serialized)
struct RequestTaskTests {
    private static let ok =
        "200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"accepted\":2}"

    private func request(
        _ server: TinyServer,
        _ inputs: JSONValue,
        key: String = "k1",
        _ body: (TestCall, TaskResult?, FlowError?) throws -> Void
    ) throws {
        try TemporaryFolder.with { folder in
            let call = try TestCall("http", TestServices(folder), in: folder)
            let url: JSONValue = ["url": .string("\(server.address)/hook?x=1")]
            var result: TaskResult?
            let error = flowError {
                result = try call.run(.object(url.object.merging(inputs.object)), key: key)
            }
            try body(call, result, error)
        }
    }

    @Test("A value is posted as JSON, with the key of the task; the answer is read as JSON")
    func post() throws {
        let server = try TinyServer([Self.ok])
        let inputs: JSONValue = ["json": ["loss": 1], "headers": ["X-Team": "search"]]
        try request(server, inputs) { _, result, error in
            #expect(error == nil)
            #expect(result?["status"] == .integer(200) && result?["json"] == ["accepted": 2])
        }
        let sent = try #require(server.requests.first)
        #expect(sent.hasPrefix("POST /hook?x=1 HTTP/1.1\r\n") && sent.hasSuffix("{\"loss\":1}"))
        let fields = sent.lowercased()
        #expect(fields.contains("idempotency-key: k1") && fields.contains("x-team: search"))
        #expect(fields.contains("content-type: application/json"))
    }

    @Test("Another status than expected fails and may be tried again, unless it is expected")
    func status() throws {
        let gone = "410 Gone\r\nContent-Length: 4\r\n\r\nbye\n"
        let server = try TinyServer([gone, gone])
        try request(server, [:]) { call, _, error in
            #expect(error?.code == .failed && error?.message.contains("410") == true)
            #expect(call.lines.last == "bye")
        }
        try request(server, ["expected": [200, 410]]) { _, result, error in
            #expect(error == nil && result?["status"] == .integer(410))
        }
        #expect(server.requests.first?.hasPrefix("GET ") == true)
    }

    @Test("Redirections are not followed, and a closed connection may be tried again")
    func failures() throws {
        let moved = "302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n"
        let server = try TinyServer([moved, nil])
        try request(server, [:]) { _, _, error in
            #expect(error?.hint?.contains("127.0.0.1:1") == true)
        }
        try request(server, [:]) { _, _, error in #expect(error?.code == .failed) }
        #expect(server.requests.count == 2)
    }

    @Test("A server without TLS is named in plain words")
    func noTLS() throws {
        let server = try TinyServer([Self.ok], readsAll: false)
        let url = JSONValue.string("https://127.0.0.1:\(server.port)/")
        try request(server, ["url": url]) { _, _, error in
            #expect(error?.message.contains("does not answer with TLS") == true)
        }
    }

    @Test("Secrets are header fields that are shown nowhere")
    func secrets() throws {
        setenv("WB_TEST_HTTP_SECRET", "Bearer abcdef", 1)
        let answer = "403 Forbidden\r\nContent-Length: 17\r\n\r\nno: Bearer abcdef"
        let server = try TinyServer([answer])
        let inputs: JSONValue = ["secrets": ["Authorization": ["env": "WB_TEST_HTTP_SECRET"]]]
        try request(server, inputs) { call, _, error in
            #expect(error?.code == .failed)
            #expect(call.lines.last == "no: ••••")
        }
        let sent = server.requests.first?.lowercased() ?? ""
        #expect(sent.contains("authorization: bearer abcdef"))
    }

    @Test("Faults that are known before it runs")
    func faults() throws {
        let call = try TestCall("http", TestServices("/tmp"), in: "/tmp")
        #expect(call.faults(["url": "ftp://x"]) == ["url"])
        #expect(call.faults(["url": "no address"]) == ["url"])
        #expect(call.faults(["url": "http://x", "body": "a", "json": 1]) == ["json"])
        #expect(call.faults(["url": "http://x", "method": "GET /"]) == ["method"])
        #expect(call.faults(["url": "http://x", "expected": "ok"]) == ["expected"])
        #expect(call.faults(["url": "http://x", "headers": ["a b": "1"]]) == ["headers"])
        #expect(call.faults(["url": "http://x", "headers": ["a": "1\n"]]) == ["headers"])
        let secrets: JSONValue = ["a b": ["env": "X"]]
        #expect(call.faults(["url": "http://x", "secrets": secrets]) == ["secrets"])
    }
}
