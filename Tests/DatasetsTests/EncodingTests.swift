import Datasets
import Platform
import Testing

/// Files that are not plain UTF-8.
struct EncodingTests {
    private func utf16(_ text: String, isBigEndian: Bool, hasMark: Bool = true) -> [UInt8] {
        let units = (hasMark ? [0xFEFF] : []) + Array(text.utf16)
        return units.flatMap { unit -> [UInt8] in
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            return isBigEndian ? [high, low] : [low, high]
        }
    }

    private func read(_ bytes: [UInt8], as name: String) throws -> Dataset {
        let folder = try TemporaryFolder()
        return try Dataset.read(path: folder.write(name, bytes: bytes))
    }

    private func fault(_ bytes: [UInt8], as name: String = "a.jsonl") throws -> DatasetError? {
        #expect(throws: DatasetError.self) { try read(bytes, as: name) }
    }

    @Test(arguments: [false, true], ["a.jsonl", "a.json", "a.csv", "a.tsv", "a.txt", "a.md"])
    func utf16WithAMarkIsRead(_ isBigEndian: Bool, _ name: String) throws {
        let text =
            switch name {
            case "a.jsonl": "\(chatRow("물😀", "é"))\r\n\(chatRow("b", "c"))\r\n"
            case "a.json": "[\(chatRow("물😀", "é")),\n\(chatRow("b", "c"))]"
            case "a.csv": "prompt,completion\r\n물😀,\"é\r\n\"\r\n"
            case "a.tsv": "prompt\tcompletion\n물😀\té\n"
            default: "물😀\r\n\r\n\r\né\r\n"
            }
        let bytes = utf16(text, isBigEndian: isBigEndian)
        let plain = try read(Array(text.utf8), as: name)
        #expect(try read(bytes, as: name).digest == plain.digest)
    }

    @Test func aLongFileInUTF16IsReadInBlocks() throws {
        // For one of the lengths, a character of two units crosses every block border.
        for spaces in 0..<3 {
            let text =
                String(repeating: " ", count: spaces) + String(repeating: "😀", count: 140_000)
            let bytes = utf16(text, isBigEndian: false)
            let plain = try read(Array(text.utf8), as: "a.txt")
            #expect(try read(bytes, as: "a.txt").digest == plain.digest)
        }
    }

    @Test func truncatedUTF16IsNamed() throws {
        let text = "{\"prompt\":\"😀"
        let half = try fault(utf16(text, isBigEndian: true).dropLast(2))
        #expect(half?.code == .notUTF8 && half?.message.contains("half of a character") == true)
        #expect(half?.hint?.contains("CP949") == false)
    }

    @Test func otherUnicodeIsNamed() throws {
        let mark: [UInt8] = [0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0]
        let long = try fault(mark)
        #expect(long?.message.contains("UTF-32") == true && long?.hint?.contains("UTF-32") == true)
        let bytes = utf16(chatRow("a", "b"), isBigEndian: false, hasMark: false)
        let unmarked = try fault(bytes)
        #expect(unmarked?.hint?.contains("iconv -f UTF-16LE") == true)
    }

    @Test(arguments: ["a.jsonl", "a.csv", "a.txt"])
    func marksOfFilesBehindEachOtherAreDropped(_ name: String) throws {
        let parts =
            switch name {
            case "a.jsonl": ["\(chatRow("a", "b"))\n", "\(chatRow("c", "d"))\n"]
            case "a.csv": ["prompt,completion\na,b\n", "prompt,completion\nc,d\n"]
            default: ["one\n\n\n", "two\n"]
            }
        let plain = parts[0] + (name == "a.csv" ? "c,d\n" : parts[1])
        let marked = parts.map { "\u{FEFF}\($0)" }.joined()
        let digest = try read(Array(plain.utf8), as: name).digest
        #expect(try read(Array(marked.utf8), as: name).digest == digest)
    }

    @Test(
        arguments: [
            ([0xB0, 0xA1, 0xB3, 0xAA], true), ([0x8C, 0x63], true), ([0xC6, 0x52], true),
            ([0xE9, 0x74, 0xE9], false), ([0xB0], false), ([0xC9, 0xB0, 0xE0], false),
            ([0xC6, 0x53], false),
            ([0x80], false),
        ] as [([UInt8], Bool)]
    )
    func korean949IsProposedOnlyWhereItIs(_ bytes: [UInt8], _ isKorean: Bool) throws {
        let error = try fault(Array("{\"prompt\":\"".utf8) + bytes + Array("\"}".utf8))
        #expect(error?.hint?.contains("CP949") == isKorean)
        #expect(error?.hint?.contains("iconv") == true)
    }
}
