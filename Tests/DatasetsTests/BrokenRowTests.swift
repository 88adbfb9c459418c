import Datasets
import Platform
import Testing

struct BrokenRowTests {
    private let text = """
        {"prompt":"a","completion":"b"}
        {"prompt":
        {"prompt":"a"}
        {"prompt":"c","completion":"d"}
        {"messages":[]}

        """

    @Test func everyBrokenRowHasALine() throws {
        let error = try #require(try fault(reading: text))
        #expect(error.message.contains("rows.jsonl:2:11: the JSON ends too early"))
        #expect(error.message.hasSuffix("; 2 more rows are broken"))
        #expect(error.brokenRows.count == 3)
        let places = error.brokenRows.lines.map { line in
            line.split(separator: "/").last?.prefix(13) ?? ""
        }
        #expect(places == ["rows.jsonl:2:", "rows.jsonl:3:", "rows.jsonl:5:"])
    }

    @Test func brokenRowsAreLeftOutOnlyWhenAsked() throws {
        let folder = try TemporaryFolder()
        var reading = Dataset.Reading()
        reading.leavesBrokenRowsOut = true
        let dataset = try Dataset.read(path: folder.write("rows.jsonl", text), reading)
        #expect(dataset.training.map(\.source.line) == [1, 4])
        #expect(dataset.leftOut.count == 3)
        #expect(dataset.leftOut.lines.count == 3)
        let broken = try folder.write("broken.jsonl", "{\n{\n")
        #expect(throws: DatasetError.self) { try Dataset.read(path: broken, reading) }
    }

    @Test func theFirstOfManyFaultsAreDescribed() throws {
        let text = (0..<250).map { "{\"member\($0)\":1}\n" }.joined()
        let error = try fault(reading: text)
        #expect(error?.brokenRows.count == 250)
        #expect(error?.brokenRows.lines.count == BrokenRows.maxDescribed)
    }

    @Test func aFaultOfEveryRowIsReportedOnce() throws {
        let error = try #require(try fault(reading: String(repeating: "{\n", count: 250)))
        #expect(error.message.contains("rows.jsonl:1:2: the JSON ends too early"))
        #expect(error.message.hasSuffix("; the same goes for all 250 rows"))
        #expect(error.brokenRows.lines.isEmpty)
    }

    @Test func rowsWithTheSameFaultShareALine() throws {
        let good = #"{"prompt":"a","completion":"b"}"#
        let rows = [good] + [String](repeating: #"{"prompt":"a","completion":7}"#, count: 5)
        let error = try #require(try fault(reading: (rows + ["{}"]).joined(separator: "\n")))
        #expect(error.brokenRows.count == 6 && error.brokenRows.lines.count == 2)
        #expect(error.brokenRows.describedCount == 6)
        #expect(error.brokenRows.lines[0].contains("rows.jsonl:2: the row: completion is a number"))
        #expect(error.brokenRows.lines[0].hasSuffix("; 4 more alike, in lines 3, 4, 5, 6"))
    }

    @Test func rowsInAnotherFormatAreReportedOnce() throws {
        let other = #"{"instruction":"a","output":"b"}"#
        let rows = [chatRow("a", "b")] + [String](repeating: other, count: 9)
        let error = try #require(try fault(reading: rows.joined(separator: "\n")))
        #expect(error.brokenRows.lines.count == 1)
        #expect(
            error.brokenRows.lines[0].contains(
                "in the format alpaca, the rows before are in messages"
            )
        )
    }

    @Test func aLineThatIsNotUTF8DoesNotHideTheOthers() throws {
        let folder = try TemporaryFolder()
        let bytes = Array("{\"prompt\":\"".utf8) + [0xB0, 0xA1, 0x0A] + Array("{\n".utf8)
        let file = try folder.write("a.jsonl", bytes: bytes)
        let error = #expect(throws: DatasetError.self) { try Dataset.read(path: file) }
        #expect(error?.code == .notUTF8)
        #expect(error?.brokenRows.count == 2)
    }

    @Test(arguments: ["rows.jsonl", "rows.json", "rows.csv", "rows.txt"])
    func aWindowHoldsTheRowsOfTheWhole(_ name: String) throws {
        let folder = try TemporaryFolder()
        let rows = (0..<9).map { chatRow("q\($0)", "a\($0)") }
        let text =
            switch name {
            case "rows.jsonl": rows.joined(separator: "\n\n")
            case "rows.json": "[\(rows.joined(separator: ",\n"))]"
            case "rows.csv": "prompt,completion\n" + (0..<9).map { "q\($0),\"a\n\"\n" }.joined()
            default: (0..<9).map { "문서 \($0)\n\n\n" }.joined()
            }
        let path = try folder.write(name, text)
        let whole = try Dataset.read(path: path).training
        for window in [0..<2, 3..<7, 7..<20, 9..<12, 4..<4] {
            let part = try Dataset.records(window, path: path)
            #expect(part.map(\.source) == whole[window.clamped(to: 0..<9)].map(\.source))
        }
    }
}
