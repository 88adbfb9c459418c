import ChatTemplates
import Datasets
import Platform
import Testing
import Tokenizers

/// How rows of JSON are laid out in a file.
struct LayoutTests {
    private func questions(_ text: String, as name: String = "rows.jsonl") throws -> [String] {
        try read(text, as: name).training.map { $0.messages?.first?.content ?? "" }
    }

    private static let pretty = """
        {
          "prompt": "q0 }{",
          "completion": "a"
        }
        {
            "prompt": "q1",
            "completion": "\\"]"
        }

        """

    @Test func objectsMayGoOverLines() throws {
        #expect(try questions(Self.pretty) == ["q0 }{", "q1"])
        #expect(try read(Self.pretty).training.map(\.source.line) == [1, 5])
    }

    @Test(arguments: [
        #"{"prompt":"q0","completion":"a"}{"prompt":"q1","completion":"b"}"#,
        "{\"prompt\":\"q0\",\"completion\":\"a\"},\n{\"prompt\":\"q1\",\"completion\":\"b\"},\n",
        "{\"prompt\":\"q0\",\"completion\":\"a\"}\n{\n\"prompt\":\"q1\",\n\"completion\":\"b\"}\n",
        "[{\"prompt\":\"q0\",\"completion\":\"a\"}]\n[{\"prompt\":\"q1\",\"completion\":\"b\"}]",
        "{\"prompt\":\"q0\",\"completion\":\"a\"}\u{FEFF}{\"prompt\":\"q1\",\"completion\":\"b\"}",
        "{\"prompt\":\"q0\",\"completion\":\"a\"}\r{\"prompt\":\"q1\",\"completion\":\"b\"}\r",
    ])
    func objectsMayFollowEachOther(_ text: String) throws {
        #expect(try questions(text) == ["q0", "q1"])
        #expect(try read(text).digest == read(Self.plain).digest)
    }

    private static let plain =
        "{\"prompt\":\"q0\",\"completion\":\"a\"}\n{\"prompt\":\"q1\",\"completion\":\"b\"}\n"

    @Test func aListOfMessagesIsARow() throws {
        let row = #"[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]"#
        let other = #"[{"from":"human","value":"q"},{"from":"gpt","value":"a"}]"#
        #expect(try questions(row) == ["q"])
        #expect(try questions("\(row)\n\(row)\n") == ["q", "q"])
        #expect(try questions("[\(row),\n\(row)]", as: "rows.json") == ["q", "q"])
        #expect(try read("\(other)\n\(other)").format == .shareGPT)
        #expect(try read(row).digest == read(chatRow("q", "a")).digest)
    }

    @Test(arguments: ["data", "examples", "rows"])
    func rowsMayBeInAMemberOfOneObject(_ name: String) throws {
        let text = """
            {"version": 2, "tags": ["a"], "authors": [],
             "\(name)": [
              {"instruction": "q0", "output": "a"},
              {"instruction": "q1", "output": NaN, "output2": ""}
            ], "count": 2}
            """
        let error = try #require(try fault(reading: text, as: "rows.json"))
        #expect(error.message.contains("rows.json:4: the row: output is NaN, not a string"))
        let sound = text.replacing("NaN", with: "\"b\"")
        let dataset = try read(sound, as: "rows.json")
        #expect(dataset.training.map(\.source.line) == [3, 4])
        #expect(dataset.decisions == ["rows.json: the rows are those of its member \(name)"])
    }

