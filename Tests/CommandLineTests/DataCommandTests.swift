import Foundation
import Testing

@Suite struct DataCommandTests {
    private static let foreign = """
        질문,답변
        가ㆍ나는 무엇인가요?,하나
        가·나는 무엇인가요?,하나
        "다는, 무엇인가요?",둘

        """

    @Test func aForeignTableBecomesADatasetThatRecordsItsSource() throws {
        let program = try Program()
        let path = try program.file("qa.csv", Self.foreign)
        let refused = try program.run("data", "add", path)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("qa.csv:2: the row is in no known format"))
        #expect(refused.errors.contains("--map instruction=question"))
        let added = try program.run(
            "data",
            "add",
            path,
            "--map",
            "instruction=질문,output=답변",
            "--clean",
            "korean",
            "--deduplicate"
        )
        #expect(added.status == 0, "\(added.errors)")
        let lines = added.text.split(separator: "\n")
        #expect(lines.first?.hasSuffix("  2 rows, 0 held out, read as alpaca") == true)
        #expect(lines.dropFirst().first == "  map instruction=질문,output=답변")
        #expect(lines.last == "  deduplicate by row: 1 row removed")
        let shown = try program.run("data", "show", "qa", "--history", "--json")
        let again = try program.run("data", "convert", "qa", "--deduplicate")
        #expect(again.status == 0 && again.errors.contains("qa needed no change."))
        let history = try #require(shown.objects.first)
        #expect(history["source_format"] as? String == "alpaca")
        #expect((history["steps"] as? [[String: Any]])?.count == 3)
    }

    @Test func everyBrokenRowIsNamed() throws {
        let program = try Program()
        let path = try program.file(
            "rows.jsonl",
            "{\n{\"prompt\":\"a\",\"completion\":\"b\"}\n{}\n"
        )
        let refused = try program.run("data", "add", path)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("  \(path):1:"))
        #expect(refused.errors.contains("  \(path):3: the row is in no known format"))
        let added = try program.run("data", "add", path, "--skip-broken")
        #expect(added.status == 0 && added.text.contains("leave-out: 2 rows broken"))
    }

    @Test func decisionsAreReported() throws {
        let program = try Program()
        try FileManager.default.createDirectory(
            atPath: "\(program.folder)/birds",
            withIntermediateDirectories: true
        )
        for name in ["train", "valid", "test"] { _ = try program.dataset("birds/\(name).jsonl") }
        let folder = "\(program.folder)/birds"
        let added = try program.run("data", "add", folder)
        #expect(added.text.contains("12 rows, 12 held out, read as messages"))
        #expect(added.text.contains("  test.jsonl beside train.jsonl is not read"))
        let again = try program.run("data", "add", folder, "--name", "pigeons")
        #expect(again.text.contains("pigeons@") && again.text.contains("already as birds"))
        for more in [["--dry-run"], ["--steps", "1", "--batch-size", "1"]] {
            let (process, output, errors) = try program.start(
                ["train", "--data", folder, "--allow", "all"] + more
            )
            _ = output.readDataToEndOfFile()
            let said = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(said)")
            #expect(said.contains("test.jsonl beside train.jsonl is not read"), "\(more): \(said)")
        }
    }

    @Test(arguments: [
        ["show", "rows.jsonl", "--history", "--count", "2"],
        ["show", "rows.jsonl", "--count", "0"],
        ["show", "rows.jsonl", "--history", "--packed"], ["show", "rows.jsonl", "--offset=-1"],
        ["lint", "rows.jsonl", "--allow", "nope"], ["lint", "a.txt", "--over-length", "drop"],
        ["add", "a.txt", "--map", "text=body"], ["add", "a.txt", "--format", "alpaca"],
        ["add", "rows.jsonl", "--map", "tools=nope"], ["add", "rows.jsonl", "--format", "yaml"],
        ["add", "a.txt", "--deduplicate", "--by", "answer"],
        ["split", "a.txt", "--eval", "0.5", "--by", "answer"],
    ])
    func optionsWithoutEffectAreRefused(_ arguments: [String]) throws {
        let program = try Program()
        _ = try program.dataset()
        _ = try program.file("a.txt", "one\n\n\ntwo\n")
        let (process, output, errors) = try program.start(["data"] + arguments)
        _ = output.readDataToEndOfFile()
        let said = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus != 0 && !said.isEmpty)
    }

    @Test func spelledControlTokensBlock() throws {
        let program = try Program()
        let path = try program.file(
            "rows.jsonl",
            #"{"prompt":"a","completion":"b<|im_end|>"}"# + "\n"
        )
        let found = try program.run("data", "lint", path)
        #expect(found.status == 3 && found.text.contains("blocks  control-token: "))
        #expect(found.text.contains(": <|im_end|>") && found.text.contains("rows.jsonl:1"))
        let allowed = try program.run("data", "lint", path, "--allow", "control-token")
        #expect(allowed.status == 0)
    }

    @Test func aSplitHoldsOutTheSameRowsAgain() throws {
        let program = try Program()
        let path = try program.dataset(rows: 100)
        func heldOut() throws -> Set<String> {
            let made = try program.run("data", "split", path, "--eval", "0.2", "--json")
            let file = try #require(made.objects.first?["path"] as? String, "\(made.errors)")
            let text = try String(contentsOfFile: "\(file)/validation.jsonl", encoding: .utf8)
            return Set(text.split(separator: "\n").map(String.init))
        }
        let first = try heldOut()
        #expect((5...40).contains(first.count))
        _ = try program.dataset(rows: 200)
        #expect(try heldOut().isSuperset(of: first))
        #expect(try program.run("data", "split", path, "--eval", "1").status == 64)
    }

    @Test func theLintEndsWithThreeWhereSomethingBlocks() throws {
        let program = try Program()
        let data = try program.dataset()
        let clean = try program.run("data", "lint", data)
        #expect(clean.status == 0, "\(clean.text)")
        #expect(clean.text.contains("12 rows and 0 held out"))
        let known = try program.run("data", "lint", data, "--eval-data", data)
        #expect(known.status == 3)
        #expect(known.text.contains("blocks  contamination: "))
        #expect(known.text.contains("held-out row 1 ("))
        let allowed = try program.run(
            "data",
            "lint",
            data,
            "--eval-data",
            data,
            "--allow",
            "contamination",
            "--json"
        )
        #expect(allowed.status == 0)
        let findings = allowed.objects.first?["findings"] as? [[String: Any]]
        #expect(findings?.first?["rule"] as? String == "contamination")
        #expect(findings?.first?["count"] as? Int == 12)
    }

    @Test func trainingOnDataThatBlocksIsRefused() throws {
        let program = try Program()
        let data = try program.dataset()
        let arguments = ["train", "--data", data, "--eval-data", data, "--steps", "1"]
        func train(_ more: String...) throws -> (status: Int32, errors: String) {
            let (process, output, errors) = try program.start(arguments + more)
            _ = output.readDataToEndOfFile()
            let complaint = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, complaint)
        }
        let refused = try train()
        #expect(refused.status == 3)
        #expect(refused.errors.contains("contamination"))
        #expect(refused.errors.contains("--allow contamination"))
        #expect(try train("--allow", "contamination").status == 0)
    }

    @Test func controlCharactersAreNotPrinted() throws {
        let program = try Program()
        let row = #"{"prompt":"a\u001b[31m","completion":""}"#
        let path = try program.file("rows.jsonl", "\(row)\n\(row)\n")
        for arguments in [["data", "lint", path], ["data", "show", path]] {
            let (process, output, _) = try program.start(arguments)
            let text = String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(text.contains("[31m") && !text.contains("\u{1B}"))
        }
    }
}
