import Foundation
import Testing

@Suite struct FlowCommandTests {
    /// A program with the flow `steps`: one task makes a file, the other one needs it and fails if it
    /// is told to.
    private func program() throws -> (program: Program, flow: String) {
        let program = try Program(hasModel: false)
        let flow = try program.file(
            "steps.yaml",
            """
            flow: steps
            parameters: {word: hello, status: 0}
            tasks:
              make:
                uses: shell
                with: {command: "echo made ${word} > made.txt; echo made it", outputs: [made.txt]}
              check:
                uses: shell
                with: {command: "cat made.txt; exit ${status}"}
                needs: [make]
            """
        )
        return (program, flow)
    }

    /// The states that a task went through, of the events of a command.
    private func states(_ task: String, _ output: Program.Output) -> [String] {
        output.objects.filter { $0["event"] as? String == "task" && $0["task"] as? String == task }
            .compactMap { $0["state"] as? String }
    }

    private func state(_ program: Program, _ run: String) throws -> String? {
        let shown = try program.run("flow", "show", run, "--json").objects.first
        return (shown?["flow_run"] as? [String: Any])?["state"] as? String
    }

    @Test func aRunPrintsALineForEachChangeOfATask() throws {
        let (program, flow) = try program()
        let done = try program.run("flow", "run", flow)
        #expect(done.status == 0, "\(done.errors)")
        for words in ["make  running", "make  completed", "check  running", "check  completed"] {
            #expect(done.text.contains(words), "\(done.text)")
        }
        #expect(done.errors.contains("steps is completed"))
        #expect(try program.run("flow", "list").text.contains("steps  completed  2/2"))
    }

