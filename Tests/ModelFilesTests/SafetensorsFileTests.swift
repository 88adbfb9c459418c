import Foundation
import ModelFiles
import Platform
import Testing

@Suite struct SafetensorsFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A file with this header, and this many bytes behind it.
    func file(_ header: String, data: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(UInt64(header.utf8.count))
        bytes += header.utf8
        return bytes + (0..<data).map { UInt8($0 % 251) }
    }

    func error(_ bytes: [UInt8]) throws -> ModelFileError {
        try #require(throws: ModelFileError.self) {
            _ = try SafetensorsFile(path: folder.write(bytes, to: "file.safetensors"))
        }
    }

    @Test func readsWhatOthersWrite() throws {
        let header = #"""
            { "b":{"shape":[2],"data_offsets" : [ 8 , 12 ],"dtype":"BF16"},
             "__metadata__":{"format":"pt","k\u00e9y":"a\"b\\\n\ud83d\ude00"},
             "a/\u0041":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},
             "empty":{"dtype":"F32","shape":[0,7],"data_offsets":[8,8]},
             "one":{"dtype":"F16","shape":[],"data_offsets":[12,14]} }
            """#
        var bytes = file(header, data: 0)
        bytes.append(Float(1.5).bitPattern)
        bytes.append(Float(-2).bitPattern)
        bytes.append(UInt16(0x3F80))
        bytes.append(UInt16(0xC040))
        bytes.append(Float16(0.25).bitPattern)
        let safetensors = try SafetensorsFile(path: folder.write(bytes))
        #expect(safetensors.metadata == ["format": "pt", "kéy": "a\"b\\\n😀"])
        #expect(try safetensors.floats(named: "a/A") == [1.5, -2])
        #expect(safetensors.tensors["a/A"]?.shape == [1, 2])
        #expect(try safetensors.floats(named: "b") == [1, -3])
        #expect(try safetensors.floats(named: "one") == [0.25])
        #expect(try safetensors.floats(named: "empty") == [])
        #expect(safetensors.tensors["empty"]?.shape == [0, 7])
    }

    @Test func readsBackWhatItWrote() throws {
        let path = folder.path + "/out.safetensors"
        let entries = [
            SafetensorsEntry(name: "h", shape: [3], values: .float16([1, 0.5, -4])),
            SafetensorsEntry(
                name: "weird \"\\\u{1}\n이름",
                shape: [2, 2],
                values: .float32([1, 2, 3, .pi])
            ),
            SafetensorsEntry(name: "i", shape: [2], values: .int64([.min, 7])),
            SafetensorsEntry(name: "none", shape: [0], values: .float32([])),
        ]
        try SafetensorsFile.write(entries, metadata: ["step": "7"], to: path)
        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == ["step": "7"])
        #expect(file.tensors.count == 4)
        #expect(try file.floats(named: "h") == [1, 0.5, -4])
        #expect(try file.floats(named: "weird \"\\\u{1}\n이름") == [1, 2, 3, .pi])
        #expect(try file.integers(named: "i") == [.min, 7])
        #expect(try file.floats(named: "none") == [])
        for tensor in file.tensors.values {
            #expect(
                tensor.range.lowerBound % tensor.type.byteCount == 0,
                "\(tensor.name) is unaligned"
            )
        }
    }

    @Test func writingReplacesAFileAndLeavesNothingBeside() throws {
        let path = try folder.write([1, 2, 3], to: "out.safetensors")
        let entry = SafetensorsEntry(name: "a", shape: [1], values: .float32([5]))
        try SafetensorsFile.write([entry], to: path)
        #expect(try SafetensorsFile(path: path).floats(named: "a") == [5])
        #expect(try folder.contents() == ["out.safetensors"])
    }

    @Test func aFailedWriteLeavesNothing() throws {
        let entry = SafetensorsEntry(name: "a", shape: [1], values: .float32([5]))
        // A folder has the name already, so the last step, the renaming, fails.
        let path = folder.path + "/taken"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let error = try #require(throws: ModelFileError.self) {
            try SafetensorsFile.write([entry], to: path)
        }
        #expect(error.code == .unwritable)
        #expect(error.message.contains(path))
        #expect(try folder.contents() == ["taken"])
    }

    @Test func everyTruncationIsAnError() throws {
        let whole = file(#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#, data: 16)
        _ = try SafetensorsFile(path: folder.write(whole))
        for count in 0..<whole.count {
            #expect(try error(Array(whole.prefix(count))).code == .truncated, "cut at \(count)")
        }
    }

    @Test func noChangedByteTraps() throws {
        let whole = file(
            #"{"__metadata__":{"a":"\u00e9"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"#
                + #""b":{"dtype":"I64","shape":[1],"data_offsets":[16,24]}}"#,
            data: 24
        )
        var random = SplitMix(state: 3)
        for _ in 0..<2000 {
            var bytes = whole
            let place = Int(random.next() % UInt64(bytes.count - 24))
            bytes[place] = UInt8(truncatingIfNeeded: random.next())
            guard let file = try? SafetensorsFile(path: folder.write(bytes)) else { continue }
            for tensor in file.tensors.values where tensor.type == .f32 {
                #expect(try file.floats(named: tensor.name).count == tensor.elementCount)
            }
        }
    }

    /// A header with a false claim about 24 bytes of data.
    struct Flaw: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let header: String

        init(_ description: String, _ header: String) {
            testDescription = description
            self.header = header
        }
    }

    static let flaws = [
        Flaw("a gap", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#),
        Flaw("unused data", #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#),
        Flaw(
            "an overlap",
            #"{"a":{"dtype":"U8","shape":[16],"data_offsets":[0,16]},"b":{"dtype":"U8","shape":[16],"data_offsets":[8,24]}}"#
        ),
        Flaw(
            "a name twice",
            #"{"a":{"dtype":"U8","shape":[12],"data_offsets":[0,12]},"a":{"dtype":"U8","shape":[12],"data_offsets":[12,24]}}"#
        ),
        Flaw(
            "metadata twice",
            #"{"__metadata__":{},"__metadata__":{},"a":{"dtype":"U8","shape":[24],"data_offsets":[0,24]}}"#
        ),
        Flaw(
            "a shape of another size",
            #"{"a":{"dtype":"F32","shape":[7],"data_offsets":[0,24]}}"#
        ),
        Flaw(
            "an end before its start",
            #"{"a":{"dtype":"U8","shape":[24],"data_offsets":[24,0]}}"#
        ),
        Flaw(
            "an overflowing shape",
            #"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,24]}}"#
        ),
        Flaw(
            "a number too large",
            #"{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,24]}}"#
        ),
        Flaw("a negative number", #"{"a":{"dtype":"U8","shape":[-24],"data_offsets":[0,24]}}"#),
        Flaw("no type", #"{"a":{"shape":[24],"data_offsets":[0,24]}}"#),
        Flaw("three offsets", #"{"a":{"dtype":"U8","shape":[24],"data_offsets":[0,24,24]}}"#),
        Flaw("another member", #"{"a":{"dtype":"U8","x":1,"shape":[24],"data_offsets":[0,24]}}"#),
        Flaw(
            "a member twice",
            #"{"a":{"dtype":"U8","dtype":"U8","shape":[24],"data_offsets":[0,24]}}"#
        ),
        Flaw("trailing text", #"{"a":{"dtype":"U8","shape":[24],"data_offsets":[0,24]}} x"#),
        Flaw("no end", #"{"a":{"dtype":"U8","shape":[24],"data_offsets":[0,24]}"#),
        Flaw("a lone surrogate", #"{"\ud800":{"dtype":"U8","shape":[24],"data_offsets":[0,24]}}"#),
        Flaw("a broken escape", #"{"\u00+1":{"dtype":"U8","shape":[24],"data_offsets":[0,24]}}"#),
    ]

    @Test(arguments: flaws) func flawIsFound(flaw: Flaw) throws {
        let error = try error(file(flaw.header, data: 24))
        #expect(error.code == .corrupt, "\(error)")
        #expect(error.message.contains("file.safetensors"))
    }

    @Test func anUnknownTypeIsNamed() throws {
        let error = try error(
            file(#"{"a":{"dtype":"F4","shape":[24],"data_offsets":[0,24]}}"#, data: 24)
        )
        #expect(error.code == .unsupportedType)
        #expect(error.message.contains("F4"))
    }

    @Test func aFileThatIsNotSafetensorsIsNamed() throws {
        #expect(try error(Array("GGUF is something else".utf8)).code == .foreignFormat)
        #expect(try error(file("[1, 2]", data: 0)).code == .foreignFormat)
    }
}
