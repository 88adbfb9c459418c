import Foundation
import Testing
import TestModels
import Training

/// No option of any command is ignored: each has a value that changes the result or is refused.
@Suite struct OptionWalkTests {
    /// An option of a command, as the program lists it.
    struct Option {
        let command: String
        let name: String
        let isFlag: Bool
    }

    /// The options that the program lists.
    private static func options(_ program: Program) throws -> [Option] {
        let dump = try program.run("--experimental-dump-help").text
        let tree = try #require(
            try JSONSerialization.jsonObject(with: Data(dump.utf8)) as? [String: Any]
        )
        var options: [Option] = []
        func walk(_ command: [String: Any], _ path: [String]) {
            for argument in command["arguments"] as? [[String: Any]] ?? [] {
                let names = (argument["names"] as? [[String: Any]] ?? [])
                    .filter { $0["kind"] as? String == "long" }
                    .compactMap { $0["name"] as? String }
                guard let name = names.first, name != "help", name != "version" else { continue }
                options.append(
                    Option(
                        command: path.joined(separator: " "),
                        name: "--\(name)",
                        isFlag: argument["kind"] as? String == "flag"
                    )
                )
            }
            for next in command["subcommands"] as? [[String: Any]] ?? [] {
                guard let name = next["commandName"] as? String, name != "help" else { continue }
                walk(next, path + [name])
            }
        }
        walk(tree["command"] as? [String: Any] ?? [:], [])
        #expect(options.count > 100)
        return options
    }

    /// A workspace with runs, a registered model and files to name.
    private final class Setup {
        let program: Program
        private var words: [String: String] = [:]
        private var count = 0

        init() throws {
            program = try Program()
            let data = try program.dataset()
            let row = #"{"instruction":"a","output":"b"}"#
            let wide = #"{"messages":[{"role":"user","content":"q1"}]}"#
            words = [
                "{data}": data, "{plain}": try program.dataset("plain.jsonl", rows: 3),
                "{twice}": try program.file("twice.jsonl", "\(row)\n\(row)\n"),
                "{broken}": try program.file("broken.jsonl", "\(row)\n{\n"),
                "{messages}": try program.file("messages.json", wide),
                "{quantized}": "\(program.folder)/quantized.gguf",
                "{flow}": try program.file(
                    "walk.yaml",
                    """
                    flow: walk
                    parameters: {word: hello}
                    tasks: {say: {uses: shell, with: {command: "echo ${word}"}}}
                    schedule: {cron: "0 2 * * 0"}
                    """
                ),
            ]
            for (name, seed) in [("first", "1"), ("second", "2"), ("gone", "3")] {
                let done = try program.run(
                    "train",
                    "--data",
                    data,
                    "--steps",
                    "1",
                    "--run-name",
                    name,
                    "--seed",
                    seed,
                    "--eval-split",
                    "0.3",
                    "--json"
                )
                #expect(done.status == 0, "\(done.errors)")
                words["{adapter}"] = done.objects.last?["adapter"] as? String
                guard name != "gone" else { continue }
                #expect(try program.run("registry", "register", name, "faq").status == 0)
            }
            for command in [
                ["runs", "delete", "gone"], ["registry", "promote", "faq", "1"],
                ["data", "split", data, "--eval", "0.3", "--name", "split"],
                [
                    "model", "quantize", "tiny", "--to", "Q4_0", "--no-compare", "--output",
                    "\(program.folder)/quantized.gguf",
                ],
                ["flow", "run", words["{flow}"] ?? ""],
            ] {
                let done = try program.run(command)
                #expect(done.status == 0, "\(command): \(done.errors)")
            }
        }

        /// The words with placeholders in braces replaced.
        func filled(_ words: [String]) throws -> [String] {
            count += 1
            let new = "\(program.folder)/new-\(count)"
            if words.contains("{file}") {
                self.words["{file}"] = try program.file("file", "what was there")
            }
            return words.map { word in
                var word = word.replacingOccurrences(of: "{new}", with: new)
                for (key, value) in self.words {
                    word = word.replacingOccurrences(of: key, with: value)
                }
                return word
            }
        }

        /// The result of a command, without parts that differ each time.
        func outcome(_ words: [String]) throws -> String {
            let done = try program.run(words)
            let pattern =
                /new-[0-9]+|[0-9a-f]{32}|[0-9.]+ tok\/s|"tokens_per_second":[0-9.e+-]+|-r[0-9]+-[0-9]+/
            return "\(done.status) \(done.text) \(done.errors)".replacing(pattern, with: "·")
        }
    }

    @Test func everyOptionChangesWhatHappensOrIsRefused() throws {
        let setup = try Setup()
        let options = try Self.options(setup.program)
        for option in options where option.name != "--workspace" && option.name != "--json" {
            let what = "\(option.command) \(option.name)"
            guard let trial = OptionTable.trials[option.command]?[option.name] else {
                Issue.record("\(what) has no trial")
                continue
            }
            let command = option.command.split(separator: " ").map(String.init)
            switch trial {
            case .refused(let words, let expected):
                let filled = try setup.filled(words + [expected])
                let done = try setup.program.run(command + filled.dropLast())
                #expect(done.status != 0, "\(what) has no effect: \(done.text)")
                #expect(done.errors.contains(filled.last ?? ""), "\(what): \(done.errors)")
            case .differs(let words, let others):
                let outcome = try setup.outcome(command + setup.filled(words))
                let other = try setup.outcome(command + setup.filled(others))
                #expect(outcome != other, "\(what) has no effect: \(outcome)")
            case .elsewhere(let where_):
                #expect(!where_.isEmpty)
            }
        }
        let listed = Set(options.map { "\($0.command) \($0.name)" })
        for (command, trials) in OptionTable.trials {
            for name in trials.keys where !listed.contains("\(command) \(name)") {
                Issue.record("\(command) \(name) is no option any more")
            }
        }
    }

    @Test func everyCommandTakesItsWorkspace() throws {
        let program = try Program()
        let file = try program.file("no-folder", "x")
        // When a line of cron fires depends on no workspace.
        for option in try Self.options(program)
        where option.name == "--workspace" && option.command != "flow schedule next" {
            let command = option.command.split(separator: " ").map(String.init)
            let (process, output, errors) = try program.start(
                command + ["--workspace", file] + Self.needed(option.command)
            )
            _ = output.readDataToEndOfFile()
            let complaint = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 1, "\(option.command): \(complaint)")
            #expect(complaint.contains(file), "\(option.command): \(complaint)")
            #expect(!FileManager.default.fileExists(atPath: program.workspace))
        }
    }

    /// The required arguments of a command.
    private static func needed(_ command: String) -> [String] {
        switch command {
        case "model pull", "model show", "data show", "data lint", "data add", "data convert",
            "runs show", "runs watch", "runs pause", "runs continue", "runs stop", "runs retry",
            "runs delete", "runs restore", "runs import", "registry show", "registry gate",
            "registry rollback", "serve tokens add", "serve tokens remove", "workspace backup":
            ["x"]
        case "model tokenize", "model score": ["x", "--text", "a"]
        case "model template": ["x", "--messages", "y"]
        case "model quantize": ["x", "--to", "F16"]
        case "model convert": ["x"]
        case "model merge": ["x", "--adapter", "y"]
        case "model new": ["x.gguf", "--data", "y"]
        case "data split": ["x", "--eval", "0.5"]
        case "train": ["--data", "x"]
        case "runs compare": ["x", "y"]
        case "registry compare": ["x", "1", "2"]
        case "registry register": ["x", "y"]
        case "registry stage": ["x", "1", "None"]
        case "registry alias": ["x", "y", "1"]
        case "registry approve", "registry promote": ["x", "1"]
        case "generate": ["--prompt", "x"]
        case "watch": ["--", "true"]
        case "alerts ack": ["1"]
        case "flow run", "flow show", "flow logs", "flow why", "flow retry", "flow cancel",
            "flow pause", "flow resume", "flow approve", "flow deny", "flow delete",
            "flow validate", "flow schedule on", "flow schedule off":
            ["x"]
        case "flow backfill": ["x", "--from", "2026-01-01", "--to", "2026-01-02"]
        default: []
        }
    }

    @Test func resumingRefusesEveryOptionThatWouldChangeTheRun() throws {
        let program = try Program()
        for option in try Self.options(program) where option.command == "train" {
            let isResumable = TrainingOptions.option(String(option.name.dropFirst(2)))?.isResumable
            guard isResumable != true, !["--resume", "--workspace", "--json"].contains(option.name)
            else { continue }
            let value = Self.plainValues[option.name] ?? "1"
            let done = try program.run(
                "train",
                "--resume",
                "nobody",
                option.isFlag ? option.name : "\(option.name)=\(value)"
            )
            #expect(done.status == 64, "\(option.name): \(done.errors)")
            #expect(done.errors.contains(option.name), "\(option.name): \(done.errors)")
        }
        for words in [
            ["--threads", "2"], ["--recompute"], ["--gradient-checkpointing"],
            ["--checkpoint-every", "5"],
        ] {
            let done = try program.run(["train", "--resume", "nobody"] + words)
            #expect(done.status == 1, "\(words)")
        }
    }

    /// The parser accepts the options of the table, under the same names, and no others.
    @Test func theParserDeclaresTheTable() throws {
        let declared = try Self.options(Program()).filter { $0.command == "train" }
        let own: Set = ["--then", "--resume", "--config", "--dry-run", "--json", "--workspace"]
        let table = TrainingOptions.all.map { "--\($0.commandName)" }
        #expect(Set(declared.map(\.name)).subtracting(own) == Set(table))
        for option in TrainingOptions.all {
            let isFlag = declared.first { $0.name == "--\(option.commandName)" }?.isFlag
            #expect(isFlag == (option.kind == .flag), "\(option.name)")
        }
    }

    /// A value that the parser accepts if 1 is not one.
    private static let plainValues = [
        "--method": "lora", "--objective": "sft", "--precision": "exact", "--scheduler": "linear",
        "--eval-split": "0.5",
    ]

    @Test func everyOptionOfTrainMayBeInAFile() throws {
        let program = try Program()
        let data = try program.dataset()
        for option in try Self.options(program)
        where option.command == "train" && !["--resume", "--config"].contains(option.name) {
            let name = option.name.dropFirst(2)
            let value = option.isFlag ? "maybe" : "[a, {}]"
            let rows = name == "data" ? "" : "data: \(data)\n"
            let file = try program.file("train.yaml", "\(rows)\(name): \(value)\n")
            let done = try program.run("train", "--config", file, "--dry-run")
            #expect(done.status == 1, "\(name): \(done.errors)")
            #expect(done.errors.contains("\(file): \(name)"), "\(name): \(done.errors)")
        }
    }

    @Test func theFlagsOfARunAreItsParameters() throws {
        let program = try Program()
        let data = try program.dataset()
        let done = try program.run(
            "train",
            "--data",
            data,
            "--steps",
            "1",
            "--run-name",
            "flagged",
            "--recompute",
            "--rslora",
            "--best",
            "--no-packing",
            "--no-shuffle",
            "--experiment",
            "own"
        )
        #expect(done.status == 0, "\(done.errors)")
        let shown = try #require(try program.run("runs", "show", "flagged", "--json").objects.first)
        let summary = try #require(shown["summary"] as? [String: Any])
        #expect(summary["experiment"] as? String == "own")
        let parameters = summary["parameters"] as? [String: String]
        for (name, value) in [
            ("recompute", "true"), ("rslora", "true"), ("best", "true"), ("packing", "false"),
            ("shuffle", "false"),
        ] { #expect(parameters?[name] == value, "\(name)") }
        // Without held-out rows the options that need them are refused.
        #expect(done.errors.contains("held out"), "\(done.errors)")
    }

    @Test func notesAreShown() throws {
        let program = try Program()
        let data = try program.dataset()
        try program.run("train", "--data", data, "--steps", "1", "--run-name", "r")
        try program.run("registry", "register", "r", "faq", "--note", "the note")
        #expect(try program.run("registry", "show", "faq").text.contains("the note"))
        try program.run("registry", "approve", "faq", "1", "--reason", "seen it")
        try program.run("registry", "promote", "faq", "1", "--reason", "it is better")
        let history = try program.run("registry", "history", "--json").text
        #expect(history.contains("seen it"), "\(history)")
        #expect(history.contains("it is better"), "\(history)")
        #expect(try program.run("registry", "board").text.contains("it is better"))
    }
}