    @Test func eventsAreObjectsAndTheLastOneIsTheEnd() throws {
        let (program, flow) = try program()
        let done = try program.run("flow", "run", flow, "--json", "--logs")
        let events = done.objects
        #expect(events.first?["event"] as? String == "started")
        #expect(events.last?["event"] as? String == "finished")
        #expect(events.last?["state"] as? String == "completed")
        #expect(Set(events.compactMap { $0["flow_run"] as? String }).count == 1)
        #expect(states("make", done).last == "completed")
        #expect(
            events.contains {
                $0["event"] as? String == "log" && $0["line"] as? String == "made it"
            }
        )
    }

    @Test func aRetryDoesNotRepeatWhatHasAResult() throws {
        let (program, flow) = try program()
        let failed = try program.run("flow", "run", flow, "-p", "status=3")
        #expect(failed.status == 1, "\(failed.text)")
        #expect(failed.errors.contains("flow retry"))
        let plan = try program.run("flow", "retry", "steps", "--dry-run")
        #expect(plan.text.contains("make") && plan.text.contains("check"), "\(plan.text)")
        let again = try program.run("flow", "retry", "steps", "--json")
        #expect(again.status == 1)
        #expect(states("make", again).contains("running") == false)
        #expect(states("check", again).last == "failed")
        let fork = try program.run("flow", "retry", "steps", "-p", "status=0", "--json")
        #expect(fork.status == 0, "\(fork.errors)")
        #expect(states("make", fork).contains("running") == false)
        #expect(try program.run("flow", "list", "--json").text.contains(#""kind":"fork""#))
        #expect(try program.run("flow", "why", "check", "--run", "steps").text.isEmpty == false)
    }

    @Test func resultsAreUsedAgainByAnotherRunUnlessItIsToldNotTo() throws {
        let (program, flow) = try program()
        try program.run("flow", "run", flow)
        let second = try program.run("flow", "run", flow, "--json")
        #expect(states("make", second).last == "cached")
        let forced = try program.run("flow", "run", flow, "--json", "--force", "make")
        #expect(states("make", forced).last == "completed")
        let fresh = try program.run("flow", "run", flow, "--json", "--no-cache")
        #expect(states("make", fresh).last == "completed")
        let from = try program.run("flow", "run", flow, "--json", "--from", "check")
        #expect(states("make", from).last == "cached")
        #expect(states("check", from).last == "completed")
    }

    @Test func aDryRunDoesNothing() throws {
        let (program, flow) = try program()
        let plan = try program.run("flow", "run", flow, "--dry-run")
        #expect(plan.status == 0 && plan.text.contains("make"), "\(plan.errors)")
        #expect(try program.run("flow", "list", "--json").text == "[]\n")
        #expect(!FileManager.default.fileExists(atPath: "\(program.folder)/made.txt"))
    }

    @Test func tasksAreShownWithTheirLogsAndReasons() throws {
        let (program, flow) = try program()
        try program.run("flow", "run", flow, "-p", "word=bye")
        let shown = try program.run("flow", "show", "steps").text
        #expect(shown.contains("word        bye") || shown.contains("bye"), "\(shown)")
        #expect(shown.contains("  check  completed"), "\(shown)")
        let task = try program.run("flow", "show", "steps", "make").text
        #expect(task.contains("shell") && task.contains("made.txt"), "\(task)")
        #expect(try program.run("flow", "logs", "steps", "make").text.contains("made it\n"))
        #expect(try program.run("flow", "logs", "steps").text.contains("[check] made bye\n"))
        #expect(try program.run("flow", "logs", "steps", "check", "-f", "--tail", "1").status == 0)
        let why = try program.run("flow", "why", "make").text
        #expect(!why.isEmpty)
        #expect(try program.run("flow", "why", "steps", "make").text == why)
        let all = try program.run("flow", "why", "steps").text
        #expect(all.contains("make") && all.contains("check") && all.contains("WHY"))
        #expect(try program.run("flow", "why", "steps", "make", "--run", "steps").status == 64)
        #expect(try program.run("flow", "show", "nothing").status == 1)
        #expect(try program.run("flow", "logs", "steps", "--tail=-1").status == 64)
    }

    @Test func faultsOfAFileHaveLineAndColumn() throws {
        let (program, flow) = try program()
        #expect(try program.run("flow", "validate", flow).text.contains("2 tasks"))
        let broken = try program.file(
            "broken.yaml",
            "flow: broken\ntasks:\n  a:\n    uses: shell\n    with: {command: x}\n    need: [b]\n"
        )
        let listed = try program.run("flow", "validate", broken, "--json")
        #expect(listed.status != 0 && listed.objects.count == 1)
        #expect((listed.objects.first?["faults"] as? [String])?.isEmpty == false)
        let done = try program.run("flow", "validate", broken)
        #expect(done.status == 1)
        #expect(done.errors.contains("6:5"), "\(done.errors)")
        #expect(try program.run("flow", "run", broken).status == 1)
        let schema = try program.run("flow", "schema").text
        let object = try JSONSerialization.jsonObject(with: Data(schema.utf8)) as? [String: Any]
        #expect(object?["$schema"] != nil)
    }

    @Test func theRunOfATaskNamesItsFlow() throws {
        let program = try Program()
        let data = try program.dataset()
        let flow = try program.file(
            "tiny.yaml",
            """
            flow: tiny
            tasks:
              fit: {uses: train, with: {model: "\(program.model)", data: "\(data)", steps: 1, run_name: fit}}
            """
        )
        let done = try program.run("flow", "run", flow)
        #expect(done.status == 0, "\(done.errors)")
        let shown = try program.run("runs", "show", "fit")
        #expect(shown.text.contains(/flow +fit of tiny [0-9a-f]{8}/), "\(shown.text)")
    }

    @Test func aPersonApprovesOrDenies() throws {
        let program = try Program(hasModel: false)
        let flow = try program.file(
            "gate.yaml",
            "flow: gate\ntasks:\n  go:\n    uses: shell\n    with: {command: echo went}\n    approve: {}\n"
        )
        for (word, status, end) in [("approve", 0, "completed"), ("deny", 3, "failed")] {
            let waits = try program.run("flow", "run", flow, "--json")
            #expect(waits.status == 3, "\(waits.errors)")
            #expect(waits.objects.last?["state"] as? String == "waiting_approval")
            let answer = try program.run("flow", word, "gate", "--reason", "seen it", "--json")
            #expect(answer.status == Int32(status), "\(word): \(answer.errors)")
            #expect(try state(program, "gate") == end)
            #expect(try program.run("flow", "show", "gate", "go").text.contains("seen it"))
        }
        #expect(try program.run("flow", "approve", "gate").status == 3)
    }

    /// A flow whose task runs until it is told to end, and a process that runs it.
    private func running(
        _ program: Program
    ) throws -> (process: Process, lines: LineReader, child: Int32) {
        let flow = try program.file(
            "long.yaml",
            """
            flow: long
            tasks:
              wait:
                uses: shell
                with: {command: "echo child $$; test -e ok && exit 0; exec tail -f /dev/null"}
            """
        )
        let (process, output, _) = try program.start(["flow", "run", flow, "--logs"])
        var lines = LineReader(output)
        while let line = lines.next() {
            guard let found = line.firstMatch(of: /child ([0-9]+)/), let child = Int32(found.1)
            else { continue }
            return (process, lines, child)
        }
        throw CancellationError()
    }

    @Test func controlCCancelsAndEndsWhatRuns() throws {
        let program = try Program(hasModel: false)
        var (process, lines, child) = try running(program)
        kill(process.processIdentifier, SIGINT)
        while lines.next() != nil {}
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(!LiveProcess(id: child).isRunning)
        #expect(try state(program, "long") == "cancelled")
    }

    @Test func aSecondControlCEndsAtOnce() throws {
        let program = try Program(hasModel: false)
        let flow = try program.file(
            "deaf.yaml",
            """
            flow: deaf
            tasks:
              wait:
                uses: shell
                with: {command: "trap '' TERM; echo child $$; while :; do sleep 0.05; done"}
            """
        )
        let (process, output, errors) = try program.start(["flow", "run", flow, "--logs"])
        var lines = LineReader(output)
        var child: Int32?
        while child == nil, let line = lines.next() {
            child = line.firstMatch(of: /child ([0-9]+)/).flatMap { Int32($0.1) }
        }
        kill(process.processIdentifier, SIGINT)
        var notes = LineReader(errors)
        while let note = notes.next() { if note.contains("cancelling") { break } }
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(!LiveProcess(id: try #require(child)).isRunning)
    }

    @Test func afterSIGTERMAFlowRunIsResumed() throws {
        let program = try Program(hasModel: false)
        var (process, lines, child) = try running(program)
        kill(process.processIdentifier, SIGTERM)
        while lines.next() != nil {}
        process.waitUntilExit()
        #expect(process.terminationStatus == 143)
        #expect(!LiveProcess(id: child).isRunning)
        #expect(try state(program, "long") == "paused")
        _ = try program.file("ok", "")
        let resumed = try program.run("flow", "resume", "long")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try state(program, "long") == "completed")
    }

    @Test func anotherProcessCancelsAFlowRun() throws {
        let program = try Program(hasModel: false)
        var (process, lines, _) = try running(program)
        #expect(try program.run("flow", "delete", "long").status == 3)
        #expect(try program.run("flow", "cancel", "long").status == 0)
        while lines.next() != nil {}
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        #expect(try state(program, "long") == "cancelled")
        #expect(try program.run("flow", "delete", "long").status == 0)
        #expect(try program.run("flow", "list", "--json").text == "[]\n")
    }

    @Test func aDetachedFlowRunPrintsItsIDAndRunsOn() throws {
        let (program, flow) = try program()
        let output = "\(program.folder)/detached"
        let status = try DetachedCommand([Program.binary, "flow", "run", flow, "--detach"])
            .run(environment: program.environment, output: output)
        #expect(status == 0)
        let text = try String(contentsOfFile: output, encoding: .utf8)
        let id = try #require(text.split(separator: "\n").last.map(String.init))
        #expect(id.count == 32, "\(text)")
        #expect(try Deadline(seconds: 20).poll { try state(program, id) == "completed" })
    }

    @Test func aNewerWorkspaceIsNamedOnce() throws {
        let (program, flow) = try program()
        try program.run("flow", "list")
        // The stamp of the schema, in the text that the database keeps.
        let path = "\(program.workspace)/workbench.db"
        var data = try Data(contentsOf: URL(filePath: path))
        for stamp in data.ranges(of: Data("workbench-".utf8)) {
            for place in stamp.upperBound..<data.endIndex {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(data[place]) else { break }
                data[place] = UInt8(ascii: "9")
            }
        }
        try data.write(to: URL(filePath: path))
        let done = try program.run("flow", "run", flow)
        #expect(done.status == 1 && done.text.isEmpty)
        #expect(done.errors.ranges(of: "newer version of workbench (schema").count == 1)
        #expect(done.errors.contains("hint: Use the newer version"), "\(done.errors)")
        #expect(try program.run("flow", "list").errors.hasPrefix("note: "))
    }

    @Test func schedulesAreOffUntilTheyAreSwitchedOn() throws {
        let program = try Program(hasModel: false)
        let flow = try program.file(
            "nightly.yaml",
            """
            flow: nightly
            tasks: {a: {uses: shell, with: {command: "true"}}}
            schedule: {cron: "0 2 * * 0", timezone: UTC}
            """
        )
        try program.run("flow", "run", flow)
        #expect(try program.run("flow", "schedule").text.contains("off"))
        let on = try program.run("flow", "schedule", "on", flow)
        // In the time zone of this machine.
        let next = /next on (Sat|Sun|Mon) [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}\n/
        #expect(on.status == 0 && on.text.contains(next), "\(on.text)\(on.errors)")
        #expect(try program.run("flow", "schedule").text.contains(#/ on +0 2 .*(Sat|Sun|Mon) 2/#))
        #expect(try program.run("flow", "schedule", "list").errors.contains("no process executes"))
        #expect(try program.run("flow", "schedule", "off", flow).status == 0)
        #expect(try program.run("flow", "schedule", "on", flow, "--name", "other").status == 1)
    }

    @Test func aBackfillRunsPastTimesOnce() throws {
        let program = try Program(hasModel: false)
        let flow = try program.file(
            "daily.yaml",
            """
            flow: daily
            tasks: {a: {uses: shell, with: {command: "true"}}}
            schedule: {cron: "0 2 * * *", timezone: UTC}
            """
        )
        let words = ["flow", "backfill", flow, "--from", "2026-03-01T00:00:00Z", "--to"]
        let done = try program.run(words + ["2026-03-02T23:00:00Z"])
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.text.contains("2026-03-01T02:00:00Z") && done.text.contains("2026-03-02T02"))
        #expect(
            try program.run(words + ["2026-03-03T23:00:00Z"]).text.contains("2026-03-01") == false
        )
        #expect(try program.run("flow", "list").text.split(separator: "\n").count == 4)
        #expect(try program.run(words + ["2026-02-01"]).status == 64)
    }

    @Test func theServiceIsWrittenForThisUser() throws {
        let program = try Program(hasModel: false)
        let printed = try program.run("flow", "install", "--dry-run").text
        #expect(printed.contains("flow serve --workspace \"\(program.workspace)\""), "\(printed)")
        let path = try program.run("flow", "install").text.split(separator: "\n").first
        #expect(try String(contentsOfFile: String(path ?? ""), encoding: .utf8) == printed)
        #expect(path?.hasPrefix("\(program.folder)/.config/systemd/user/") == true)
        #expect(try program.run("flow", "install").status == 0)
    }

    @Test func aServerOfSchedulesEndsBySIGTERM() throws {
        let program = try Program(hasModel: false)
        let (process, output, errors) = try program.start(["flow", "serve"])
        var notes = LineReader(errors)
        while let note = notes.next() { if note.contains("no schedule is on") { break } }
        kill(process.processIdentifier, SIGTERM)
        _ = output.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }

    @Test(arguments: [
        ["run", "x", "-p", "epochs"], ["run", "x", "-p", "a=1", "-p", "a=2"],
        ["run", "x", "--logs", "--detach"], ["retry", "x", "--from", "a", "--from-start"],
        ["backfill", "x", "--from", "soon", "--to", "later"],
        ["backfill", "x", "--from", "2026-02-30T00:00:00Z", "--to", "2026-03-01"],
        ["backfill", "x", "--from", "2026-01-01", "--to", "2026-01-02", "--overlap", "maybe"],
    ])
    func wrongUsageIsOneClearLine(words: [String]) throws {
        let done = try Program(hasModel: false).run(["flow"] + words)
        #expect(done.status == 64, "\(words): \(done.errors)")
    }

    @Test func aMistypedNameGetsASuggestion() throws {
        let (program, flow) = try program()
        try FileManager.default.createDirectory(
            atPath: "\(program.workspace)/flows",
            withIntermediateDirectories: true
        )
        try FileManager.default.copyItem(
            atPath: flow,
            toPath: "\(program.workspace)/flows/steps.yaml"
        )
        #expect(try program.run("flow", "run", "steps").status == 0)
        for (words, meant) in [
            (["run", "setps"], "steps"), (["show", "stesp"], "steps"),
            (["logs", "steps", "mkae"], "make"), (["why", "chekc"], "check"),
            (["retry", "steps", "--from", "chck", "--dry-run"], "check"),
            (["schedule", "on", "step"], "steps"),
        ] {
            let done = try program.run(["flow"] + words)
            #expect(done.status == 1, "\(words)")
            #expect(done.errors.hasSuffix("hint: Did you mean `\(meant)`?\n"), "\(done.errors)")
        }
    }
}
