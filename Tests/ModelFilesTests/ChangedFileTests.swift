import Glibc
import ModelFiles
import Platform
import Tensors
import Testing

@Suite struct ChangedFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A model larger than a page, so that a part of it can be truncated.
    func model() throws -> ModelFile {
        var builder = GGUFBuilder.model()
        builder.values.append(("general.description", .string(String(repeating: "d", count: 9000))))
        return try ModelFile.open(path: folder.write(builder.bytes(), to: "in use.gguf"))
    }

    @Test func aTruncatedFileReadsAsZerosAndIsNamed() throws {
        let model = try model()
        let weight = try model.weight(.down, layer: 1)
        #expect(weight.bytes.contains { $0 != 0 })
        try model.checkUnchanged()
        #expect(truncate(model.path, 1000) == 0)
        #expect(weight.bytes.allSatisfy { $0 == 0 })
        let error = try #require(throws: ModelFileError.self) { try model.checkUnchanged() }
        #expect(error.code == .changed)
        #expect(error.message.contains(model.path))
    }

    @Test func aTruncatedFileStaysDamagedAfterItIsRestored() throws {
        let model = try model()
        let (path, digest) = (model.path, try model.digest())
        let weight = try model.weight(.gate)
        let bytes = try content(of: path)
        #expect(truncate(path, 0) == 0)
        #expect(weight.bytes.allSatisfy { $0 == 0 })
        try put(bytes, in: path)
        #expect(try model.digest() == digest)
        #expect(throws: ModelFileError.self) { try model.checkUnchanged(digest: digest) }
    }

    @Test func anOverwrittenFileIsNamed() throws {
        let model = try model()
        let digest = try model.digest()
        var bytes = try content(of: model.path)
        bytes[bytes.count - 1] ^= 1
        try put(bytes, in: model.path)
        #expect(throws: ModelFileError.self) { try model.checkUnchanged() }
        let error = try #require(throws: ModelFileError.self) {
            try model.checkUnchanged(digest: digest)
        }
        #expect(error.message.contains(model.path))
    }

    @Test func anotherFileInItsPlaceIsNamedUnlessItsContentIsEqual() throws {
        let model = try model()
        let digest = try model.digest()
        _ = try folder.write(content(of: model.path), to: "new")
        #expect(rename(folder.path + "/new", model.path) == 0)
        #expect(throws: ModelFileError.self) { try model.checkUnchanged() }
        try model.checkUnchanged(digest: digest)
        // A file found equal needs no digest again.
        try model.checkUnchanged()
        #expect(unlink(model.path) == 0)
        #expect(throws: ModelFileError.self) { try model.checkUnchanged(digest: digest) }
    }

    @Test func manyFilesAreWatchedAtOnce() throws {
        let models = try (0..<150).map { number in
            let path = try folder.write(GGUFBuilder.model().bytes(), to: "\(number).gguf")
            return try ModelFile.open(path: path)
        }
        #expect(truncate(models[149].path, 0) == 0)
        #expect(try models[149].weight(.up).bytes.allSatisfy { $0 == 0 })
        #expect(throws: ModelFileError.self) { try models[149].checkUnchanged() }
        for model in models[..<149] { try model.checkUnchanged() }
    }

    // One is copied from memory, the other computed.
    @Test(arguments: ["F16", "F32"]) func theResultFromATruncatedFileIsDiscarded(
        type: String
    ) async throws {
        let path = try model().path
        let recipe = try #require(QuantizationRecipe(name: type))
        let before = try folder.contents()
        let error = await #expect(throws: ModelFileError.self) {
            _ = try await GGUFQuantization(GGUFFile(path: path), recipe: recipe)
                .write(to: folder.path + "/made.gguf") { _ in _ = truncate(path, 100) }
        }
        #expect(error?.code == .changed)
        #expect(error?.message.contains(path) == true)
        #expect(try folder.contents() == before)
    }

    @Test func theWeightsOfATruncatedAdapterAreNotUsed() throws {
        var bytes = Array(UInt64(64).littleEndianBytes)
        bytes += Array(#"{"x":{"dtype":"F32","shape":[2000],"data_offsets":[0,8000]}}    "#.utf8)
        bytes += [UInt8](repeating: 1, count: 8000)
        let file = try SafetensorsFile(path: folder.write(bytes, to: "a.safetensors"))
        #expect(try file.floats(named: "x").count == 2000)
        #expect(truncate(file.path, 100) == 0)
        let error = #expect(throws: ModelFileError.self) { try file.floats(named: "x") }
        #expect(error?.code == .changed)
    }

    private func content(of path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &bytes, bytes.count)
        try #require(count > 0 && count < bytes.count)
        return Array(bytes[..<count])
    }

    /// Overwrites the file itself, as `cp` does.
    private func put(_ bytes: [UInt8], in path: String) throws {
        let descriptor = open(path, O_WRONLY | O_TRUNC)
        defer { close(descriptor) }
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
    }
}

extension UInt64 {
    fileprivate var littleEndianBytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: self >> (8 * UInt64($0))) }
    }
}
