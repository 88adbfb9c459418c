import ChatTemplates
import Datasets
import JSON
import Platform
import Testing
import Tokenizers

/// The formats that other tools write.
struct ForeignFormatTests {
    private func dialogue(_ text: String, as name: String = "rows.jsonl") throws -> Conversation {
        let record = try #require(try read(text, as: name).training.first)
        guard case .conversation(let dialogue) = record.content else {
            throw DatasetError(.wrongShape, "no conversation")
        }
        return dialogue
    }

    private func turns(_ text: String) throws -> [String] {
        try dialogue(text).messages.map { "\($0.role): \($0.content)" }
    }

    @Test func dollyRowsJoinInstructionAndContext() throws {
        let row = #"{"instruction":"Who?","context":"Kim came.","response":"Kim","category":"qa"}"#
        #expect(try read(row).format == .dolly)
        #expect(try read(row).training[0].fields == ["category": "qa"])
        #expect(try turns(row) == ["user: Who?\n\nKim came.", "assistant: Kim"])
    }

    @Test func shareGPTSpeakersBecomeRoles() throws {
        let row = #"""
            {"id":"1","conversations":[{"from":"system","value":"s"},{"from":"human","value":"a"},{"from":"gpt","value":"b"},{"from":"user","value":"c"},{"from":"chatgpt","value":"d"}]}
            """#
        #expect(try read(row).format == .shareGPT)
        #expect(
            try turns(row) == ["system: s", "user: a", "assistant: b", "user: c", "assistant: d"]
        )
    }

    @Test func shareGPTMayUseOpenAINamesAndASystemMember() throws {
        let row = #"""
            {"system":"s","conversations":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}
            """#
        #expect(try turns(row) == ["system: s", "user: a", "assistant: b"])
    }

    @Test func shareGPTToolCallsAreToolCalls() throws {
        let row = #"""
            {"tools":"[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]","conversations":[{"from":"human","value":"a"},{"from":"function_call","value":"{\"name\":\"f\",\"arguments\":{\"x\":1}}"},{"from":"observation","value":"2"},{"from":"gpt","value":"two"}]}
            """#
        let dialogue = try dialogue(row)
        #expect(dialogue.messages.map(\.role) == ["user", "assistant", "tool", "assistant"])
        #expect(dialogue.tools?.count == 1)
        let call: JSONValue = [
            "type": "function", "function": ["name": "f", "arguments": ["x": 1]],
        ]
        #expect(dialogue.objects[1]["tool_calls"] == [call])
    }

    @Test func anUnknownSpeakerIsNamed() throws {
        let error = try fault(reading: #"{"conversations":[{"from":"narrator","value":"x"}]}"#)
        #expect(error?.code == .unknownRole)
        #expect(error?.message.contains("turn 1 is from the unknown speaker \"narrator\"") == true)
    }

    @Test func toolCallsAreKeptWithTheirArgumentsAsAnObject() throws {
        let row = #"""
            {"messages":[{"role":"developer","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}}]},{"role":"tool","tool_call_id":"c1","content":"2"},{"role":"assistant","content":"two"}],"tools":[{"type":"function","function":{"name":"f"}}]}
            """#
        let chat = try dialogue(row)
        #expect(chat.role(ofMessage: 0) == "system")
        #expect(chat.objects[2]["content"] == "")
        let call: JSONValue = [
            "id": "c1", "type": "function", "function": ["name": "f", "arguments": ["x": 1]],
        ]
        #expect(chat.objects[2]["tool_calls"] == [call])
        #expect(chat.objects[3]["tool_call_id"] == "c1")
        #expect(chat.tools == [["type": "function", "function": ["name": "f"]]])
    }

    @Test(arguments: [
        (#"{"role":"assistant","content":null,"tool_calls":[3]}"#, "a call is a number"),
        (#"{"role":"assistant","content":null,"tool_calls":{}}"#, "tool_calls is an object"),
        (#"{"role":"assistant","content":null,"tool_calls":[{}]}"#, "a call names no function"),
        (#"{"role":"assistant","content":"a","weight":0.5}"#, "a weight is 0 or 1"),
    ])
    func badCallsAndWeightsAreNamed(_ message: String, _ says: String) throws {
        let error = try fault(reading: #"{"messages":[\#(message)]}"#)
        #expect(error?.code == .wrongShape)
        #expect(error?.message.contains("message 1: \(says)") == true, "\(error?.message ?? "")")
    }

    @Test func toolCallsCountForTheDigest() throws {
        func digest(_ argument: Int) throws -> String {
            try read(
                #"""
                {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"x":\#(argument)}}}]}]}
                """#
            ).digest
        }
        #expect(try digest(1) == digest(1))
        #expect(try digest(1) != digest(2))
    }

    @Test func anAnswerOfWeightZeroIsReadButNotLearnt() throws {
        func row(_ weight: Int) -> String {
            #"""
            {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"no","weight":\#(weight)},{"role":"user","content":"b"},{"role":"assistant","content":"yes"}]}
            """#
        }
        let renderer = try TinyModel.renderer()
        let record = try read(row(0)).training[0]
        let example = try #require(try renderer.examples(of: record).first)
        let learnt = example.pieces(renderer.tokenizer).filter(\.isTarget)
        #expect(learnt.map { String(decoding: $0.bytes, as: UTF8.self) } == ["yes<|im_end|>\n"])
        #expect(try read(row(0)).digest != read(row(1)).digest)
        #expect(try renderer.examples(of: read(row(1)).training[0])[0].targetCount == 9)
    }

    @Test func onlyTheCompletionOfAConversationalPromptIsLearnt() throws {
        let dialogue = try dialogue(
            #"""
            {"prompt":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}],"completion":[{"role":"assistant","content":"d"}]}
            """#
        )
        #expect(dialogue.messages.map(\.content) == ["a", "b", "c", "d"])
        #expect(dialogue.unlearnt == [1])
    }

    @Test func rowsOfTextAreDocuments() throws {
        let dataset = try read("{\"text\":\"하나\",\"source\":\"a\"}\n{\"text\":\"둘\"}\n")
        #expect(dataset.format == .text)
        #expect(dataset.training.map(\.fields) == [["source": "a"], [:]])
        #expect(dataset.digest == (try read("하나\n\n\n둘", as: "a.txt")).digest)
        #expect(try fault(reading: #"{"text":" \n"}"#)?.code == .noTarget)
    }

    @Test func anAlpacaRowThatRepeatsItselfAsTextIsAlpaca() throws {
        let row = #"{"instruction":"a","input":"","output":"b","text":"a b"}"#
        #expect(try read(row).format == .alpaca)
    }

    @Test func aPageInMarkdownIsOneDocument() throws {
        let dataset = try read("# 제목\n\n\n\n본문\n", as: "page.md")
        #expect(dataset.training.count == 1)
        guard case .text(let text) = dataset.training[0].content else { return }
        #expect(text == "# 제목\n\n\n\n본문")
    }

    @Test func aFolderOfDocumentsIsADataset() throws {
        let folder = try TemporaryFolder()
        try folder.write("b.md", "둘")
        try folder.write("a.txt", "하나\n\n\n셋")
        try folder.write("image.png", "x")
        try folder.write("README.md", "These are pages.")
        let dataset = try Dataset.read(path: folder.path)
        #expect(dataset.training.map(\.source.line) == [1, 4, 1])
        #expect(dataset.files == ["\(folder.path)/a.txt", "\(folder.path)/b.md"])
        try folder.write("rows.jsonl", chatRow("a", "b"))
        #expect(throws: DatasetError.self) { try Dataset.read(path: folder.path) }
    }
}

struct ColumnMappingTests {
    private func read(_ text: String, _ mapping: String) throws -> Dataset {
        let folder = try TemporaryFolder()
        var reading = Dataset.Reading()
        reading.mapping = try ColumnMapping(mapping)
        return try Dataset.read(path: folder.write("rows.jsonl", text), reading)
    }

    @Test func foreignNamesAreMappedToKnownOnes() throws {
        let dataset = try read(
            #"{"question":"a","answer":"b","context":"c","id":1}"#,
            "instruction=question, output=answer"
        )
        #expect(dataset.format == .alpaca)
        #expect(dataset.training[0].messages?.map(\.content) == ["a", "b"])
        #expect(dataset.training[0].fields == ["context": "c", "id": "1"])
    }

    @Test func aMissingColumnIsNamedWithThoseThatAreThere() throws {
        let error = #expect(throws: DatasetError.self) {
            try read(#"{"q":"a","a":"b"}"#, "prompt=question,completion=a")
        }
        #expect(
            error?.message.contains("the row has no question, which is mapped to prompt") == true
        )
        #expect(error?.hint == "its members are q, a")
    }

    @Test(arguments: [
        ("instruction=q,output=a,input=nope", "no row of"),
        ("instruction=q,output=a,context=c", "read as alpaca, which has no context"),
        ("prompt=q,completion=a,messages=c", "which has no messages"),
    ])
    func aPairThatChangesNothingIsRefused(_ mapping: String, _ says: String) throws {
        let error = #expect(throws: DatasetError.self) {
            try read(#"{"q":"a","a":"b","c":""}"#, mapping)
        }
        #expect(error?.code == .invalidStep)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
    }

    @Test func anOptionalColumnMayBeMissingFromARow() throws {
        let text = #"{"q":"a","a":"b","c":"x"}"# + "\n" + #"{"q":"a","a":"b"}"#
        let dataset = try read(text, "instruction=q,output=a,input=c")
        #expect(dataset.training.map { $0.messages?.first?.content } == ["a\n\nx", "a"])
    }

    @Test(arguments: ["", "a", "=b", "prompt=", "prompt=a,prompt=b", "colour=a", "prompt=a,"])
    func aMappingThatMapsNothingIsRefused(_ text: String) {
        let error = #expect(throws: DatasetError.self) { try ColumnMapping(text) }
        #expect(error?.code == .invalidStep)
    }

    @Test func aMappingIsWrittenAsItIsRead() throws {
        let text = "instruction=question,output=answer"
        #expect(try ColumnMapping(text).description == text)
    }
}
