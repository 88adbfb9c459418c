import Foundation
import ModelFiles
import Platform
import Synchronization
import Testing

@Suite struct HubReferenceTests {
    @Test(arguments: [
        ("owner/name", "owner/name", "main", nil),
        ("Qwen/Qwen3-0.6B@v1.0", "Qwen/Qwen3-0.6B", "v1.0", nil),
        ("o/n:m-Q4_K.gguf", "o/n", "main", "m-Q4_K.gguf"),
        ("o/n@abc:sub/m q.gguf", "o/n", "abc", "sub/m q.gguf"),
    ])
    func aReferenceNamesRepositoryRevisionAndFile(
        text: String,
        repository: String,
        revision: String,
        file: String?
    ) throws {
        let reference = try #require(HubReference(text))
        #expect(reference.repository == repository)
        #expect(reference.revision == revision)
        #expect(reference.file == file)
        #expect(reference.description == text)
    }

    @Test(arguments: [
        "", "name", "a/b/c", "../b", "a/..", "/b", "a/", "a/b:", "a/b:../c", "a/b:/c",
        "a/b:.hidden",
        "a/b@", "a/b@../x", "a b/c", "a/b:x//y", "a/b:x\n", "a/b:x\ty",
        "a/b:\u{9B}31mx.gguf", "a/b:\u{202E}ffugg.gguf", "a/b:x\u{7F}", "a/b:m.partial",
        "./model.gguf",
        "a/b?x",
    ])
    func anInvalidReferenceIsNotParsed(text: String) {
        #expect(HubReference(text) == nil)
    }
}

