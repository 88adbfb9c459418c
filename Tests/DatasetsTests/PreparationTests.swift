import ChatTemplates
import Datasets
import JSON
import Platform
import Testing
import Tokenizers

struct CleaningTests {
    private func cleaned(
        _ text: String,
        _ cleaning: TextCleaning = .korean
    ) throws -> (text: [UInt8], step: DatasetStep) {
        let record = Record(.text(text), source: RecordSource(file: "f", line: 1))
        let dataset = Dataset(name: "d", path: "d", format: .text, training: [record])
        let (result, step) = try dataset.cleaned(cleaning)
        guard case .text(let text) = result.training[0].content else { return ([], step) }
        return (Array(text.utf8), step)
    }

    @Test(arguments: [
        // Jamo become syllables, an accent joins its letter.
        ("\u{1112}\u{1161}\u{11AB} e\u{301}", "\u{D55C} \u{E9}"),
        // Dots between words.
        ("가ㆍ나‧다・라·마･바", "가·나·다·라·마·바"),
        // Without width, except the joiner of an emoji.
        ("\u{FEFF}가\u{200B}나\u{AD}\u{2060}\u{200C}다 👩\u{200D}💻 a\u{200D}b", "가나다 👩\u{200D}💻 ab"),
        // Control characters and marks of direction.
        ("a\u{7}\u{1B}[31mb\u{202E}c\u{9B}", "a[31mbc"),
        // Spaces and line ends.
        ("\n\n 가\u{A0}나\u{3000} \t\r\nb\rc\u{2028}d \n\n", " 가 나\nb\nc\nd"),
        // A zero width space does not keep jamo apart.
        ("\u{1112}\u{200B}\u{1161}", "\u{D558}"),
        // Tabs and spaces inside a line, empty lines inside a text.
        ("if x:\n\n\n\t  y", "if x:\n\n\n\t  y"),
        // A bullet is no dot between words.
        ("• 하나", "• 하나"),
    ])
    func textsAreCleaned(_ text: String, _ expected: String) throws {
        let result = try cleaned(text).text
        #expect(result == Array(expected.utf8), "\(String(decoding: result, as: UTF8.self))")
        let again = try cleaned(String(decoding: result, as: UTF8.self))
        #expect(again.text == result)
        #expect(again.step.counts.allSatisfy { $0.count == 0 })
    }

