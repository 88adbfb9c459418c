import Glibc
import ModelFiles
import Platform
import Tensors
import Testing

@Suite struct GGUFWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path + "/out.gguf" }

    static let bytes: [[UInt8]] = [
        (0..<24).map { UInt8($0) }, [UInt8](repeating: 9, count: 40), [1, 2, 3, 4],
    ]

    static func writer() -> GGUFWriter {
        var writer = GGUFWriter()
        writer.set("general.architecture", .text("llama"))
        writer.tensors = [
            .init(name: "matrix", shape: [3, 2], type: .f32),
            .init(name: "blocks", shape: [2, 32], type: .q4_1),
            .init(name: "vector", shape: [2], type: .f16),
        ]
        return writer
    }

    /// Writes each tensor in pieces of at most seven bytes.
    func write(_ writer: GGUFWriter) throws -> GGUFFile {
        try writer.write(to: path) { index, sink in
            for start in stride(from: 0, to: Self.bytes[index].count, by: 7) {
                try sink.write(Array(Self.bytes[index].dropFirst(start).prefix(7)))
            }
        }
        return try GGUFFile(path: path)
    }

    @Test(arguments: [8, 32, 4096]) func tensorsAreReadBackFromAlignedPlaces(alignment: Int) throws
    {
        var writer = Self.writer()
        writer.alignment = alignment
        let file = try write(writer)
        #expect(file.version == 3)
        for (tensor, bytes) in zip(writer.tensors, Self.bytes) {
            let stored = try #require(file.tensors[tensor.name])
            #expect(stored.shape == tensor.shape && stored.type == tensor.type)
            #expect(stored.range.lowerBound % alignment == 0)
            #expect(Array(try file.weight(named: tensor.name).bytes) == bytes)
        }
        #expect(file.metadata["general.alignment"]?.integer == (alignment == 32 ? nil : alignment))
        #expect(try folder.contents() == ["out.gguf"])
    }

    @Test func everyTypeOfValueIsReadBack() throws {
        var writer = Self.writer()
        let integers: [(String, GGUFWritableValue, Int)] = [
            ("u8", .uint8(.max), 255), ("i8", .int8(.min), -128), ("u16", .uint16(.max), 65535),
            ("i16", .int16(.min), -32768), ("u32", .uint32(.max), 4_294_967_295),
            ("i32", .int32(.min), -2_147_483_648), ("u64", .uint64(1 << 62), 1 << 62),
            ("i64", .int64(.min), .min),
        ]
        let arrays: [(String, GGUFWritableArray, [Int])] = [
            ("u8s", .uint8([1, 255]), [1, 255]), ("i8s", .int8([-1]), [-1]),
            ("u16s", .uint16([65535]), [65535]), ("i16s", .int16([-2, 5]), [-2, 5]),
            ("u32s", .uint32([7]), [7]), ("i32s", .int32([-7]), [-7]),
            ("u64s", .uint64([1 << 40]), [1 << 40]), ("i64s", .int64([]), []),
        ]
        for (key, value, _) in integers { writer.set(key, value) }
        for (key, value, _) in arrays { writer.set(key, .array(value)) }
        writer.set("f32", .float32(0.1))
        writer.set("f64", .float64(0.1))
        writer.set("yes", .bool(true))
        writer.set("words", .array(.string([Array("a".utf8), [], [0xFF]])))
        writer.set("flags", .array(.bool([true, false])))
        writer.set("floats", .array(.float32([1, .infinity])))
        writer.set("doubles", .array(.float64([1])))
        let file = try write(writer)
        for (key, _, expected) in integers { #expect(file.metadata[key]?.integer == expected) }
        for (key, _, expected) in arrays {
            guard case .array(let array) = file.metadata[key] else {
                Issue.record("\(key) is no array")
                continue
            }
            #expect(array.integers() == expected)
        }
        #expect(file.metadata["f32"]?.number == Double(Float(0.1)))
        #expect(file.metadata["f64"]?.number == 0.1)
        guard case .bool(true) = file.metadata["yes"],
            case .array(let words) = file.metadata["words"],
            case .array(let flags) = file.metadata["flags"],
            case .array(let floats) = file.metadata["floats"],
            case .array(let doubles) = file.metadata["doubles"]
        else {
            Issue.record("a value has another type")
            return
        }
        #expect(words.strings() == [Array("a".utf8), [], [0xFF]])
        #expect((flags.count, floats.count, doubles.count) == (2, 2, 1))
    }

    @Test func aSecondValueReplacesTheFirst() throws {
        var writer = Self.writer()
        writer.set("general.architecture", .text("qwen2"))
        writer.set("general.alignment", .uint32(64))
        let file = try write(writer)
        #expect(file.metadata["general.architecture"]?.text == "qwen2")
        #expect(file.metadata["general.alignment"] == nil, "the writer's own alignment holds")
    }

    struct Impossible: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout GGUFWriter) -> Void

        init(_ description: String, _ change: @escaping @Sendable (inout GGUFWriter) -> Void) {
            testDescription = description
            self.change = change
        }
    }

    static let impossible: [Impossible] = [
        Impossible("a type that GGUF lacks") {
            $0.tensors[0] = .init(name: "x", shape: [64], type: .nf4)
        },
        Impossible("half a block") {
            $0.tensors[0] = .init(name: "x", shape: [2, 40], type: .q8_0)
        },
        Impossible("no dimension") { $0.tensors[0] = .init(name: "x", shape: [], type: .f32) },
        Impossible("five dimensions") {
            $0.tensors[0] = .init(name: "x", shape: [1, 1, 1, 1, 1], type: .f32)
        },
        Impossible("an empty dimension") {
            $0.tensors[0] = .init(name: "x", shape: [0], type: .f32)
        },
        Impossible("an overflowing shape") {
            $0.tensors[0] = .init(name: "x", shape: [1 << 40, 1 << 40], type: .f32)
        },
        Impossible("an overflowing sum") { writer in
            for i in 0..<40 {
                writer.tensors.append(.init(name: "x\(i)", shape: [1 << 57], type: .f16))
            }
        },
        Impossible("a name twice") { $0.tensors.append($0.tensors[0]) },
        Impossible("no name") { $0.tensors[0] = .init(name: "", shape: [1], type: .f32) },
        Impossible("a long name") {
            $0.tensors[0] = .init(
                name: String(repeating: "n", count: 64),
                shape: [1],
                type: .f32
            )
        },
        Impossible("an empty key") { $0.set("", .bool(true)) },
        Impossible("a crooked alignment") { $0.alignment = 24 },
    ]

    @Test(arguments: impossible) func invalidContentIsRefused(case impossible: Impossible) throws {
        var writer = Self.writer()
        impossible.change(&writer)
        let error = try #require(throws: ModelFileError.self) { _ = try write(writer) }
        #expect(error.code == .unwritable, "\(error)")
        #expect(error.message.hasPrefix("\(path) cannot be written as GGUF: "))
        #expect(try folder.contents() == [])
    }

    @Test func aFileLargerThanTheDiskIsNotStarted() throws {
        var writer = Self.writer()
        writer.tensors.append(.init(name: "huge", shape: [1 << 50], type: .f32))
        var isBegun = false
        let error = try #require(throws: ModelFileError.self) {
            try writer.write(to: path) { _, _ in isBegun = true }
        }
        #expect(error.code == .diskFull)
        #expect(!isBegun)
        #expect(try folder.contents() == [])
    }

    @Test func afterAFailureOnlyTheOldFileExists() throws {
        _ = try folder.write([1, 2, 3], to: "out.gguf")
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try Self.writer().write(to: path) { index, sink in
                if index == 1 { throw Stop() }
                try sink.write(Self.bytes[index])
            }
        }
        #expect(try folder.contents() == ["out.gguf"])
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_size == 3)
    }

    @Test func aMissingFolderIsNamed() throws {
        let error = try #require(throws: ModelFileError.self) {
            try Self.writer().write(to: folder.path + "/none/out.gguf") { _, _ in }
        }
        #expect(error.code == .unwritable)
        #expect(error.message.contains("/none/out.gguf"))
    }
}
