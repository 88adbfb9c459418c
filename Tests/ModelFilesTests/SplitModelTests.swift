import Foundation
import ModelFiles
import Platform
import Tensors
import Testing

@Suite struct SplitModelTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A model's parts as `llama-gguf-split` makes them, each starting at one of these indices.
    static func parts(at starts: [Int], _ model: GGUFBuilder = .model(tied: false)) -> [GGUFBuilder]
    {
        starts.indices.map { index in
            var part = model
            let end = index + 1 < starts.count ? starts[index + 1] : model.tensors.count
            part.tensors = Array(model.tensors[starts[index]..<end])
            // Only the first part has the model's settings.
            if index > 0 { part.values = [] }
            part.set("split.no", .uint32(UInt32(index)))
            part.set("split.count", .uint32(UInt32(starts.count)))
            part.set("split.tensors.count", .int32(Int32(model.tensors.count)))
            return part
        }
    }

    func name(_ number: Int, of count: Int) -> String {
        "a model-Q8-0000\(number)-of-0000\(count).gguf"
    }

    @discardableResult func write(_ parts: [GGUFBuilder]) throws -> [String] {
        try parts.enumerated().map { index, part in
            try folder.write(part.bytes(), to: name(index + 1, of: parts.count))
        }
    }

    func error(_ path: String) throws -> ModelFileError {
        try #require(throws: ModelFileError.self) { _ = try ModelFile.open(path: path) }
    }

    // The second has no tensors in its first part.
    @Test(arguments: [[0, 3, 14], [0, 0, 9], [0, 20]]) func anyPartOpensTheWhole(
        starts: [Int]
    )
        throws
    {
        let whole = try ModelFile.open(
            path: folder.write(GGUFBuilder.model(tied: false).bytes(), to: "whole.gguf")
        )
        let paths = try write(Self.parts(at: starts))
        for path in paths {
            let model = try ModelFile.open(path: path)
            #expect(model.configuration == whole.configuration)
            #expect(model.path == paths[0])
            for role in TensorRole.allCases where role.isUsed(model.configuration) {
                for layer in 0..<(role.isInEachLayer ? 2 : 1) {
                    let (one, other) = try (
                        model.weight(role, layer: layer), whole.weight(role, layer: layer)
                    )
                    #expect(one.bytes.elementsEqual(other.bytes))
                }
            }
            let sizes = try paths.map { try Data(contentsOf: URL(filePath: $0)).count }
            #expect(model.byteCount == sizes.reduce(0, +))
        }
    }

    @Test func theDigestIsOfAllParts() throws {
        let paths = try write(Self.parts(at: [0, 10]))
        let model = try ModelFile.open(path: paths[1])
        let digest = try model.digest()
        var bytes = try Data(contentsOf: URL(filePath: paths[1]))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(filePath: paths[1]))
        #expect(try model.digest() != digest)
        #expect(throws: ModelFileError.self) { try model.checkUnchanged() }
    }

    @Test func aSplitModelBecomesOneFile() async throws {
        let paths = try write(Self.parts(at: [0, 5, 11]))
        let whole = try GGUFFile(
            path: folder.write(GGUFBuilder.model(tied: false).bytes(), to: "whole.gguf")
        )
        let recipe = try #require(QuantizationRecipe(name: "F16"))
        _ = try await GGUFQuantization(try GGUFFile(path: paths[2]), recipe: recipe)
            .write(to: folder.path + "/joined.gguf")
        let joined = try GGUFFile(path: folder.path + "/joined.gguf")
        #expect(joined.tensorsInOrder.map(\.name) == whole.tensorsInOrder.map(\.name))
        #expect(!joined.metadata.keys.contains { $0.hasPrefix("split.") })
        for name in whole.tensors.keys {
            let (one, other) = try (joined.weight(named: name), whole.weight(named: name))
            #expect(one.bytes.elementsEqual(other.bytes))
        }
        _ = try ModelFile.open(path: joined.path)
    }

    @Test func aPartThatIsMissingIsNamed() throws {
        let paths = try write(Self.parts(at: [0, 3, 14]))
        try FileManager.default.removeItem(atPath: paths[1])
        for path in [paths[0], paths[2]] {
            let error = try error(path)
            #expect(error.code == .missingPart)
            #expect(error.message.contains("of 3") && error.message.contains(paths[1]))
        }
    }

    @Test func aRenamedPartIsReported() throws {
        let parts = Self.parts(at: [0, 3])
        for name in ["first.gguf", "m-00002-of-00002.gguf", "m-00001-of-00003.gguf"] {
            let error = try error(folder.write(parts[0].bytes(), to: name))
            #expect(error.message.contains("part 1 of 2"))
            #expect(error.hint?.contains("NAME-00001-of-00002.gguf") == true)
        }
    }

    @Test func partsOfTwoModelsAreNotOne() throws {
        var parts = Self.parts(at: [0, 3, 14])
        // One that lost a tensor, one that claims to be another part, one that is whole.
        var lacking = parts
        lacking[1].tensors.removeLast()
        try write(lacking)
        #expect(try error(folder.path + "/" + name(1, of: 3)).message.contains("tensors together"))
        parts.swapAt(1, 2)
        try write(parts)
        #expect(try error(folder.path + "/" + name(1, of: 3)).message.contains("part 2 of 3"))
        parts[1] = .model(tied: false)
        try write(parts)
        #expect(try error(folder.path + "/" + name(1, of: 3)).message.contains("part 2 of 3"))
    }

    @Test func aTensorInTwoPartsIsRefused() throws {
        var parts = Self.parts(at: [0, 3])
        parts[1].tensors.append(parts[0].tensors[0])
        for index in parts.indices { parts[index].set("split.tensors.count", nil) }
        let paths = try write(parts)
        #expect(try error(paths[0]).message.contains("is in \(paths[0]) too"))
    }

    @Test(arguments: [("split.count", 70_000), ("split.no", 2), ("split.no", 9)])
    func impossiblePlacesAreRefused(key: String, value: UInt32) throws {
        var part = Self.parts(at: [0, 3])[0]
        part.set(key, .uint32(value))
        let error = try error(folder.write(part.bytes(), to: name(1, of: 2)))
        #expect(error.code == .corrupt)
        #expect(error.message.contains(key))
    }

    @Test func aPieceOfAFileThatWasCutSaysHowToJoinIt() throws {
        let bytes = GGUFBuilder.model().bytes()
        let path = try folder.write(bytes.prefix(bytes.count / 2), to: "m.gguf.part1of2")
        #expect(try error(path).hint?.contains("cat") == true)
    }

    @Test func aStoreHasItOnceWithTheSizeOfAllParts() throws {
        let paths = try write(Self.parts(at: [0, 3, 14]))
        let store = StoreBuilder(folder: folder.path).store()
        let installed = store.installed()
        #expect(installed.map(\.path) == [paths[0]])
        #expect(installed.map(\.byteCount) == [try ModelFile.open(path: paths[0]).byteCount])
        for path in paths { #expect(try store.resolve(path) == paths[0]) }
        let second = String(name(2, of: 3).dropLast(".gguf".count))
        #expect(try store.resolve(second) == paths[0])
    }

    @Test func allPartsArePulledForAnyOfThem() async throws {
        let names = (1...2).map { "Q8/m-0000\($0)-of-00002.gguf" }
        let parts = Self.parts(at: [0, 3]).map { $0.bytes() }
        let files = Dictionary(uniqueKeysWithValues: zip(names, parts))
        let server = try HubServer(files: files).start()
        let store = StoreBuilder(folder: folder.path, endpoint: server.address).store()
        for reference in ["org/model", "org/model:\(names[1])"] {
            let model = try await store.pull(reference)
            #expect(model.name == "org/model:\(names[0])")
            _ = try ModelFile.open(path: model.path)
        }
        #expect(store.installed().map(\.name) == ["org/model:\(names[0])"])
        #expect(try store.resolve("org/model") == folder.path + "/org/model/" + names[0])
        let broken = try HubServer(files: [names[1]: parts[1]]).start()
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await StoreBuilder(folder: folder.path, endpoint: broken.address).store()
                .pull("org/model:\(names[1])")
        }
        #expect(error?.message.contains(names[0]) == true)
    }
}
