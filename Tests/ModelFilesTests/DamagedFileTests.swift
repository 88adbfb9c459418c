import ChatTemplates
import Foundation
import ModelFiles
import Platform
import Tensors
import Testing
import TestModels
import Tokenizers

/// Thousands of damaged files, the same ones in every run; `make fuzz` tries a million.
///
/// A trap ends the run; so does a read beyond the end of a file, since each file is at the end of
/// its mapping.
@Suite(.serialized) struct DamagedFileTests {
    private static func largerModel() throws -> [UInt8] {
        try TestModel().withFile { Array(try Data(contentsOf: URL(filePath: $0))) }
    }

    @Test func `a damaged GGUF file is refused or consistent`() throws {
        let files = [
            GGUFBuilder.model().bytes(), GGUFBuilder.model(tied: false, headWidth: 4).bytes(),
            GGUFBuilder().bytes(), try Self.largerModel(),
        ]
        let words: [[UInt8]] = [
            Array("GGUF".utf8), Array("general.alignment".utf8), [9, 0, 0, 0, 8, 0, 0, 0],
            [UInt8](repeating: 0xFF, count: 8), [0, 0, 0, 0, 0, 0, 0, 0x80],
        ]
        var mutator = Mutator(seed: Endurance.seed)
        var (sound, refused) = (0, 0)
        try Endurance.expectBounds {
            for _ in 0..<Endurance.cases(1500) {
                let bytes = mutator.damaged(files, words: words)
                do throws(ModelFileError) {
                    let mapped = try MappedFile(copying: bytes, path: "damaged.gguf")
                    try expectConsistent(GGUFFile(mapped))
                    sound += 1
                } catch {
                    try expectWorded(error)
                    refused += 1
                }
            }
        }
        #expect(sound > 0 && refused > 0)
    }

    private func expectConsistent(_ file: GGUFFile) throws(ModelFileError) {
        var end = 0
        for tensor in file.tensors.values.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
        {
            #expect(tensor.range.lowerBound >= end && tensor.range.upperBound <= file.byteCount)
            #expect(tensor.range.count == tensor.type.byteCount(elements: tensor.elementCount))
            end = tensor.range.upperBound
            if tensor.shape.count <= 2 {
                #expect(try file.weight(named: tensor.name).bytes.count == tensor.range.count)
            }
        }
        for case .array(let array) in file.metadata.values {
            if let strings = array.strings() { #expect(strings.count == array.count) }
            if let integers = array.integers() { #expect(integers.count == array.count) }
        }
    }

    @Test func `a damaged model is refused or complete`() throws {
        let folder = try TemporaryFolder()
        let files = [GGUFBuilder.model().bytes(), try Self.largerModel()]
        var mutator = Mutator(seed: Endurance.seed &+ 1)
        try Endurance.expectBounds {
            for _ in 0..<Endurance.cases(500) {
                let path = try folder.write(mutator.damaged(files, words: []))
                do {
                    let model = try ModelFile.open(path: path)
                    let ids = model.tokenizer.encode(Array("abc".utf8), parsingSpecialTokens: true)
                    #expect(ids.allSatisfy { $0 >= 0 })
                    _ = try? model.chatTemplate?.render(
                        [.init(role: "user", content: "a")],
                        addingGenerationPrompt: true
                    )
                } catch let error as ModelFileError {
                    try expectWorded(error)
                }
            }
        }
    }

    @Test func `a damaged safetensors file is refused or consistent`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/sound"
        try SafetensorsFile.write(
            [
                .init(name: "a", shape: [2, 3], values: .float32([1, 2, 3, 4, 5, 6])),
                .init(name: "b.c", shape: [4], values: .float16([1, 2, 3, 4])),
                .init(name: "empty", shape: [0, 5], values: .float32([])),
                .init(name: "ids", shape: [2], values: .int64([1, -1])),
            ],
            metadata: ["format": "pt", "한": "\"\\\n"],
            to: path
        )
        let sound = Array(try Data(contentsOf: URL(filePath: path)))
        let files =
            [sound, Array(sound.prefix(8)) + Array("{}      ".utf8)]
            + Endurance.models(endingWith: ".safetensors")
        let words = [
            "{", "}", "[", "]", "\"", ",", ":", "\"dtype\":\"F32\"", "\"shape\":[]", "\\u0000",
        ]
        .map { Array($0.utf8) }
        var mutator = Mutator(seed: Endurance.seed &+ 2)
        try Endurance.expectBounds {
            for _ in 0..<Endurance.cases(1500) {
                let bytes = mutator.damaged(files, words: words)
                do throws(ModelFileError) {
                    let mapped = try MappedFile(copying: bytes, path: "damaged.safetensors")
                    try expectConsistent(SafetensorsFile(mapped), byteCount: bytes.count)
                } catch {
                    try expectWorded(error)
                }
            }
        }
    }

    private func expectConsistent(
        _ file: SafetensorsFile,
        byteCount: Int
    ) throws(ModelFileError) {
        var end: Int?
        for tensor in file.tensors.values.sorted(by: {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }) {
            #expect(end == nil || tensor.range.lowerBound == end)
            end = tensor.range.upperBound
            let count = tensor.shape.reduce(1, *)
            #expect(tensor.range.count == count * tensor.type.byteCount)
            if let floats = try? file.floats(named: tensor.name) { #expect(floats.count == count) }
            if let numbers = try? file.integers(named: tensor.name) {
                #expect(numbers.count == count)
            }
        }
        #expect(end == nil || end == byteCount)
    }

    private func expectWorded(_ error: ModelFileError) throws {
        try #require(!error.message.isEmpty && error.message.utf8.count < 10_000)
    }
}
