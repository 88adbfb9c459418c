import Foundation
import Testing

/// How the program responds to what users type.
@Suite struct UsageTests {
    @Test(arguments: [
        (["trian"], "`workbench train`"), (["regsitry"], "`workbench registry`"),
        (["modle", "list"], "`workbench model`"), (["runs", "lsit"], "`workbench runs list`"),
        (["serve", "token", "list"], "`workbench serve tokens`"),
        (["model", "quant"], "`workbench model quantize`"),
        (["--json", "genrate"], "`workbench generate`"),
    ])
    func aMistypedCommandGetsASuggestion(_ words: [String], _ suggestion: String) throws {
        let done = try Program(hasModel: false).run(words)
        #expect(done.status == 64)
        let lines = done.errors.split(separator: "\n")
        #expect(lines.first?.hasPrefix("workbench: There is no command") == true, "\(done.errors)")
        #expect(lines.last?.hasPrefix("hint: Did you mean \(suggestion)") == true, "\(done.errors)")
    }

    @Test func aWordThatIsNearToNothingGetsTheList() throws {
        let done = try Program(hasModel: false).run("xylophone")
        #expect(done.status == 64)
        #expect(done.errors.contains("train") && done.errors.contains("registry"))
    }

    @Test func emptyWordsAreNamedAndNotIgnored() throws {
        let program = try Program(hasModel: false)
        let command = try program.run([""])
        #expect(command.status == 64)
        #expect(!command.errors.contains("Did you mean"), "\(command.errors)")
        #expect(command.errors.hasPrefix("workbench: The name of a command"), "\(command.errors)")
        for words in [
            ["--workspace", "", "runs", "list"], ["runs", "list", "--workspace="],
            ["--workspace=", "--plain"],
        ] {
            let done = try program.run(words)
            #expect(done.status == 64, "\(words)")
            #expect(done.errors.contains("--workspace"), "\(done.errors)")
        }
        for words in [["runs", "show", ""], ["model", "show", ""], ["runs", "import", ""]] {
            let done = try program.run(words)
            #expect(done.status == 1, "\(words)")
            #expect(done.errors.contains("\"\""), "\(done.errors)")
        }
    }

