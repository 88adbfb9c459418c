import Foundation
import ModelFiles
import Platform
import Synchronization
import Testing

@Suite struct HubPullTests {
    let folder: TemporaryFolder
    static let model = StoreBuilder.model

    init() throws { folder = try TemporaryFolder() }

    func store(_ server: LocalServer) -> ModelStore {
        StoreBuilder(folder: folder.path, endpoint: server.address).store()
    }

    /// The bytes of the installed model, after checking that nothing else is left.
    func installed() throws -> [UInt8] {
        let visible = try folder.contents().filter { !$0.hasPrefix(".") }
        #expect(visible == ["tiny.gguf"])
        return try Array(Data(contentsOf: URL(filePath: folder.path + "/tiny.gguf")))
    }

    @Test func getsTheModelAndReportsOnTheWay() async throws {
        let server = try LocalServer { request, _ in
            .bytes(LocalServer.file(Self.model, for: request))
        }
        let reports = Mutex<[PullProgress]>([])
        let model = try await store(server).pull("tiny") { report in
            reports.withLock { $0.append(report) }
        }
        #expect(model.path == folder.path + "/tiny.gguf")
        #expect(try installed() == Self.model)
        #expect(server.requests.map(\.path) == ["/org/repo/resolve/main/m.gguf"])
        #expect(server.requests[0].headers["range"] == nil)
        #expect(server.requests[0].headers["authorization"] == nil)
        let all = reports.withLock { $0 }
        #expect(all.first?.phase == .connecting)
        #expect(all.last?.phase == .checking)
        #expect(all.allSatisfy { $0.source == "the hub (org/repo)" && $0.totalByteCount == 50_000 })
        let counts = all.filter { $0.phase == .receiving }.map(\.byteCount)
        #expect(counts == counts.sorted() && counts.last == 50_000)
    }

    @Test func continuesWhereAnEarlierAttemptEnded() async throws {
        _ = try folder.write(Self.model.prefix(1000), to: "tiny.gguf.partial")
        let server = try LocalServer { request, _ in
            .bytes(LocalServer.file(Self.model, for: request))
        }
        _ = try await store(server).pull("tiny")
        #expect(server.requests.map { $0.headers["range"] } == ["bytes=1000-"])
        #expect(try installed() == Self.model)
    }

    @Test func aWholePartialFileNeedsNoRequest() async throws {
        _ = try folder.write(Self.model, to: "tiny.gguf.partial")
        let server = try LocalServer { _, _ in .bytes(LocalServer.response("500 No")) }
        _ = try await store(server).pull("tiny")
        #expect(server.requests.isEmpty)
        #expect(try installed() == Self.model)
    }

