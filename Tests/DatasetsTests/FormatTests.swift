import ChatTemplates
import Datasets
import Testing
import Tokenizers

struct FormatTests {
    private func messages(_ dataset: Dataset) throws -> [Message] {
        try #require(dataset.training.first?.messages)
    }

    @Test func chatRowsKeepEveryMessage() throws {
        let dataset = try read(
            #"""
            {"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello\n\"you\" \ud83d\ude00 한"}]}
            """#
        )
        #expect(dataset.format == .messages)
        #expect(try messages(dataset).map(\.role) == ["system", "user", "assistant"])
        #expect(try messages(dataset).last?.content == "Hello\n\"you\" 😀 한")
    }

    @Test func alpacaRowsJoinInstructionAndInput() throws {
        let dataset = try read(#"{"instruction":"Translate.","input":"물","output":"Water"}"#)
        #expect(dataset.format == .alpaca)
        #expect(try messages(dataset).map(\.content) == ["Translate.\n\n물", "Water"])
    }

    @Test func alpacaRowsMayHaveASystemMessageAndHistory() throws {
        let dataset = try read(
            #"{"instruction":"c","input":"","output":"d","system":"s","history":[["a","b"]]}"#
        )
        #expect(try messages(dataset).map(\.content) == ["s", "a", "b", "c", "d"])
        #expect(
            try messages(dataset).map(\.role)
                == ["system", "user", "assistant", "user", "assistant"]
        )
    }

    @Test func promptAndCompletionAreAConversation() throws {
        let dataset = try read(#"{"prompt":"1+1?","completion":"2"}"#)
        #expect(dataset.format == .promptCompletion)
        #expect(try messages(dataset).map(\.content) == ["1+1?", "2"])
    }

    @Test func aJSONArrayIsReadWithTheLineOfEveryRow() throws {
        let dataset = try read(
            """
            [
              {"instruction": "a",
               "output": "b"},

              {"instruction": "c", "output": "d"}
            ]
            """,
            as: "rows.json"
        )
        #expect(dataset.format == .alpaca)
        #expect(dataset.training.map(\.source.line) == [2, 5])
    }

    @Test func textIsDividedIntoDocumentsByTwoEmptyLines() throws {
        let dataset = try read("\n하나\n둘\n\n셋\n\n \nfour\r\n", as: "corpus.txt")
        #expect(dataset.format == .text)
        #expect(dataset.training.map(\.source.line) == [2, 8])
        let texts = dataset.training.map { record -> String in
            if case .text(let text) = record.content { text } else { "" }
        }
        #expect(texts == ["하나\n둘\n\n셋", "four"])
    }

    @Test func aFolderHasATrainingPartAndAHeldOutPart() throws {
        let folder = try TemporaryFolder()
        try folder.write("my faq/train.jsonl", chatRow("a", "b") + "\n" + chatRow("c", "d"))
        try folder.write("my faq/validation.json", "[\(chatRow("e", "f"))]")
        try folder.write("my faq/README.md", "#")
        let dataset = try Dataset.read(path: folder.path + "/my faq")
        #expect(dataset.name == "my-faq")
        #expect(dataset.training.count == 2)
        #expect(dataset.heldOut.count == 1)
    }

    @Test func markAndLineEndsAndBlankLinesDoNotMatter() throws {
        let folder = try TemporaryFolder()
        let plain = try folder.write("a.jsonl", chatRow("a", "b") + "\n" + chatRow("c", "d"))
        let text = "\u{FEFF}\(chatRow("a", "b"))\r\n\r\n \(chatRow("c", "d"))\r\n"
        let other = try Dataset.read(path: folder.write("b.jsonl", text))
        #expect(try Dataset.read(path: plain).digest == other.digest)
        #expect(other.training.map(\.source.line) == [1, 3])
    }

    @Test func lineEndsInsideAnAnswerStay() throws {
        let dataset = try read(chatRow("a", #"x\r\ny"#))
        #expect(try messages(dataset).last?.content.utf8.elementsEqual("x\r\ny".utf8) == true)
    }

    @Test func otherStringsOfARowAreKept() throws {
        let row = chatRow("a", "b").dropLast() + #","language":"ko","id":7}"#
        #expect(try read(String(row)).training.first?.fields == ["language": "ko", "id": "7"])
    }

    @Test func namesOfUnicodeNormalFormsAreDifferentMembers() throws {
        let dataset = try read(
            #"{"prompt":"a","completion":"b","\#u{AC00}":"NFC","\#u{1100}\#u{1161}":"NFD"}"#
        )
        #expect(dataset.training.count == 1)
    }

    @Test func aFileNamedTrainIsNamedByItsFolder() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("고객 faq/train.jsonl", chatRow("a", "b"))
        #expect(try Dataset.read(path: file).name == "고객-faq-train")
    }

    @Test func candidatesAreFilesAndFoldersThatCanBeRead() throws {
        let folder = try TemporaryFolder()
        for name in ["b/train.txt", "a.jsonl", "c/facts.json", "README.md", ".d.jsonl"] {
            try folder.write(name, "x")
        }
        let names = try Dataset.candidates(in: folder.path).map { $0.split(separator: "/").last }
        #expect(names == ["a.jsonl", "b"])
    }
}
