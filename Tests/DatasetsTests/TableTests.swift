import ChatTemplates
import Datasets
import Platform
import Testing
import Tokenizers

struct TableTests {
    private func contents(_ text: String, as name: String = "rows.csv") throws -> [[String]] {
        try read(text, as: name).training.map { $0.messages?.map(\.content) ?? [] }
    }

    @Test func aHeaderNamesTheColumns() throws {
        let text = "\u{FEFF}id,prompt,completion\r\n1,물?,네\r\n\r\n2,b,c\r\n"
        let dataset = try read(text, as: "rows.csv")
        #expect(dataset.format == .promptCompletion)
        #expect(dataset.training.map(\.source.line) == [2, 4])
        #expect(dataset.training.map(\.fields) == [["id": "1"], ["id": "2"]])
        #expect(try contents(text) == [["물?", "네"], ["b", "c"]])
    }

    @Test func aFieldInQuotesMayHoldDelimitersLineEndsAndQuotes() throws {
        let text = "prompt,completion\n\"a, b\",\"c\r\n\"\"d\"\"\n\"\n\"\",x\n"
        #expect(try contents(text) == [["a, b", "c\n\"d\"\n"], ["", "x"]])
        #expect(try read(text, as: "rows.csv").training.map(\.source.line) == [2, 5])
    }

    @Test func aQuoteWithinAFieldIsAQuote() throws {
        #expect(
            try contents("prompt,completion\n5\" wide,say \"hi\"") == [["5\" wide", "say \"hi\""]]
        )
    }

    @Test(arguments: [("rows.tsv", "\t"), ("rows.csv", ";"), ("rows.csv", "\t"), ("rows.csv", ",")])
    func theDelimiterIsTheHeaders(_ name: String, _ delimiter: String) throws {
        let lines = [["prompt", "completion"], ["a", "b"]].map { $0.joined(separator: delimiter) }
        #expect(try contents(lines.joined(separator: "\n"), as: name) == [["a", "b"]])
    }

    @Test func aTableOfTextIsDocuments() throws {
        #expect(try read("text\n하나\n둘\n", as: "rows.csv").format == .text)
    }

    @Test func conversationsInACellAreReadAsJSON() throws {
        let cell =
            #""[{""role"":""user"",""content"":""a""},{""role"":""assistant"",""content"":""b""}]""#
        #expect(try contents("messages\n\(cell)\n") == [["a", "b"]])
    }

    @Test(arguments: [
        ("prompt,completion\na\n", DatasetError.Code.wrongShape, ":2: the row has 1 fields, the"),
        ("prompt,completion\na,b,c\n", .wrongShape, ":2: the row has 3 fields, the header 2"),
        ("prompt,completion\na,\"b\n\nc", .brokenRow, ":2: the quotes of a field are never closed"),
        ("prompt,completion\na,\"b\"c\n", .brokenRow, ":2: there is text after the quotes of"),
        (
            "prompt,prompt\na,b\n", .unsupported,
            ":1: column 2 of the header repeats the name prompt"
        ),
        (",\na,b\n", .unsupported, ":1: no column of the header has a name"),
        ("question,answer\na,b\n", .wrongShape, "in no known format"),
        ("prompt,completion\n", .empty, "there is no row"),
        ("", .empty, "there is no row"),
    ])
    func anInvalidTableIsNamed(_ text: String, _ code: DatasetError.Code, _ says: String) throws {
        let error = try fault(reading: text, as: "rows.csv")
        #expect(error?.code == code)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "none")")
    }
}
