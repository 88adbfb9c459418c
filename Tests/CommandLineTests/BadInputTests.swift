import Foundation
import Testing
import TestModels

/// A user's mistake is reported in one clear line with what, where and what to do; nothing traps.
@Suite struct BadInputTests {
    private func expectRefused(_ output: Program.Output, _ parts: String..., status: Int32 = 1) {
        #expect(output.status == status, "\(output.text) \(output.errors)")
        for part in parts { #expect(output.errors.contains(part), "\(part) in: \(output.errors)") }
        #expect(output.errors.split(separator: "\n").count <= 3, "\(output.errors)")
    }

    @Test func aBrokenLineIsNamedWithFileAndLine() throws {
        let program = try Program()
        let good =
            #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#
        let data = try program.file("broken.jsonl", "\(good)\n{\"messages\": [\n\(good)\n")
        expectRefused(
            try program.run("train", "--data", data, "--steps", "1"),
            "broken.jsonl",
            ":2"
        )
        #expect(try program.run("runs", "list", "--json").text == "[]\n")
    }

    @Test(arguments: [
        ("empty.jsonl", ""), ("noanswer.jsonl", #"{"messages":[{"role":"user","content":"q"}]}"#),
    ])
    func dataWithNothingToLearnIsRefused(name: String, text: String) throws {
        let program = try Program()
        let data = try program.file(name, text)
        expectRefused(try program.run("train", "--data", data, "--steps", "1"), name)
    }

    @Test func aTruncatedAndAForeignModelAreRefused() throws {
        let program = try Program()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: program.model))
        let cut = "\(program.folder)/cut.gguf"
        try bytes.prefix(bytes.count * 2 / 3).write(to: URL(fileURLWithPath: cut))
        expectRefused(try program.run("model", "show", cut), "cut.gguf", "hint")
        let text = try program.file("text.gguf", "not a model at all, but a text")
        expectRefused(try program.run("model", "show", text), "text.gguf", "hint")
        expectRefused(
            try program.run("model", "show", "nothing-like-it"),
            "nothing-like-it",
            "hint"
        )
    }

    @Test func theErrorForAMissingModelSaysHowToGetIt() throws {
        let program = try Program(hasModel: false)
        expectRefused(
            try program.run(
                "train",
                "--model",
                "smollm2-135m-instruct",
                "--data",
                try program.dataset()
            ),
            "workbench model pull smollm2-135m-instruct"
        )
    }

    @Test func wrongUsageEndsWith64() throws {
        let program = try Program()
        for arguments in [
            ["train", "--steps", "many"], ["runs", "compare", "one"], ["nonsense"], ["generate"],
        ] {
            let (process, output, errors) = try program.start(arguments)
            _ = output.readDataToEndOfFile()
            _ = errors.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationStatus == 64, "\(arguments)")
        }
    }

    @Test func impossibleSettingsAreRefused() throws {
        let program = try Program()
        let data = try program.dataset()
        for (option, value) in [
            ("--rank", "0"), ("--steps", "0"), ("--batch-size", "0"), ("--learning-rate", "-1"),
            ("--sequence-length", "1"), ("--dropout", "1"), ("--targets", "nose_proj"),
            ("--samples", "-1"), ("--samples", "99999999"), ("--then", "rows rank=4"),
            ("--then", "rows help=1"), ("--then", "rows best=perhaps"),
            ("--gradient-accumulation", "9999999999"),
        ] {
            let done = try program.run("train", "--data", data, "\(option)=\(value)")
            #expect(
                done.status == 1 || done.status == 64,
                "\(option): \(done.status) \(done.errors)"
            )
            #expect(!done.errors.isEmpty)
        }
    }

    @Test func aWorkspaceThatIsAFileIsRefused() throws {
        let program = try Program()
        let path = try program.file("plain", "x")
        expectRefused(try program.run("runs", "list", "--workspace", path), path)
    }

    @Test func aContextThatIsTooLongIsRefused() throws {
        let program = try Program()
        let long = String(repeating: "word ", count: 400)
        expectRefused(
            try program.run("generate", "--prompt", long, "--max-tokens", "3"),
            "too long",
            "limit"
        )
    }

    @Test func aPipeInPlaceOfDataIsRefusedWithoutWaiting() throws {
        let program = try Program()
        let pipe = "\(program.folder)/pipe.jsonl"
        #expect(mkfifo(pipe, 0o600) == 0)
        expectRefused(
            try program.run("train", "--data", pipe, "--steps", "1"),
            "pipe.jsonl",
            "hint"
        )
    }

    @Test func aNameCannotControlTheTerminal() throws {
        let program = try Program()
        let done = try program.run("runs", "show", "\u{1B}]0;owned\u{07}\u{1B}[2J")
        #expect(done.status == 1)
        #expect(!done.errors.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    @Test func anEndlessAnswerEndsAtTheContextLength() throws {
        let program = try Program()
        let done = try program.run(
            "generate",
            "--prompt",
            "q",
            "--max-tokens",
            "\(Int.max)",
            "--raw",
            "--json"
        )
        #expect(done.status == 0, "\(done.errors)")
    }

    @Test func aDeletedRunIsNotDeletedAgainAndCanBeRestored() throws {
        let program = try Program()
        let data = try program.dataset()
        #expect(
            try program.run("train", "--data", data, "--steps", "1", "--run-name", "r").status == 0
        )
        #expect(try program.run("runs", "delete", "r").status == 0)
        expectRefused(try program.run("runs", "delete", "r"), "deleted already", status: 3)
        #expect(try program.run("runs", "restore", "r").status == 0)
        expectRefused(try program.run("runs", "restore", "r"), "not deleted", status: 3)
    }
}
