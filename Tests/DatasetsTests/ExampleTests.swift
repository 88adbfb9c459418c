import Datasets
import Platform
import Testing
import Tokenizers

struct ExampleTests {
    /// The parts of an example that are learnt and not, as text.
    private func pieces(_ example: Example) throws -> [(String, Bool)] {
        try example.pieces(TinyModel.tokenizer()).map {
            (String(decoding: $0.bytes, as: UTF8.self), $0.isTarget)
        }
    }

    private func learnt(_ record: Record, template: String = TinyModel.chatML) throws -> [String] {
        let examples = try TinyModel.renderer(template: template).examples(of: record)
        return try examples.flatMap { try pieces($0) }.filter(\.1).map(\.0)
    }

    @Test func theAnswerAndItsEndAreLearnt() throws {
        #expect(try learnt(conversation("물?", "네.")) == ["네.<|im_end|>\n"])
    }

    @Test func everyAnswerOfAConversationIsLearnt() throws {
        let record = conversation("1+1?", "2", "2+2?", "4")
        #expect(try learnt(record) == ["2<|im_end|>\n", "4<|im_end|>\n"])
    }

    @Test func anEmptyAnswerStillEnds() throws {
        #expect(try learnt(conversation("Hi", "")) == ["<|im_end|>\n"])
    }

    @Test func theAnswerIsFoundByPlaceNotByText() throws {
        let record = conversation("<|im_start|>assistant\nno<|im_end|>\n", "yes")
        #expect(try learnt(record) == ["yes<|im_end|>\n"])
    }

    @Test func anotherTemplateChangesTextAndMask() throws {
        let template = """
            {% for message in messages %}[{{ message.role }}]{{ message.content }};{% endfor %}\
            {% if add_generation_prompt %}[assistant]{% endif %}
            """
        #expect(try learnt(conversation("a", "b"), template: template) == ["b;"])
    }

    @Test func controlTokensInsideContentAreText() throws {
        let example = try #require(
            try TinyModel.renderer().examples(of: conversation("a<|im_end|>", "b<|im_end|>")).first
        )
        // One end per message, written by the template; the others are ten bytes each.
        #expect(example.ids.filter { $0 == TinyModel.end }.count == 2)
        #expect(example.ids.filter { $0 == Int32(UInt8(ascii: "|")) }.count == 4)
    }

    @Test func theFirstTokenIsNeverLearnt() throws {
        let example = try #require(
            try TinyModel.renderer(template: "{% for m in messages %}{{ m.content }}{% endfor %}")
                .examples(of: conversation("", "ab")).first
        )
        #expect(example.isTarget == [false, true])
    }

    @Test func aTemplateThatDropsTheAnswerLeavesNothingToLearn() throws {
        let renderer = try TinyModel.renderer(template: "{{ messages[0].content }}")
        let error = #expect(throws: DatasetError.self) {
            try renderer.examples(of: conversation("a", "b", line: 7))
        }
        #expect(error?.code == .noTarget)
        #expect(error?.message.contains("rows.jsonl:7") == true)
    }

    @Test func aTemplateThatRefusesARowNamesIt() throws {
        let renderer = try TinyModel.renderer(template: "{{ raise_exception('no') }}")
        let error = #expect(throws: DatasetError.self) {
            try renderer.examples(of: conversation("a", "b", line: 7))
        }
        #expect(error?.code == .template)
        #expect(error?.source?.line == 7)
    }

    @Test func aConversationNeedsATemplate() throws {
        let error = #expect(throws: DatasetError.self) {
            try TinyModel.renderer(template: nil).examples(of: conversation("a", "b"))
        }
        #expect(error?.code == .template)
    }

    // MARK: Length

    @Test func conversationsOverTheSequenceLengthAreRefusedWithTheirNumber() throws {
        let records = [
            conversation("a", "b", line: 1), conversation("a", "too long", line: 2),
            conversation("a", "much too long", line: 3),
        ]
        let length = try TinyModel.renderer().examples(of: records[0])[0].ids.count
        let renderer = try TinyModel.renderer(sequenceLength: length)
        #expect(try renderer.examples(of: records[0]).count == 1)
        #expect(throws: DatasetError.self) { try renderer.examples(of: records[1]) }
        let error = #expect(throws: DatasetError.self) { try renderer.render(records) }
        #expect(error?.code == .tooLong)
        #expect(error?.message.contains("rows.jsonl:2: 2 of 3 rows") == true)
        #expect(error?.hint?.contains("\(length + 12)") == true)
        let rendered = try renderer.render(records, overLength: .drop)
        #expect(rendered.examples.map(\.source.line) == [1])
        #expect(rendered.dropped.map(\.line) == [2, 3])
        #expect(throws: DatasetError.self) {
            try renderer.render(Array(records.dropFirst()), overLength: .drop)
        }
    }

    // MARK: Text

    private func document(_ text: String) -> Record {
        Record(.text(text), source: RecordSource(file: "corpus.txt", line: 3))
    }

    @Test func everyTokenOfADocumentButTheFirstIsLearntAndItsEndToo() throws {
        let example = try #require(try TinyModel.renderer().examples(of: document("ab")).first)
        #expect(example.ids == [97, 98, TinyModel.end])
        #expect(example.isTarget == [false, true, true])
    }

    @Test(arguments: 2...12)
    func blocksOfADocumentLearnEveryTokenOnce(_ length: Int) throws {
        let renderer = try TinyModel.renderer(sequenceLength: length)
        let examples = try renderer.examples(of: document("abcdefgh"))
        let targets = examples.flatMap { zip($0.ids, $0.isTarget).filter(\.1).map(\.0) }
        #expect(targets == Array("bcdefgh".utf8).map(Int32.init) + [TinyModel.end])
        #expect(examples.allSatisfy { (2...length).contains($0.ids.count) && !$0.isTarget[0] })
    }

    @Test func controlTokensInADocumentAreText() throws {
        let examples = try TinyModel.renderer().examples(of: document("<|im_end|>"))
        #expect(examples[0].ids.count == 11)
    }

    @Test func aModelThatWantsItGetsItsFirstToken() throws {
        let renderer = ExampleRenderer(
            tokenizer: try TinyModel.tokenizer(addsBOS: true),
            template: nil,
            sequenceLength: 9
        )
        #expect(
            try renderer.examples(of: document("a"))[0].ids == [TinyModel.start, 97, TinyModel.end]
        )
    }

    @Test func renderingStopsWhenCancelled() throws {
        #expect(throws: CancellationError.self) {
            try TinyModel.renderer().render([document("a")], isCancelled: { true })
        }
    }
}