    @Test func eachRuleIsCounted() throws {
        let step = try cleaned("\u{1112}\u{1161}\u{11AB}ㆍㆍ\u{200B}\u{7} \u{A0}x ").step
        #expect(
            step.description == "clean korean: 1 row changed, 2 nfc, 2 whitespace, 2 middle-dots, "
                + "1 zero-width, 1 control"
        )
    }

    @Test func anUnusedRuleChangesNothing() throws {
        let text = "ㆍ\u{1112}\u{1161}\u{200B} "
        #expect(try cleaned(text, TextCleaning("control")).text == Array(text.utf8))
        #expect(try cleaned(text, TextCleaning("middle-dots")).text.starts(with: "·".utf8))
    }

    @Test func anEmptiedRowIsRemovedAndCounted() throws {
        let dataset = try read("{\"text\":\"\u{200B}\"}\n{\"text\":\"b\"}")
        let (cleaned, step) = try dataset.cleaned(.korean)
        #expect(cleaned.training.count == 1)
        #expect(step.counts.contains(.init("rows emptied and removed", 1)))
    }

    @Test func toolCallsAreUnchanged() throws {
        let row = #"""
            {"messages":[{"role":"user","content":"가ㆍ나"},{"role":"assistant","content":"","reasoning_content":"ㆍ","tool_calls":[{"function":{"name":"f","arguments":{"x":"ㆍ"}}}]}]}
            """#
        let dataset = try read(row).cleaned(.korean).dataset
        guard case .conversation(let dialogue) = dataset.training[0].content else { return }
        #expect(dialogue.messages[0].content == "가·나")
        #expect(dialogue.objects[1]["reasoning_content"] == "·")
        let call: JSONValue = ["function": ["name": "f", "arguments": ["x": "ㆍ"]]]
        #expect(dialogue.objects[1]["tool_calls"] == [call])
    }

    @Test(arguments: ["", "Korean", "nfc,", "nfd"])
    func anUnknownCleaningRuleIsRefused(_ text: String) {
        #expect(throws: DatasetError.self) { try TextCleaning(text) }
    }
}

struct DeduplicationTests {
    private func answers(_ dataset: Dataset) -> [String] {
        dataset.training.map { $0.messages?.last?.content ?? "" }
    }

    @Test func theFirstOfEqualRowsStays() throws {
        let rows = [
            chatRow("a", "1"), chatRow("b", "2"), chatRow("a", " 1 "), chatRow("가", "3"),
            chatRow("\u{1100}\u{1161}", "3"), chatRow("A", "1"),
        ]
        let (dataset, step) = try read(rows.joined(separator: "\n")).deduplicated()
        #expect(dataset.training.map(\.source.line) == [1, 2, 4, 6])
        #expect(step.description == "deduplicate by row: 2 rows removed")
    }

    @Test func rowsMayBeEqualByQuestionAnswerOrMember() throws {
        let rows = [("a", "1", "p"), ("a", "2", "q"), ("b", "1", "p")].map { row in
            "\(chatRow(row.0, row.1).dropLast()),\"page\":\"\(row.2)\"}"
        }
        let dataset = try read(rows.joined(separator: "\n"))
        #expect(try answers(dataset.deduplicated(by: .question).dataset) == ["1", "1"])
        #expect(try answers(dataset.deduplicated(by: .answer).dataset) == ["1", "2"])
        #expect(try answers(dataset.deduplicated(by: .field("page")).dataset) == ["1", "2"])
        let error = #expect(throws: DatasetError.self) {
            try dataset.deduplicated(by: .field("topic"))
        }
        #expect(error?.message.contains("rows.jsonl:1: the row has no topic") == true)
        #expect(error?.hint?.contains("page") == true)
    }

    @Test func heldOutRowsAreRemovedFromTraining() throws {
        let dataset = Dataset(
            name: "d",
            path: "d",
            format: .messages,
            training: [conversation("a", "1"), conversation("b", "2")],
            heldOut: [conversation("a", "1"), conversation("a", "1")]
        )
        let (result, step) = try dataset.deduplicated()
        #expect(answers(result) == ["2"])
        #expect(result.heldOut.count == 1)
        #expect(step.counts == [.init("rows removed", 2)])
    }
}

struct PreparationTests {
    private let foreign = """
        {"q":"가ㆍ나?","a":"1","page":"p"}
        {"q":"가·나?","a":"1","page":"p"}
        {"q":3}
        {"q":"다?","a":"2","page":"q"}
        {"q":"라?","a":"3","page":"q"}
        """

    private func rows(_ records: [Record]) -> String {
        records.count == 1 ? "1 row" : "\(records.count) rows"
    }

    @Test func theStepsAreRecordedWithTheirCountsAndTheSource() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("faq.jsonl", foreign)
        var preparation = Preparation()
        #expect(preparation.isEmpty)
        preparation.mapping = try ColumnMapping("instruction=q,output=a")
        preparation.leavesBrokenRowsOut = true
        preparation.cleaning = .korean
        preparation.deduplication = .row
        preparation.heldOut = HeldOutShare(0.5, by: .field("page"))
        let (dataset, provenance) = try preparation.read(path: path)
        #expect(dataset.training.count + dataset.heldOut.count == 3)
        #expect(provenance.source == path && provenance.sourceFormat == .alpaca)
        #expect(provenance.sourceDigest != dataset.digest)
        #expect(
            provenance.steps.map(\.description) == [
                "map instruction=q,output=a", "leave-out: 1 row broken",
                "clean korean: 1 row changed, 0 nfc, 0 whitespace, 1 middle-dots, 0 zero-width, "
                    + "0 control",
                "deduplicate by row: 1 row removed",
                "split 0.5 by page: \(rows(dataset.training)) to train on, "
                    + "\(rows(dataset.heldOut)) held out",
            ]
        )
    }

    @Test func writtenRowsReadAsTheSameRows() throws {
        let rows = [
            chatRow("a", #"x\r\n\"y\" \u0001"#),
            #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"no","weight":0},{"role":"user","content":"r"},{"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]}],"tools":[{"type":"function"}],"language":"ko","text":"t"}"#,
        ]
        for text in rows + [rows.joined(separator: "\n")] {
            let dataset = try read(text)
            let lines = String(decoding: dataset.jsonLines(.training), as: UTF8.self)
            let again = try read(lines)
            #expect(again.digest == dataset.digest)
            #expect(
                again.training.last?.fields["language"] == dataset.training.last?.fields["language"]
            )
        }
        let corpus = try read("하나\n둘\n\n\nthree", as: "a.txt")
        let lines = String(decoding: corpus.jsonLines(.training), as: UTF8.self)
        #expect(try read(lines).digest == corpus.digest)
    }
}