    @Test func severalListsOfRowsAreRefused() throws {
        let rows = #"[{"prompt":"a","completion":"b"}]"#
        let error = try fault(reading: #"{"train":\#(rows),"test":\#(rows)}"#, as: "a.json")
        #expect(error?.message.contains("lists of rows in train and test") == true)
    }

    @Test(arguments: [
        ("rows.json", "// all rows\n[\n\(plainRow),\n\(plainRow)\n]", ":1:1"),
        ("rows.json", "[\n\(plainRow), # one\n\(plainRow)\n]", ":2:35"),
        ("rows.json", "[\n/* two */ \(plainRow)]", ":2:1"),
        ("rows.jsonl", "\(plainRow)\n// two\n\(plainRow)\n", ":2:1"),
    ])
    func aCommentIsNamed(_ name: String, _ text: String, _ place: String) throws {
        let error = try #require(try fault(reading: text, as: name))
        #expect(error.message.contains("\(name)\(place): JSON has no comments"), "\(error.message)")
    }

    private static let plainRow = #"{"prompt":"q0","completion":"a"}"#

    @Test func aFaultOverLinesIsOneFault() throws {
        let broken = Self.pretty.replacing("\"q0 }{\",", with: "\"q0 }{\"")
        let error = try #require(try fault(reading: broken))
        #expect(error.message.contains("rows.jsonl:3:3: ',' or '}' is expected"))
        #expect(error.brokenRows.count == 1)
        let cut = try #require(try fault(reading: String(Self.pretty.dropLast(6))))
        #expect(cut.code == .brokenRow && cut.brokenRows.count == 0)
        let torn = Self.pretty.replacing("q0 }{", with: "q0\n}{")
        #expect(try fault(reading: torn)?.message.contains("must be escaped") == true)
    }

    @Test func textAfterAnUnclosedValueIsNotLeftOutAsOneRow() throws {
        let folder = try TemporaryFolder()
        var reading = Dataset.Reading()
        reading.leavesBrokenRowsOut = true
        for (part, other) in [("q0 }{", "q0\n}{"), ("\"a\"\n}", "[\"a\"\n}")] {
            let text = Self.pretty + Self.pretty.replacing(part, with: other) + Self.pretty
            let path = try folder.write("rows.jsonl", text)
            #expect(throws: DatasetError.self) { try Dataset.read(path: path, reading) }
        }
        let broken = Self.pretty.replacing("\"q0 }{\",", with: "\"q0 }{\"") + Self.pretty
        let path = try folder.write("rows.jsonl", Self.pretty + broken)
        let dataset = try Dataset.read(path: path, reading)
        #expect(dataset.training.count == 5 && dataset.leftOut.count == 1)
    }

    @Test(arguments: [
        ("NaN", "NaN"), ("Infinity", "Infinity"), ("-Infinity", "-Infinity"), ("null", "null"),
    ])
    func numbersThatJSONLacksAreMissingValues(_ value: String, _ name: String) throws {
        let row = #"{"instruction":"q","input":\#(value),"output":"a","score":[\#(value)]}"#
        #expect(try questions(row) == ["q"])
        #expect(try read(row).training[0].fields == [:])
        let error = try fault(reading: #"{"instruction":"q","output":\#(value)}"#)
        #expect(error?.message.contains("output is \(name), not a string") == true)
        #expect(try fault(reading: #"{"instruction":"q","output":nan}"#)?.code == .brokenRow)
    }

    @Test(arguments: ["rows.jsonl", "lists.jsonl", "pretty.jsonl", "wrapped.json"])
    func aWindowHoldsTheRowsOfTheWhole(_ name: String) throws {
        let folder = try TemporaryFolder()
        let rows = (0..<7).map { #"{"prompt":"q\#($0)","completion":"a"}"# }
        let text =
            switch name {
            case "lists.jsonl":
                (0..<7).map { _ in "[\(chatRow("q", "a"))]" }.joined(separator: "\n")
            case "pretty.jsonl":
                rows.map { $0.replacing(",", with: ",\n ") }.joined(separator: "\n")
            case "wrapped.json": "{\"a\":1,\n\"data\":[\(rows.joined(separator: ",\n"))]}"
            default: rows.joined(separator: " ")
            }
        let path = try folder.write(name, text)
        let whole = try Dataset.read(path: path).training
        #expect(whole.count == 7)
        for window in [0..<2, 3..<5, 5..<20] {
            let part = try Dataset.records(window, path: path)
            #expect(part.map(\.source) == whole[window.clamped(to: 0..<7)].map(\.source))
        }
    }

    // MARK: Formats

    private static let both = #"""
        {"conversations":[{"from":"human","value":"c"},{"from":"gpt","value":"d"}],"instruction":"i","output":"o"}
        """#

    @Test func oneOfTwoFormatsIsReadAndTheOtherNamed() throws {
        let dataset = try read(Self.both)
        #expect(dataset.format == .shareGPT)
        #expect(dataset.decisions.count == 1)
        #expect(
            dataset.decisions[0].contains("alpaca") && dataset.decisions[0].contains("--format")
        )
        let folder = try TemporaryFolder()
        var reading = Dataset.Reading()
        reading.format = .alpaca
        let path = try folder.write("rows.jsonl", Self.both)
        let other = try Dataset.read(path: path, reading)
        #expect(other.training[0].messages?.map(\.content) == ["i", "o"])
        #expect(other.decisions.isEmpty)
        reading.format = .messages
        let error = #expect(throws: DatasetError.self) { try Dataset.read(path: path, reading) }
        #expect(error?.message.contains("is not in the format messages") == true)
    }

    @Test func aFormatWhoseMembersAreEmptyIsNotShown() throws {
        let dataset = try read(#"{"messages":[],"prompt":"p","completion":"c"}"#)
        #expect(dataset.format == .promptCompletion && dataset.decisions.isEmpty)
    }

    @Test func documentsHaveNeitherFormatsNorMembers() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.txt", "one")
        var reading = Dataset.Reading()
        reading.format = .alpaca
        #expect(throws: DatasetError.self) { try Dataset.read(path: path, reading) }
        reading.format = .text
        #expect(try Dataset.read(path: path, reading).training.count == 1)
        reading.mapping = try ColumnMapping("text=body")
        #expect(throws: DatasetError.self) { try Dataset.read(path: path, reading) }
        let documents = try read("one\n\n\ntwo", as: "b.txt")
        #expect(throws: DatasetError.self) { try documents.deduplicated(by: .question) }
    }
}