@Suite struct HubRepositoryTests {
    let folder: TemporaryFolder
    static let weights: [UInt8] = (0..<90_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 2) }
    static let shards = [
        "config.json": Array("{}".utf8), "tokenizer.json": Array("{\"a\": 1}".utf8),
        "model.safetensors.index.json": Array("{}".utf8), "README.md": Array("no".utf8),
        "model-00001-of-00002.safetensors": weights,
        "model-00002-of-00002.safetensors": Array(weights.reversed()),
        "pytorch_model.bin": weights, "../evil": weights,
    ]
    static let several = ["a.gguf": weights, "b.Q8_0.gguf": Array(weights.reversed())]

    init() throws { folder = try TemporaryFolder() }

    func store(_ server: LocalServer, token: String? = nil) -> ModelStore {
        StoreBuilder(folder: folder.path, endpoint: server.address, token: token).store()
    }

    func content(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: folder.path + "/" + path)))
    }

    @Test func aModelInSeveralFilesComesWithWhatItNeeds() async throws {
        let server = try HubServer(files: Self.shards).start()
        let reports = Mutex<[PullProgress]>([])
        let store = store(server)
        let model = try await store.pull("org/model") { report in
            reports.withLock { $0.append(report) }
        }
        #expect(model.name == "org/model")
        #expect(model.path == folder.path + "/org/model")
        let names = try FileManager.default.contentsOfDirectory(atPath: model.path).sorted()
        #expect(
            names == [
                "config.json", "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors", "model.safetensors.index.json",
                "tokenizer.json",
            ]
        )
        for name in names { #expect(try content("org/model/\(name)") == Self.shards[name]) }
        // If the configuration exists, so do the others.
        #expect(server.requests.last?.path.hasSuffix("/config.json") == true)
        let counts = reports.withLock { $0 }.filter { $0.phase == .receiving }
        #expect(counts.map(\.byteCount) == counts.map(\.byteCount).sorted())
        #expect(counts.last?.byteCount == counts.last?.totalByteCount)
        #expect(store.installed().map(\.name) == ["org/model"])
        #expect(try store.resolve("org/model") == model.path)
    }

    @Test func oneOfSeveralFilesIsChosenByName() async throws {
        let server = try HubServer(files: Self.several).start()
        let store = store(server)
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store.pull("org/model")
        }
        #expect(error?.message.contains("2 models in GGUF") == true)
        #expect(error?.hint?.contains("org/model:b.Q8_0.gguf") == true)
        let model = try await store.pull("org/model:a.gguf")
        #expect(model.name == "org/model:a.gguf")
        #expect(try content("org/model/a.gguf") == Self.weights)
        #expect(try store.resolve("org/model:a.gguf") == model.path)
        #expect(try store.resolve("org/model") == model.path)
        #expect(store.installed().map(\.name) == ["org/model:a.gguf"])
        let missing = await #expect(throws: ModelFileError.self) {
            _ = try await store.pull("org/model:c.gguf")
        }
        #expect(missing?.message.contains("no file c.gguf") == true)
    }

    @Test func theOnlyFileNeedsNoName() async throws {
        let server = try HubServer(files: ["only one.gguf": Self.weights]).start()
        let model = try await store(server).pull("org/model")
        #expect(model.name == "org/model:only one.gguf")
        #expect(server.requests.last?.path.hasSuffix("/only%20one.gguf") == true)
    }

    @Test func droppedConnectionsAreResumed() async throws {
        var hub = HubServer(files: Self.shards)
        hub.cuts = ["model-00001-of-00002.safetensors": [10_000, 20_000, 1], "config.json": [1]]
        let server = try hub.start()
        _ = try await store(server).pull("org/model")
        #expect(try content("org/model/model-00001-of-00002.safetensors") == Self.weights)
        #expect(
            server.requests.compactMap { $0.headers["range"] } == [
                "bytes=10000-", "bytes=30000-", "bytes=30001-", "bytes=1-",
            ]
        )
    }

    @Test(arguments: ["config.json", "model-00002-of-00002.safetensors"])
    func wrongBytesNeverGetAName(file: String) async throws {
        var hub = HubServer(files: Self.shards)
        hub.damages[file] = Self.shards[file]?.map { $0 ^ 1 }
        let server = try hub.start()
        let store = store(server)
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store.pull("org/model")
        }
        #expect(error?.code == .wrongChecksum)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/org/model")
        #expect(!names.contains { $0.hasPrefix(file) })
        #expect(store.installed().isEmpty)
    }

    @Test func soundFilesAreNotDownloadedAgain() async throws {
        let server = try HubServer(files: Self.shards).start()
        let store = store(server)
        _ = try await store.pull("org/model")
        let before = server.requests.count
        _ = try folder.write([0], to: "org/model/tokenizer.json")
        _ = try await store.pull("org/model")
        let again = server.requests.dropFirst(before).map(\.path)
        #expect(again.count == 2 && again.last?.hasSuffix("/tokenizer.json") == true)
        #expect(try content("org/model/tokenizer.json") == Self.shards["tokenizer.json"])
    }

    @Test func partsOfAModelThatAreMissingAreNamed() async throws {
        var files = Self.shards
        files["model-00002-of-00002.safetensors"] = nil
        let server = try HubServer(files: files).start()
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store(server).pull("org/model")
        }
        #expect(error?.message.contains("has 1 of the model's 2 parts") == true)
    }

    @Test(arguments: ["nope", "{\"sha\": \"zz\"}", "[]", "{\"sha\": 1}", ""])
    func anInvalidListIsRefused(answer: String) async throws {
        let server = try LocalServer { _, _ in
            .bytes(LocalServer.response("200 OK", body: Array(answer.utf8)))
        }
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store(server).pull("org/model")
        }
        #expect(error?.code == .downloadFailed)
        #expect(try folder.contents() == [".org--model.lock"])
    }

    @Test(arguments: [("404 Not Found", nil, "set HF_TOKEN"), ("401 No", "t", "did not accept")])
    func aMissingRepositoryIsNamed(status: String, token: String?, word: String) async throws {
        let server = try LocalServer { _, _ in .bytes(LocalServer.response(status)) }
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store(server, token: token).pull("org/model")
        }
        #expect(error?.message.contains(word) == true, "\(String(describing: error))")
    }

    @Test func theTokenStaysWithTheHub() async throws {
        let elsewhere = try LocalServer { request, _ in
            .bytes(LocalServer.file(Self.weights, for: request))
        }
        let hub = HubServer(files: ["m.gguf": Self.weights])
        let target = elsewhere.address + "/blob"
        let server = try LocalServer { request, _ in
            request.path.hasPrefix("/api/")
                ? .bytes(LocalServer.response("200 OK", body: hub.listing))
                : .bytes(LocalServer.response("302 Found", ["Location": target]))
        }
        _ = try await store(server, token: "secret").pull("org/model")
        #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
        #expect(elsewhere.requests.map { $0.headers["authorization"] } == [nil])
    }

    @Test(arguments: [
        "http+unix://%2Ftmp%2Fsocket/containers", "HTTPS+UNIX://%2Ftmp%2Fsocket/x",
        "unix:///tmp/socket", "ftp://127.0.0.1/x", "file:///etc/passwd", "data:,x", "http:///x",
    ])
    func aRedirectionMayOnlyLeadToTheWeb(target: String) async throws {
        let hub = HubServer(files: ["m.gguf": Self.weights])
        for isOfTheList in [true, false] {
            let server = try LocalServer { request, _ in
                request.path.hasPrefix("/api/") && !isOfTheList
                    ? .bytes(LocalServer.response("200 OK", body: hub.listing))
                    : .bytes(LocalServer.response("302 Found", ["Location": target]))
            }
            let error = await #expect(throws: ModelFileError.self) {
                _ = try await store(server).pull("org/model")
            }
            #expect(error?.code == .downloadFailed)
            #expect(error?.message.contains("redirect") == true, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        [Int.max, 1], [Int.max - 1, Int.max - 1, 3], [1 << 59, 1 << 59, 1],
    ])
    func impossibleSizesAreRefused(sizes: [Int]) async throws {
        let files = sizes.enumerated().map { index, size in
            #"{"rfilename":"f\#(index).gguf","size":\#(size),"blobId":"\#(HubServer.commit)"}"#
        }
        let list =
            #"{"sha":"\#(HubServer.commit)","siblings":[\#(files.joined(separator: ","))]}"#
        let server = try LocalServer { _, _ in
            .bytes(LocalServer.response("200 OK", body: Array(list.utf8)))
        }
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await store(server).pull("org/model")
        }
        #expect(error?.code == .downloadFailed)
        #expect(error?.message.contains("sizes that cannot be") == true)
    }
}