    @Test func aDroppedConnectionIsResumed() async throws {
        let server = try LocalServer { request, number in
            .bytes(LocalServer.file(Self.model, for: request, cutAfter: number < 3 ? 9000 : .max))
        }
        _ = try await store(server).pull("tiny")
        #expect(
            server.requests.map { $0.headers["range"] }
                == [nil, "bytes=9000-", "bytes=18000-", "bytes=27000-"]
        )
        #expect(try installed() == Self.model)
    }

    @Test func aServerWithoutRangesStartsAgain() async throws {
        _ = try folder.write(Self.model.prefix(1000), to: "tiny.gguf.partial")
        let server = try LocalServer { _, _ in
            .bytes(LocalServer.response("200 OK", body: Self.model))
        }
        _ = try await store(server).pull("tiny")
        #expect(try installed() == Self.model)
    }

    @Test func aPartOfAnotherFileIsDownloadedAgain() async throws {
        _ = try folder.write([UInt8](repeating: 1, count: 1000), to: "tiny.gguf.partial")
        let server = try LocalServer { request, _ in
            .bytes(LocalServer.file(Self.model, for: request))
        }
        _ = try await store(server).pull("tiny")
        #expect(server.requests.map { $0.headers["range"] } == ["bytes=1000-", nil])
        #expect(try installed() == Self.model)
    }

    @Test func wrongBytesAreNeverInstalled() async throws {
        let server = try LocalServer { request, _ in
            .bytes(LocalServer.file(Self.model.reversed(), for: request))
        }
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store(server).pull("tiny")
        }
        #expect(error?.code == .downloadFailed)
        #expect(error?.message.contains("checksum is not the model's") == true)
        #expect(try folder.contents() == [".tiny.lock"])
    }

    @Test(arguments: [
        ("404 Not Found", "does not have the file"), ("401 Unauthorized", "set HF_TOKEN"),
        ("500 Oh", "answered 500"), ("302 Found", "answered 302"),
        ("206 Partial Content", "another range"),
    ])
    func aRefusalIsExplained(status: String, word: String) async throws {
        let server = try LocalServer { _, _ in
            .bytes(LocalServer.response(status, body: Self.model))
        }
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store(server).pull("tiny")
        }
        #expect(error?.message.contains(word) == true, "\(String(describing: error))")
        #expect(error?.message.contains("the hub (org/repo)") == true)
    }

    @Test func aFileOfAnotherSizeIsNotFetched() async throws {
        let server = try LocalServer { _, _ in
            .bytes(LocalServer.response("200 OK", body: Self.model + [1]))
        }
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store(server).pull("tiny")
        }
        #expect(error?.message.contains("has 50001 bytes, the model 50000") == true)
    }

    @Test func aLengthThatNoFileHasIsRefused() async throws {
        _ = try folder.write(Self.model.prefix(3), to: "tiny.gguf.partial")
        let server = try LocalServer { _, _ in
            let head =
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-49999/50000\r\n"
                + "Content-Length: \(Int.max)\r\n\r\n"
            return .bytes(Array(head.utf8))
        }
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store(server).pull("tiny")
        }
        #expect(error?.message.contains("bytes, the model 50000") == true)
    }

    @Test func aFileWithoutEndIsCutOff() async throws {
        let server = try LocalServer { _, _ in
            .bytesThenSilence(Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + Self.model + Self.model)
        }
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store(server).pull("tiny")
        }
        #expect(error?.message.contains("more than the 50000 bytes") == true)
    }

    @Test func aServerThatDoesNotListenIsNamed() async throws {
        let store = StoreBuilder(folder: folder.path).store()
        let error = await #expect(throws: ModelFileError.self) { _ = try await store.pull("tiny") }
        #expect(error?.message.contains("could not be reached") == true)
        #expect(error?.hint != nil)
    }

    @Test func aSilentServerTimesOut() async throws {
        let server = try LocalServer { _, _ in .bytesThenSilence([]) }
        let store = StoreBuilder(
            folder: folder.path,
            endpoint: server.address,
            idleTimeout: .milliseconds(50)
        ).store()
        let error = await #expect(throws: ModelFileError.self) { _ = try await store.pull("tiny") }
        #expect(error?.message.contains("no answer in time") == true)
    }

    @Test func theTokenIsSentToTheHubAndNotToItsRedirections() async throws {
        let elsewhere = try LocalServer { request, _ in
            .bytes(LocalServer.file(Self.model, for: request))
        }
        let target = elsewhere.address + "/blob"
        let hub = try LocalServer { request, _ in
            request.path == "/again"
                ? .bytes(LocalServer.response("307 Temporary Redirect", ["Location": target]))
                : .bytes(LocalServer.response("302 Found", ["Location": "/again"]))
        }
        _ = try folder.write(Self.model.prefix(10), to: "tiny.gguf.partial")
        let store = StoreBuilder(folder: folder.path, endpoint: hub.address + "/", token: "secret")
            .store()
        _ = try await store.pull("tiny")
        #expect(
            hub.requests.map { $0.headers["authorization"] } == ["Bearer secret", "Bearer secret"]
        )
        #expect(elsewhere.requests.map(\.path) == ["/blob"])
        #expect(elsewhere.requests[0].headers["authorization"] == nil)
        #expect(elsewhere.requests[0].headers["range"] == "bytes=10-")
        #expect(try installed() == Self.model)
    }

    @Test func endlessRedirectionsAreRefused() async throws {
        let server = try LocalServer { _, _ in
            .bytes(LocalServer.response("302 Found", ["Location": "/again"]))
        }
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store(server).pull("tiny")
        }
        #expect(error?.message.contains("redirects without end") == true)
    }

    @Test func cancellingStopsAtOnceAndKeepsReceivedBytes() async throws {
        let server = try LocalServer { _, _ in
            .bytesThenSilence(LocalServer.response("200 OK", body: Self.model, cutAfter: 20_000))
        }
        let store = store(server)
        let (reports, continuation) = AsyncStream.makeStream(of: PullProgress.self)
        let pull = Task { try await store.pull("tiny") { continuation.yield($0) } }
        for await report in reports where report.byteCount == 20_000 { break }
        let start = ContinuousClock.now
        pull.cancel()
        let error = await #expect(throws: ModelFileError.self) { _ = try await pull.value }
        #expect(error?.code == .cancelled)
        // Otherwise it would wait half a minute for the silent server.
        #expect(start.duration(to: .now) < .seconds(10))
        let kept = try Data(contentsOf: URL(filePath: folder.path + "/tiny.gguf.partial"))
        #expect(Array(kept) == Array(Self.model.prefix(20_000)))
    }

    @Test func twoPullsAtOnceFetchOnce() async throws {
        let server = try LocalServer { request, _ in
            .bytes(LocalServer.file(Self.model, for: request))
        }
        let store = store(server)
        async let first = store.pull("tiny")
        async let second = store.pull("tiny")
        #expect(try await first == second)
        #expect(server.requests.count == 1)
        #expect(try installed() == Self.model)
    }

    @Test func aCompleteModelIsKeptAndABrokenOneReplaced() async throws {
        let server = try LocalServer { request, _ in
            .bytes(LocalServer.file(Self.model, for: request))
        }
        _ = try folder.write(Self.model, to: "tiny.gguf")
        _ = try await store(server).pull("tiny")
        #expect(server.requests.isEmpty)
        _ = try folder.write(Self.model.reversed(), to: "tiny.gguf")
        _ = try await store(server).pull("tiny")
        #expect(server.requests.count == 1)
        #expect(try installed() == Self.model)
    }

    @Test func aModelThatDoesNotFitOnTheDiskIsNotStarted() async throws {
        let server = try LocalServer { _, _ in .bytes([]) }
        let store = StoreBuilder(
            folder: folder.path,
            endpoint: server.address,
            byteCount: 1 << 60
        ).store()
        let error = await #expect(throws: ModelFileError.self) { _ = try await store.pull("tiny") }
        #expect(error?.code == .diskFull)
        #expect(server.requests.isEmpty)
    }

    @Test func aFolderThatCannotBeMadeIsNamed() async throws {
        let file = try folder.write([1], to: "file")
        let store = StoreBuilder(folder: file + "/models").store()
        let error = await #expect(throws: ModelFileError.self) { _ = try await store.pull("tiny") }
        #expect(error?.code == .unwritable)
        #expect(error?.message.contains(file + "/models") == true)
    }

    @Test func anUnknownNameSaysWhatTheCatalogueHas() async throws {
        let store = StoreBuilder(folder: folder.path).store()
        let error = await #expect(throws: ModelFileError.self) { _ = try await store.pull("huge") }
        #expect(error?.code == .notFound)
        #expect(error?.hint?.hasPrefix("it has: tiny; ") == true)
    }
}