    @Test(arguments: [
        ["--workspace", "{w}", "runs", "list", "--json"],
        ["--workspace={w}", "--json", "runs", "list"],
        ["runs", "--workspace", "{w}", "list", "--json"],
        ["runs", "--json", "list", "--workspace", "{w}"],
    ])
    func sharedOptionsMayPrecedeTheCommand(_ words: [String]) throws {
        let program = try Program(hasModel: false)
        let other = "\(program.folder)/other"
        let done = try program.run(words.map { $0.replacingOccurrences(of: "{w}", with: other) })
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.text == "[]\n")
        #expect(FileManager.default.fileExists(atPath: "\(other)/workbench.db"))
        #expect(!FileManager.default.fileExists(atPath: program.workspace))
    }

    @Test(arguments: [
        (["--steps", "-5"], "steps"), (["--learning-rate", "-0.1"], "learning rate"),
        (["--rank", "-1"], "rank"), (["--warmup", "-3"], "warmup"),
    ])
    func aNumberBelowZeroIsOutOfItsRangeAndNotMissing(_ words: [String], _ name: String) throws {
        let program = try Program()
        let done = try program.run(["train", "--data", try program.dataset()] + words)
        #expect(done.status != 0)
        #expect(!done.errors.contains("Missing value"))
        #expect(done.errors.contains(name) && done.errors.contains(words[1]), "\(done.errors)")
    }

    @Test func aQuantityBelowZeroIsInvalidAndNotMissing() throws {
        let program = try Program(hasModel: false)
        let done = try program.run(["workspace", "gc", "--dry-run", "--older-than", "-2h"])
        #expect(done.status == 64)
        #expect(done.errors.contains("'-2h' is invalid"), "\(done.errors)")
    }

    @Test func aFinishedRunIsNotSaidToBeResumable() throws {
        let program = try Program()
        try program.run("train", "--data", try program.dataset(), "--steps", "2", "--run-name", "a")
        for words in [["runs", "stop", "a"], ["runs", "pause", "a"], ["train", "--resume", "a"]] {
            let done = try program.run(words)
            #expect(done.status == 3, "\(words)")
            #expect(!done.errors.contains("esume it"), "\(done.errors)")
        }
    }

    @Test func everyErrorHasThePrefixOfTheProgram() throws {
        let program = try Program()
        for words in [
            ["train"], ["train", "--data", "nope"], ["train", "--steps", "x"], ["generate"],
            ["runs", "show", "nope"], ["runs", "compare", "a"], ["model", "show"], ["nope"],
            ["train", "--data", "x", "--layers", "x"], ["runs", "list", "--nope"],
            ["model", "score", "tiny", "--ids", "x"], ["screen", "--plain", "--theme", "nope"],
        ] {
            let done = try program.run(words)
            #expect(done.status != 0, "\(words)")
            #expect(done.errors.hasPrefix("workbench: "), "\(words): \(done.errors)")
            #expect(done.text.isEmpty, "\(words)")
            for line in done.errors.split(separator: "\n") {
                #expect(!line.contains(" hint: "), "\(words): \(line)")
            }
        }
    }

    @Test func trainingWithoutDataIsWrongUsage() throws {
        let program = try Program()
        for words in [["train"], ["train", "--steps", "3"]] {
            let done = try program.run(words)
            #expect(done.status == 64)
            #expect(done.errors.contains("--data"), "\(done.errors)")
        }
        let file = try program.file("train.yaml", "steps: 3\n")
        #expect(try program.run("train", "--config", file).status == 64)
    }

    @Test func chatWithAMissingModelFailsBeforeTheFirstQuestion() throws {
        let program = try Program()
        for words in [["--adapter", "nope"], ["--adapter", "./nope"], ["--model", "nope"]] {
            let done = try program.run(["chat"] + words)
            #expect(done.status == 1, "\(words)")
            #expect(done.errors.contains("nope"), "\(done.errors)")
        }
        #expect(try program.run("chat").status == 0)
    }

    @Test func listingsWithNothingInThemAreEmptyLists() throws {
        let program = try Program(hasModel: false)
        for words in [
            ["runs", "list"], ["registry", "list"], ["registry", "board"],
            ["registry", "history"], ["serve", "tokens", "list"],
        ] {
            #expect(try program.run(words + ["--json"]).text == "[]\n", "\(words)")
        }
        for words in [["data", "list"], ["model", "list"]] {
            let text = try program.run(words + ["--json"]).text
            #expect(text.split(separator: "\n").count == 1)
            #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [[String: Any]])
        }
    }

    @Test func theHelpOfTrainHasGroupsDefaultsAndExamples() throws {
        let text = try Program(hasModel: false).run("train", "--help").text
        for part in ["ADAPTER:", "OPTIMIZATION:", "(default: ", "EXAMPLES", "--resume first"] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test func completionOffersWhatIsInTheWorkspace() throws {
        let program = try Program()
        let data = try program.dataset()
        try program.run("data", "add", data, "--name", "my-rows")
        try program.run("train", "--data", data, "--steps", "1", "--run-name", "my-run")
        try program.run("registry", "register", "my-run", "my-model")
        for (words, name) in [
            ("runs show", "my-run"), ("data show", "my-rows"), ("model show", "tiny"),
            ("registry show", "my-model"), ("train --data", "my-rows"),
            ("generate --model", "models:/my-model/1"),
        ] {
            let script = """
                source <("$W" --generate-completion-script bash)
                COMP_WORDS=(workbench \(words) ""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                COMP_LINE="workbench \(words) "; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMP_KEY=9
                _workbench workbench "" "${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\\n' "${COMPREPLY[@]}"
                """
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", "ln -sf \"$W\" \(program.folder)/workbench; \(script)"]
            process.environment = program.environment.merging([
                "W": Program.binary, "PATH": "\(program.folder):/usr/bin:/bin",
            ]) { $1 }
            process.currentDirectoryURL = URL(fileURLWithPath: program.folder)
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            let text = String(
                decoding: output.fileHandleForReading.readDataToEndOfFile(),
                as: UTF8.self
            )
            process.waitUntilExit()
            #expect(text.contains(name), "\(words): \(text)")
        }
    }

    @Test(arguments: [
        "experiment: exp1\n  bell: true\n", "experiment: 'open\n", "- a list\n",
        "experiment: a\nexperiment: b\n",
    ])
    func settingsThatCannotBeReadKeepARunFromStarting(_ text: String) throws {
        let program = try Program()
        let data = try program.dataset()
        try program.run("runs", "list")
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(program.workspace)/config.yaml"))
        for words in [
            ["train", "--data", data, "--steps", "1"],
            ["train", "--data", data, "--steps", "1", "--model", "tiny"],
            ["generate", "--prompt", "x"],
        ] {
            let done = try program.run(words)
            #expect(done.status == 1, "\(words)")
            #expect(done.errors.contains("config.yaml"), "\(done.errors)")
        }
        let listed = try program.run("runs", "list", "--json")
        #expect(listed.text == "[]\n")
        #expect(listed.errors.contains("config.yaml"), "\(listed.errors)")
        let named = try program.run(
            ["train", "--data", data, "--steps", "1", "--model", "tiny", "--experiment", "mine"]
        )
        #expect(named.status == 0, "\(named.errors)")
    }

    @Test func anUnknownSettingIsReportedByEveryCommand() throws {
        let program = try Program()
        try program.run("runs", "list")
        try Data("expriment: e\nthem: dark\n".utf8)
            .write(to: URL(fileURLWithPath: "\(program.workspace)/config.yaml"))
        let done = try program.run("train", "--data", try program.dataset(), "--steps", "1")
        #expect(done.status == 0)
        for name in ["expriment", "them"] { #expect(done.errors.contains(name)) }
        #expect(done.errors.split(separator: "\n").filter { $0.contains("config.yaml") }.count == 2)
    }
}