/// Files large enough for several connections.
@Suite(.serialized) struct HubPartsTests {
    let folder: TemporaryFolder
    static let long: [UInt8] = {
        var bytes = [UInt8](repeating: 0, count: 50 << 20)
        for index in stride(from: 0, to: bytes.count, by: 4099) {
            bytes[index] = UInt8(truncatingIfNeeded: index >> 7)
        }
        return bytes
    }()
    static let hub = HubServer(files: ["m.gguf": long])

    init() throws { folder = try TemporaryFolder() }

    func pull(_ server: LocalServer) async throws {
        let store = StoreBuilder(folder: folder.path, endpoint: server.address).store()
        let reports = Mutex<[Int]>([])
        let model = try await store.pull("org/model") { report in
            if report.phase == .receiving { reports.withLock { $0.append(report.byteCount) } }
        }
        let equal = try Array(Data(contentsOf: URL(filePath: model.path))) == Self.long
        #expect(equal)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path + "/org/model") == [
                "m.gguf"
            ]
        )
        #expect(reports.withLock { $0.last } == Self.long.count)
    }

    @Test func aLargeFileUsesSeveralConnections() async throws {
        var hub = Self.hub
        hub.cuts["m.gguf"] = [1 << 20, 2 << 20]
        let server = try hub.start()
        try await pull(server)
        let starts = Set(server.requests.compactMap { $0.headers["range"] })
        #expect(starts.contains("bytes=0-\(Self.long.count / 3 - 1)"))
        #expect(server.requests.count == 1 + 3 + 2)
    }

    @Test func aServerWithoutRangesSendsItInOnePiece() async throws {
        var hub = Self.hub
        hub.sendsRanges = false
        try await pull(try hub.start())
    }

    @Test func anEarlierAttemptIsContinuedWhereverItEnded() async throws {
        let part = Self.long.count / 3
        try FileManager.default.createDirectory(
            atPath: folder.path + "/org/model",
            withIntermediateDirectories: true
        )
        // The first part was joined with the second, and a bit of the third, when it ended.
        _ = try folder.write(Self.long.prefix(2 * part + 99), to: "org/model/m.gguf.partial")
        _ = try folder.write(
            Self.long[(2 * part)...].prefix(5000),
            to: "org/model/m.gguf.partial.\(2 * part)"
        )
        let server = try Self.hub.start()
        try await pull(server)
        #expect(
            server.requests.compactMap { $0.headers["range"] }
                == ["bytes=\(2 * part + 5000)-\(Self.long.count - 1)"]
        )
    }

    @Test func partsOfAnotherFileAreDownloadedAgain() async throws {
        let part = Self.long.count / 3
        try FileManager.default.createDirectory(
            atPath: folder.path + "/org/model",
            withIntermediateDirectories: true
        )
        _ = try folder.write(
            [UInt8](repeating: 9, count: 5000),
            to: "org/model/m.gguf.partial.\(part)"
        )
        try await pull(try Self.hub.start())
    }
}
