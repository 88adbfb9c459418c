import ModelFiles
import Platform
import Tensors
import Testing

@Suite struct GGUFFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open(_ builder: GGUFBuilder) throws -> GGUFFile {
        try GGUFFile(path: folder.write(builder.bytes()))
    }

    func error(_ builder: GGUFBuilder) throws -> ModelFileError {
        try #require(throws: ModelFileError.self) { _ = try open(builder) }
    }

    static let small: GGUFBuilder = {
        var builder = GGUFBuilder()
        builder.values = [
            ("general.architecture", .string("llama")),
            ("some.count", .uint32(7)), ("some.rate", .float32(0.5)), ("some.flag", .bool(true)),
            ("some.words", .strings(["a", "", "한글"])), ("some.types", .int32s([1, -3])),
        ]
        builder.tensors = [
            .init(name: "matrix", extents: [2, 3], bytes: (0..<24).map { UInt8($0) }),
            .init(
                name: "blocks",
                extents: [32, 2],
                type: 3,
                bytes: [UInt8](repeating: 9, count: 40)
            ),
        ]
        return builder
    }()

    @Test(arguments: [2, 3] as [UInt32]) func readsValuesAndTensors(version: UInt32) throws {
        var builder = Self.small
        builder.version = version
        let file = try open(builder)
        #expect(file.metadata["general.architecture"]?.text == "llama")
        #expect(file.metadata["some.count"]?.integer == 7)
        #expect(file.metadata["some.rate"]?.number == 0.5)
        guard case .bool(true) = file.metadata["some.flag"] else {
            Issue.record("the flag is not true")
            return
        }
        guard case .array(let words) = file.metadata["some.words"],
            case .array(let types) = file.metadata["some.types"]
        else {
            Issue.record("the arrays are not arrays")
            return
        }
        #expect(words.strings() == [Array("a".utf8), [], Array("한글".utf8)])
        #expect(words.integers() == nil)
        #expect(types.integers() == [1, -3])
        let matrix = try file.weight(named: "matrix")
        #expect((matrix.rows, matrix.columns) == (3, 2))
        #expect(matrix.type == .f32)
        #expect(Array(matrix.bytes) == (0..<24).map { UInt8($0) })
        let blocks = try file.weight(named: "blocks")
        #expect((blocks.rows, blocks.columns) == (2, 32))
        #expect(blocks.type == .q4_1)
        #expect(Array(blocks.bytes) == [UInt8](repeating: 9, count: 40))
    }

    @Test func aWeightOutlivesItsFile() throws {
        var file: GGUFFile? = try open(Self.small)
        let weight = try file?.weight(named: "matrix")
        file = nil
        #expect(weight.map { Array($0.bytes) } == (0..<24).map { UInt8($0) })
    }

    @Test func everyTruncationIsAnErrorAndNotATrap() throws {
        let whole = Self.small.bytes()
        for count in 0..<whole.count {
            let path = try folder.write(whole.prefix(count))
            let error = try #require(throws: ModelFileError.self, "cut at \(count)") {
                _ = try GGUFFile(path: path)
            }
            #expect(
                error.code == ((1..<4).contains(count) ? .foreignFormat : .truncated),
                "cut at \(count)"
            )
            #expect(error.message.contains(path))
        }
    }

    @Test func noChangedByteTraps() throws {
        let whole = Self.small.bytes()
        var random = SplitMix(state: 7)
        for round in 0..<4000 {
            var bytes = whole
            for _ in 0...round % 4 {
                let place = Int(random.next() % UInt64(bytes.count))
                bytes[place] = round % 3 == 0 ? 0xFF : UInt8(truncatingIfNeeded: random.next())
            }
            guard let file = try? GGUFFile(path: folder.write(bytes)) else { continue }
            for value in file.metadata.values {
                guard case .array(let array) = value else { continue }
                #expect((array.strings()?.count ?? array.count) == array.count)
                _ = array.integers()
            }
            for name in file.tensors.keys {
                guard let weight = try? file.weight(named: name) else { continue }
                #expect(
                    weight.bytes.count
                        == weight.type.byteCount(elements: weight.rows * weight.columns)
                )
                _ = weight.bytes.reduce(0) { $0 ^ $1 }
            }
        }
    }

    @Test(arguments: [
        "PK\u{3}\u{4}", "<!doctype html>", "version https://git-lfs", "\u{0}\u{0}\u{0}\u{0}",
    ])
    func aForeignFileIsNamed(start: String) throws {
        let path = try folder.write(Array(start.utf8) + [UInt8](repeating: 0, count: 100))
        let error = try #require(throws: ModelFileError.self) { _ = try GGUFFile(path: path) }
        #expect(error.code == .foreignFormat)
        #expect(error.message.hasPrefix("\(path) is not a GGUF file"))
    }

    @Test(arguments: [0, 1, 4, 99] as [UInt32]) func anotherVersionIsNamed(version: UInt32) throws {
        var builder = Self.small
        builder.version = version
        let error = try error(builder)
        #expect(error.code == .unsupportedVersion)
        #expect(error.message.contains("version \(version)"))
    }

    @Test func aBigEndianFileIsNamed() throws {
        var builder = Self.small
        builder.version = UInt32(3).byteSwapped
        #expect(try error(builder).message.contains("big-endian"))
    }

    @Test func anUnsupportedTypeIsNamedWithWhatIsSupported() throws {
        var builder = Self.small
        builder.tensors[1].type = 23
        let error = try error(builder)
        #expect(error.code == .unsupportedType)
        #expect(error.message.contains("tensor blocks as IQ4_XS"))
        #expect(
            error.hint
                == "use a file in \(ElementType.ggufTypes.map(\.name).joined(separator: ", "))"
        )
    }

    @Test func ourOwnTypeIsNotReadFromFiles() throws {
        var builder = Self.small
        builder.tensors[1].type = ElementType.nf4.rawValue
        #expect(try error(builder).code == .unsupportedType)
    }

    /// A file with an impossible claim about itself.
    struct Flaw: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: ModelFileError.Code
        let apply: @Sendable (inout GGUFBuilder) -> Void

        init(
            _ description: String,
            _ code: ModelFileError.Code,
            _ apply: @escaping @Sendable (inout GGUFBuilder) -> Void
        ) {
            testDescription = description
            self.code = code
            self.apply = apply
        }
    }

    static let flaws: [Flaw] = [
        Flaw("another count of tensors", .truncated) { $0.claimedTensors = .max },
        Flaw("another count of values", .truncated) { $0.claimedValues = 1 << 62 },
        Flaw("a huge array", .truncated) {
            $0.set("some.words", .raw(type: 9, bytes: huge(of: 8)))
        },
        Flaw("a huge array of numbers", .truncated) {
            $0.set("some.types", .raw(type: 9, bytes: huge(of: 12)))
        },
        Flaw("an array of arrays", .corrupt) {
            $0.set("some.words", .raw(type: 9, bytes: huge(of: 9)))
        },
        Flaw("an unknown value type", .corrupt) {
            $0.set("some.count", .raw(type: 13, bytes: [0]))
        },
        Flaw("a huge string", .truncated) {
            $0.set("k", .raw(type: 8, bytes: Array(repeating: 0xFF, count: 8)))
        },
        Flaw("a key twice", .corrupt) { $0.values.append($0.values[0]) },
        Flaw("a tensor twice", .corrupt) { $0.tensors.append($0.tensors[0]) },
        Flaw("a tensor without a name", .corrupt) { $0.tensors[0].name = "" },
        Flaw("no dimensions", .corrupt) { $0.tensors[0].extents = [] },
        Flaw("five dimensions", .corrupt) { $0.tensors[0].extents = [1, 1, 1, 1, 1] },
        Flaw("an empty dimension", .corrupt) { $0.tensors[0].extents = [0, 3] },
        Flaw("a negative dimension", .corrupt) { $0.tensors[0].extents = [.max, 3] },
        Flaw("an overflowing shape", .corrupt) { $0.tensors[0].extents = [1 << 40, 1 << 40] },
        Flaw("half a block", .corrupt) { $0.tensors[1].extents = [40, 2] },
        Flaw("an unaligned tensor", .corrupt) { $0.tensors[1].offset = 33 },
        Flaw("overlapping tensors", .corrupt) { $0.tensors[1].offset = 0 },
        Flaw("a tensor beyond the end", .truncated) { $0.tensors[1].offset = 1 << 40 },
        Flaw("an offset that overflows", .corrupt) { $0.tensors[1].offset = .max - 31 },
        Flaw("an end that overflows", .truncated) { $0.tensors[1].offset = UInt64(Int.max) - 31 },
        Flaw("a tensor too long for the file", .truncated) { $0.tensors[1].extents = [32, 3] },
        Flaw("an alignment of 24", .corrupt) { $0.set("general.alignment", .uint32(24)) },
        Flaw("no alignment", .corrupt) { $0.set("general.alignment", .uint32(0)) },
    ]

    @Test(arguments: flaws) func flawIsFound(flaw: Flaw) throws {
        var builder = Self.small
        flaw.apply(&builder)
        let error = try error(builder)
        #expect(error.code == flaw.code, "\(error)")
        #expect(error.hint != nil)
    }

    /// An array header that claims more than any file contains.
    static func huge(of type: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(type)
        bytes.append(UInt64(1) << 61)
        return bytes
    }

    @Test func aLargerAlignmentIsHonoured() throws {
        var builder = Self.small
        builder.alignment = 256
        builder.set("general.alignment", .uint32(256))
        let file = try open(builder)
        #expect(Array(try file.weight(named: "matrix").bytes) == (0..<24).map { UInt8($0) })
        #expect(file.tensors.values.allSatisfy { $0.range.lowerBound % 256 == 0 })
    }

    @Test func aMissingFileAndAFolderAreNamed() throws {
        let missing = try #require(throws: ModelFileError.self) {
            _ = try GGUFFile(path: folder.path + "/nothing.gguf")
        }
        #expect(missing.code == .notFound)
        let directory = try #require(throws: ModelFileError.self) {
            _ = try GGUFFile(path: folder.path)
        }
        #expect(directory.code == .foreignFormat)
    }
}

/// A small random number generator that gives the same numbers every time.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
