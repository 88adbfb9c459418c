import ChatTemplates
import Datasets
import Testing
import Tokenizers

/// Tables as written by spreadsheets and people.
struct TableDialectTests {
    private func contents(_ text: String, as name: String = "rows.csv") throws -> [[String]] {
        try read(text, as: name).training.map { $0.messages?.map(\.content) ?? [] }
    }

    @Test(arguments: [
        ("sep=;\r\nprompt;completion\r\na;b,c\r\n", "rows.csv"),
        ("\u{FEFF}SEP=|\nprompt|completion\na|b,c\n", "rows.csv"),
        ("\"sep=\t\"\nprompt\tcompletion\na\tb,c\n", "rows.csv"),
        ("sep=,\nprompt,completion\na,\"b,c\"\n", "rows.tsv"),
        ("prompt|completion\na|b,c\n", "rows.csv"),
        ("prompt;\"com,ple,tion\";completion\na;x;\"b,c\"\n", "rows.csv"),
    ])
    func theDelimiterIsDeclaredOrFound(_ text: String, _ name: String) throws {
        #expect(try contents(text, as: name) == [["a", "b,c"]])
    }

    @Test func theLineThatDeclaresItIsTheFirst() throws {
        #expect(try fault(reading: "\nsep=;\nprompt;completion\n", as: "rows.csv") != nil)
    }

    @Test(arguments: [
        "prompt,completion\ra,b\rc,d\r", "prompt,completion\ra,b\rc,d",
        "prompt,completion\r\ra,b\r\rc,d\r", "\u{FEFF}sep=,\rprompt,completion\ra,b\rc,d\r",
    ])
    func linesMayEndInCarriageReturns(_ text: String) throws {
        #expect(try contents(text) == [["a", "b"], ["c", "d"]])
    }

    @Test func aCellOfSuchATableMayHoldLineFeeds() throws {
        let text = "prompt,completion\ra,\"one\ntwo\rthree\"\rc,d\r"
        #expect(try contents(text) == [["a", "one\ntwo\nthree"], ["c", "d"]])
        #expect(try contents("\"pro\rmpt\",prompt,completion\nx,a,b\n") == [["a", "b"]])
    }

    @Test(arguments: [
        "prompt, completion\na, b c\n", " prompt ,\tcompletion \na,b c\n",
        "prompt, \"completion\"\na, \"b c\" \n", "prompt; completion\n a;  b c\n",
    ])
    func spacesAroundNamesDoNotCount(_ text: String) throws {
        #expect(
            try contents(text).map { $0.map { String($0.drop { $0 == " " }) } } == [["a", "b c"]]
        )
        #expect(try contents(text)[0][1] == "b c")
    }

    @Test func aSpaceThatIsPartOfAFieldStays() throws {
        #expect(try contents("prompt,completion\na, b\n") == [["a", " b"]])
    }

    @Test(arguments: [
        (",prompt,completion\n0,a,b\n1,c,d\n", "column 1 has no name"),
        ("prompt,completion,,\na,b,,\nc,d,x,\n", "columns 3, 4 have no name"),
        ("prompt;;completion\na;1;b\nc;2;d\n", "column 2 has no name"),
        (",prompt,completion,id\n0,a,b,7\n1,c,d,8\n", "column 1 has no name"),
    ])
    func columnsWithoutANameAreLeftOut(_ text: String, _ says: String) throws {
        #expect(try contents(text) == [["a", "b"], ["c", "d"]])
        let decisions = try read(text, as: "rows.csv").decisions
        #expect(decisions.count == 1 && decisions[0].contains("rows.csv: \(says)"))
    }
}
