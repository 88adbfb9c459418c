import ChatTemplates
import Datasets
import Platform
import Testing
import Tokenizers

/// Members, roles and marks of messages.
struct MessageTests {
    private func unlearnt(_ answers: String...) throws -> Set<Int> {
        let turns = answers.map { #"{"role":"user","content":"q"},{"role":"assistant",\#($0)}"# }
        let record = try read(#"{"messages":[\#(turns.joined(separator: ","))]}"#).training[0]
        guard case .conversation(let dialogue) = record.content else { return [-1] }
        return dialogue.unlearnt
    }

    @Test(arguments: [
        #""weight":0"#, #""train":false"#, #""training":0"#, #""trainable":false"#,
        #""loss":false"#, #""loss":0.0"#, #""train":"False""#, #""masked":true"#, #""mask":1"#,
        #""loss_scale":0"#, #""is_trainable":false"#, #""loss_mask":0"#,
    ])
    func anAnswerThatIsMarkedIsReadAndNotLearnt(_ mark: String) throws {
        #expect(try unlearnt(#""content":"no",\#(mark)"#, #""content":"yes""#) == [1])
        let row = #"""
            {"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b",\#(mark)},{"from":"gpt","value":"c"}]}
            """#
        guard case .conversation(let dialogue) = try read(row).training[0].content else { return }
        #expect(dialogue.unlearnt == [1])
        #expect(try read(row).training[0].unread.isEmpty)
    }

    @Test(arguments: [
        #""train":true"#, #""weight":1.0"#, #""masked":false"#, #""loss":null"#, #""train":"1""#,
    ])
    func aMarkMaySayThatAnAnswerIsLearnt(_ mark: String) throws {
        #expect(try unlearnt(#""content":"yes",\#(mark)"#).isEmpty)
    }

    @Test(arguments: [
        (#""train":"perhaps""#, "message 2: train is a string, not true or false"),
        (#""loss":2.5"#, "message 2: loss is a number, not true or false"),
        (#""train":true,"weight":0"#, "message 2: weight and train contradict each other"),
    ])
    func aMarkThatSaysNothingIsRefused(_ mark: String, _ says: String) throws {
        let row = #"""
            {"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a",\#(mark)}]}
            """#
        #expect(try fault(reading: row)?.message.contains(says) == true)
    }

    @Test func membersThatAreNotReadAreNamed() throws {
        let rows = #"""
            {"messages":[{"role":"user","content":"q","mood":"glad"},{"role":"assistant","content":"a","id":7,"name":"n","refusal":null,"annotations":[]}]}
            {"messages":[{"role":"user","content":"r","train":true},{"role":"assistant","content":"b"}]}
            {"messages":[{"role":"user","content":"s","train":false},{"role":"assistant","content":"b"}]}
            """#
        let dataset = try read(rows)
        #expect(dataset.training.map(\.unread) == [["mood", "id"], ["train"], []])
        #expect(
            dataset.decisions
                == ["members of messages that are not read, in 2 rows: id, mood, train"]
        )
        let report = try DatasetLint().report(on: dataset)
        #expect(report.findings.map(\.rule) == [.unreadMember, .unreadMember])
        #expect(report.blocking().isEmpty)
        #expect(
            report.findings.map(\.detail).sorted() == [
                "messages have members that are not read: id, mood",
                "messages have members that are not read: train",
            ]
        )
    }

    @Test(arguments: [
        ("User", "user"), ("human", "user"), ("HUMAN", "user"), ("Assistant", "assistant"),
        ("gpt", "assistant"), ("model", "assistant"), ("bot", "assistant"), ("ai", "assistant"),
        (" User ", "user"), ("Human\\n", "user"),
        ("System", "system"), ("developer", "system"), ("Tool", "tool"), ("observation", "tool"),
    ])
    func rolesHaveOtherNames(_ name: String, _ role: String) throws {
        let row = #"""
            {"messages":[{"role":"\#(name)","content":"q"},{"role":"assistant","content":"a"}]}
            """#
        #expect(try read(row).training[0].messages?.first?.role == role)
    }

    @Test func messagesMayHaveTheNamesOfShareGPT() throws {
        let row = #"""
            {"messages":[{"from":"human","value":"q"},{"from":"gpt","value":"a","weight":0},{"role":"user","content":"r"},{"from":"gpt","value":"b"}]}
            """#
        let dataset = try read(row)
        guard case .conversation(let dialogue) = dataset.training[0].content else { return }
        #expect(dataset.format == .messages)
        #expect(dataset.training[0].messages?.map(\.content) == ["q", "a", "r", "b"])
        #expect(dialogue.unlearnt == [1])
        let broken = #"{"messages":[{"from":"moon","value":"q"}]}"#
        #expect(
            try fault(reading: broken)?.message.contains(
                "message 1 is from the unknown speaker \"moon\""
            ) == true
        )
    }

    // MARK: Parts

    @Test(arguments: [
        #"[{"type":"text","text":"one "},{"type":"text","text":"two"}]"#,
        #"[{"type":"input_text","text":"one "},"two"]"#,
        #"[{"type":"output_text","text":{"value":"one two","annotations":[]}}]"#,
        #"[{"text":"one two"}]"#, #"{"type":"text","text":"one two"}"#,
    ])
    func partsOfTextAreOneText(_ content: String) throws {
        let row = #"""
            {"messages":[{"role":"user","content":\#(content)},{"role":"assistant","content":"a"}]}
            """#
        #expect(try read(row).digest == read(chatRow("one two", "a")).digest)
        let turn = #"""
            {"conversations":[{"from":"human","value":\#(content)},{"from":"gpt","value":"a"}]}
            """#
        #expect(try read(turn).digest == read(chatRow("one two", "a")).digest)
    }

    @Test(arguments: [
        (#"[{"type":"text","text":"a"},{"type":"image_url","image_url":{}}]"#, "type image_url"),
        (#"[{"type":"input_audio","input_audio":{}}]"#, "part 1 is of the type input_audio"),
        (#"[{"type":"tool_use","text":"a"}]"#, "only text is trained on"),
        (#"[3]"#, "part 1 is a number, not a text"),
        (#"[{"type":"text","text":null}]"#, "part 1: text is null, not a string"),
    ])
    func aPartThatIsNoTextIsRefusedByItsType(_ content: String, _ says: String) throws {
        let row = #"""
            {"messages":[{"role":"user","content":\#(content)},{"role":"assistant","content":"a"}]}
            """#
        let error = try fault(reading: row)
        #expect(error?.code == .wrongShape)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "none")")
    }
}
