import Datasets
import Foundation
import Platform
import Testing

struct BadInputTests {
    /// A broken row, the kind of its fault, and what the message must contain.
    struct Case: CustomTestStringConvertible {
        let row: String
        let code: DatasetError.Code
        let says: String

        init(_ row: String, _ code: DatasetError.Code, _ says: String) {
            self.row = row
            self.code = code
            self.says = says
        }

        var testDescription: String { row }
    }

    static let cases = [
        Case(#"{"messages":["#, .brokenRow, ":2:14: the JSON ends too early"),
        Case(#"{"prompt":"한","completion":x}"#, .brokenRow, ":2:28: this is not a JSON value"),
        Case(#"{"prompt":"a","completion":"b",}"#, .brokenRow, "a name in quotes is expected"),
        Case(#"{"prompt":"a","completion":"b"} x"#, .brokenRow, ":2:33: this is not a JSON value"),
        Case(#"{"prompt":"a","prompt":"b"}"#, .brokenRow, "\"prompt\" occurs twice"),
        Case(#"{"prompt":"\ud800","completion":"b"}"#, .brokenRow, ":2:12: half of a surrogate"),
        Case(#"{"prompt":"\ud800\u0041","completion":"b"}"#, .brokenRow, "half of a surrogate"),
        Case(#"{"prompt":"\x","completion":"b"}"#, .brokenRow, "no such escape"),
        Case("{\"prompt\":\"a\tb\",\"completion\":\"b\"}", .brokenRow, "must be escaped"),
        Case(#"{"a":01}"#, .brokenRow, "',' or '}' is expected"),
        Case(#"{"a":1.}"#, .brokenRow, "a digit is expected"),
        Case(#"{"a":\#(String(repeating: "[", count: 999))"#, .brokenRow, "nested too deep"),
        Case("3", .wrongShape, "the row is a number, not an object"),
        Case(
            #"{"question":"a","answer":"b"}"#,
            .wrongShape,
            "in no known format; its members are question, answer"
        ),
        Case(#"{"instruction":"a"}"#, .wrongShape, "has no output"),
        Case(#"{"instruction":"a","output":3}"#, .wrongShape, "output is a number, not a string"),
        Case(#"{"messages":{}}"#, .wrongShape, "messages is an object, not a list"),
        Case(#"{"messages":["a"]}"#, .wrongShape, "message 1 is a string, not an object"),
        Case(#"{"messages":[{"content":"a"}]}"#, .wrongShape, "message 1 has no role"),
        Case(
            #"{"messages":[{"role":"user","content":[{"type":"text"}]}]}"#,
            .wrongShape,
            "message 1: part 1 has no text"
        ),
        Case(
            #"{"messages":[{"role":"assistant","content":null}]}"#,
            .wrongShape,
            "message 1: content is null, not a string"
        ),
        Case(
            #"{"messages":[{"role":"assistant","content":"a","weight":0}]}"#,
            .noTarget,
            "every answer is marked as not to be learnt"
        ),
        Case(
            #"{"messages":[{"role":"narrator","content":"a"}]}"#,
            .unknownRole,
            "message 1 has the unknown role \"narrator\""
        ),
        Case(#"{"messages":[{"role":"user","content":"a"}]}"#, .noTarget, "nothing to learn"),
        Case(#"{"messages":[]}"#, .noTarget, "nothing to learn"),
    ]

    @Test(arguments: cases)
    func aBrokenRowIsReportedByFileAndLine(_ example: Case) throws {
        let good = #"{"prompt":"a","completion":"b"}"#
        let text = "\(good)\n\(example.row)\n\(good)\n"
        let error = try #require(try fault(reading: text))
        #expect(error.code == example.code)
        #expect(error.source?.line == 2)
        #expect(error.message.contains("rows.jsonl:2:"))
        #expect(error.message.contains(example.says), "\(error.message)")
    }

    @Test func aBrokenElementOfAnArrayIsReportedByItsLine() throws {
        let error = try fault(
            reading: "[\n\(chatRow("a", "b")),\n{\"messages\" 3}\n]",
            as: "a.json"
        )
        #expect(error?.message.contains("a.json:3:13: ':' is expected") == true)
    }

    @Test func anArrayCutOrGoneTooFarIsRefused() throws {
        #expect(try fault(reading: "[\(chatRow("a", "b"))", as: "a.json")?.code == .brokenRow)
        #expect(try fault(reading: "[\(chatRow("a", "b")),]", as: "a.json")?.code == .brokenRow)
        #expect(try fault(reading: "[\(chatRow("a", "b"))] x", as: "a.json")?.code == .brokenRow)
    }

    @Test func aRowOfAnotherFormatIsRefused() throws {
        let error = try fault(
            reading: chatRow("a", "b") + "\n{\"instruction\":\"a\",\"output\":\"b\"}"
        )
        #expect(error?.code == .wrongShape)
        #expect(error?.source?.line == 2)
    }

    @Test func bytesThatAreNotUTF8AreReportedByLineAndColumn() throws {
        let folder = try TemporaryFolder()
        let bytes = Array("\(chatRow("a", "b"))\n{\"prompt\":\"".utf8) + [0xB0, 0xA1]
        let file = try folder.write("cp949.jsonl", bytes: bytes)
        let error = #expect(throws: DatasetError.self) { try Dataset.read(path: file) }
        #expect(error?.code == .notUTF8)
        #expect(error?.message.contains("cp949.jsonl:2:12: byte 0xb0") == true)
        #expect(error?.hint?.contains("iconv") == true)
    }

    @Test(arguments: ["a.jsonl", "a.json", "a.txt"], ["", "\n \r\n\n", "\u{FEFF}"])
    func aDatasetWithoutRowsIsRefused(_ name: String, _ text: String) throws {
        #expect(try fault(reading: text, as: name)?.code == .empty)
    }

    @Test func anEmptyArrayIsRefused() throws {
        #expect(try fault(reading: "[ ]", as: "a.json")?.code == .empty)
    }

    @Test func aRowLongerThanTheBoundIsRefused() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a.jsonl", chatRow("a", "b") + "\n" + chatRow("a", "bcd"))
        var reading = Dataset.Reading()
        reading.maxRowSize = chatRow("a", "b").utf8.count
        let error = #expect(throws: DatasetError.self) {
            try Dataset.read(path: file, reading)
        }
        #expect(error?.code == .tooLong)
        #expect(error?.source?.line == 2)
    }

    @Test(arguments: ["/no/such.jsonl", "/no/such"])
    func aMissingPathIsNamed(_ path: String) throws {
        let error = #expect(throws: DatasetError.self) { try Dataset.read(path: path) }
        #expect(error?.code == .notFound)
        #expect(error?.description.contains(path) == true)
    }

    @Test func otherKindsOfFilesAndFoldersAreRefused() throws {
        let folder = try TemporaryFolder()
        #expect(try fault(reading: "a,b", as: "a.parquet")?.code == .unsupported)
        #expect(throws: DatasetError.self) { try Dataset.read(path: folder.path) }
        try folder.write("train.jsonl", chatRow("a", "b"))
        try folder.write("train.txt", "a")
        let error = #expect(throws: DatasetError.self) { try Dataset.read(path: folder.path) }
        #expect(error?.message.contains("train.jsonl, train.txt") == true)
    }

    @Test func mixedTextAndConversationsAreRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write("train.jsonl", chatRow("a", "b"))
        try folder.write("validation.txt", "a")
        let error = #expect(throws: DatasetError.self) { try Dataset.read(path: folder.path) }
        #expect(error?.code == .unsupported)
    }

    @Test func readingStopsWhenCancelled() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("a.jsonl", chatRow("a", "b"))
        #expect(throws: CancellationError.self) {
            try Dataset.read(path: file, isCancelled: { true })
        }
    }
}
