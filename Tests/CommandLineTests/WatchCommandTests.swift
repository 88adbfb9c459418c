import Foundation
import Testing

@Suite struct WatchCommandTests {
    private func watch(_ program: Program, _ words: [String]) throws -> Program.Output {
        try program.run(["watch"] + words)
    }

    private func summary(_ program: Program, _ name: String) throws -> [String: Any] {
        let shown = try #require(try program.run("runs", "show", name, "--json").objects.first)
        return try #require(shown["summary"] as? [String: Any])
    }

    @Test func theOutputIsPassedOnByteForByteAndTheMetricsAreRead() throws {
        let program = try Program(hasModel: false)
        let script =
            #"printf 'step=0 loss=2.5\n\033[32mstep=1 loss=2\033[0m\n\377\n'; echo oops >&2"#
        let (process, output, errors) = try program.start(
            ["watch", "--run-name", "mine", "--experiment", "own", "--", "/bin/sh", "-c", script]
        )
        let bytes = output.readDataToEndOfFile()
        let complaint = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(complaint)")
        #expect(
            bytes == Data("step=0 loss=2.5\n\u{1B}[32mstep=1 loss=2\u{1B}[0m\n".utf8) + [
                0xFF, 0x0A,
            ]
        )
        #expect(complaint.contains("oops\n"))
        let run = try summary(program, "mine")
        #expect(run["status"] as? String == "finished")
        #expect(run["experiment"] as? String == "own")
        #expect(run["loss"] as? Double == 2)
        #expect((run["parameters"] as? [String: String])?["command"]?.hasPrefix("/bin/sh") == true)
    }

    @Test(arguments: [("exit 3", 3), ("kill -9 $$", 137), ("exit 0", 0)])
    func theExitStatusIsTheCommands(script: String, status: Int) throws {
        let program = try Program(hasModel: false)
        #expect(try watch(program, ["--", "/bin/sh", "-c", script]).status == Int32(status))
    }

    @Test func aCommandThatDoesNotExistIsAFailedRun() throws {
        let program = try Program(hasModel: false)
        let done = try watch(program, ["--", "/nonexistent/program"])
        #expect(done.status == 127)
        #expect(done.errors.contains("/nonexistent/program cannot be started"))
        #expect(try summary(program, "program")["status"] as? String == "failed")
    }

    @Test func retriesAlertsAndTimeoutAreEventsOfOneRun() throws {
        let program = try Program(hasModel: false)
        let done = try watch(
            program,
            [
                "--json", "--retries", "1", "--retry-delay", "0", "--alert", "loss > 5", "--alert",
                "exit", "--", "/bin/sh", "-c", "echo loss=6; exit $((2 - WORKBENCH_ATTEMPT))",
            ]
        )
        #expect(done.status == 0, "\(done.errors)")
        let events = done.objects
        #expect(events.first?["event"] as? String == "started")
        #expect(events.last?["event"] as? String == "finished")
        #expect(events.last?["attempts"] as? Int == 2)
        #expect(
            events.filter { $0["event"] as? String == "metric" }.map { $0["step"] as? Int } == [
                0, 1,
            ]
        )
        #expect(events.filter { $0["event"] as? String == "alert" }.count == 3)
        let alerts = try program.run("alerts", "list", "--json").text
        #expect(alerts.contains("above 5") && alerts.contains("status 1"))
        #expect(
            try watch(program, ["--timeout", "0.1", "--", "tail", "-f", "/dev/null"]).status == 124
        )
    }

    @Test func alertsAreListedSinceATimeAndAcknowledged() throws {
        let program = try Program(hasModel: false)
        try program.run("watch", "--alert", "exit", "--", "false")
        let listed = try program.run("alerts", "list", "--since", "1h", "--open")
        #expect(listed.text.contains("false: it ended with status 1"), "\(listed.text)")
        #expect(try program.run("alerts", "list", "--since", "0s").text.contains("false") == false)
        let answered = try program.run("alerts", "ack", "--all", "--json")
        #expect(answered.objects.first?["acknowledged"] as? Int == 1)
        #expect(try program.run("alerts", "list", "--open", "--json").text == "[]\n")
        #expect(try program.run("alerts", "ack").status == 64)
        #expect(try program.run("alerts", "ack", "1", "--all").status == 64)
        #expect(try program.run("alerts", "list", "--since", "soon").status == 64)
        #expect(try program.run("alerts", "list", "--limit", "0").status == 64)
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
    func aSignalIsPassedOnAndEndsTheRunAsStopped(signal: Int32, status: Int) throws {
        let program = try Program(hasModel: false)
        let script = "trap 'echo got; exit 0' INT TERM; echo ready $$; while :; do sleep 0.02; done"
        let (process, output, _) = try program.start(
            ["watch", "--run-name", "asked", "--", "/bin/sh", "-c", script]
        )
        var lines = LineReader(output)
        let first = lines.next()
        let ready = try #require(first)
        let child = try #require(Int32(ready.dropFirst("ready ".count)))
        kill(process.processIdentifier, signal)
        var printed: [String] = []
        while let line = lines.next() { printed.append(line) }
        process.waitUntilExit()
        #expect(process.terminationStatus == Int32(status))
        #expect(printed.contains("got"))
        #expect(!LiveProcess(id: child).isRunning)
        #expect(try summary(program, "asked")["status"] as? String == "stopped")
    }

    @Test func aSecondSignalEndsACommandThatIgnoresTheFirst() throws {
        let program = try Program(hasModel: false)
        let script = "trap 'echo ignored' INT TERM; echo ready $$; while :; do sleep 0.02; done"
        let (process, output, _) = try program.start(
            ["watch", "--run-name", "insisted", "--", "/bin/sh", "-c", script]
        )
        var lines = LineReader(output)
        let first = lines.next()
        let ready = try #require(first)
        let child = try #require(Int32(ready.dropFirst("ready ".count)))
        kill(process.processIdentifier, SIGINT)
        while let line = lines.next(), line != "ignored" {}
        kill(process.processIdentifier, SIGTERM)
        while lines.next() != nil {}
        process.waitUntilExit()
        #expect(process.terminationStatus == 143 || process.terminationStatus == 130)
        #expect(!LiveProcess(id: child).isRunning)
        #expect(try summary(program, "insisted")["status"] as? String == "stopped")
    }

    @Test func aKilledWatcherLeavesACrashedRun() throws {
        let program = try Program(hasModel: false)
        let (process, output, _) = try program.start(
            [
                "watch", "--run-name", "killed", "--", "/bin/sh", "-c",
                "echo ready $$; exec tail -f /dev/null",
            ]
        )
        var lines = LineReader(output)
        let first = lines.next()
        let ready = try #require(first)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(try summary(program, "killed")["status"] as? String == "crashed")
        if let child = Int32(ready.dropFirst("ready ".count)) { kill(child, SIGKILL) }
    }

    @Test func otherCommandsHaltContinueAndStopIt() throws {
        let program = try Program(hasModel: false)
        let (process, output, _) = try program.start(
            [
                "watch", "--run-name", "asked", "--", "/bin/sh", "-c",
                "echo ready; exec tail -f /dev/null",
            ]
        )
        var lines = LineReader(output)
        #expect(lines.next() == "ready")
        #expect(try program.run("runs", "pause", "asked").text.contains("halted"))
        #expect(try summary(program, "asked")["status"] as? String == "paused")
        #expect(try program.run("runs", "continue", "asked").text.contains("continues"))
        #expect(try summary(program, "asked")["status"] as? String == "running")
        #expect(try program.run("runs", "stop", "asked").text.contains("ended"))
        process.waitUntilExit()
        #expect(process.terminationStatus == 143)
        #expect(try summary(program, "asked")["status"] as? String == "stopped")
    }

    @Test func theCommandFindsItsRunAsAnMLflowServerUnlessItHasOne() throws {
        let program = try Program(hasModel: false)
        let script = "echo $MLFLOW_TRACKING_URI $MLFLOW_RUN_ID $PYTHONUNBUFFERED"
        let done = try watch(program, ["--run-name", "mine", "--", "/bin/sh", "-c", script])
        let words = done.text.split(separator: " ")
        #expect(words.first?.hasPrefix("http://127.0.0.1:") == true, "\(done.text)\(done.errors)")
        #expect(
            String(words.dropFirst().first ?? "") == (try summary(program, "mine")["id"] as? String)
        )
        #expect(words.last == "1\n")
    }

    @Test func secretsInTheCommandAreMasked() throws {
        let program = try Program(hasModel: false)
        try program.run(
            "watch",
            "--run-name",
            "mine",
            "--",
            "true",
            "--token",
            "s3cr3t",
            "KEY_TOKEN=s3cr3t"
        )
        let shown = try program.run("runs", "show", "mine", "--json").text
        #expect(shown.contains("--token ***"))
        #expect(!shown.contains("s3cr3t"))
    }

    @Test(arguments: [
        [], ["--"], ["--retries=-1", "--", "true"], ["--timeout", "0", "--", "true"],
        ["--alert", "loss", "--", "true"], ["--retry-delay", "soon", "--", "true"],
        ["--run-name", "", "--", "true"],
    ])
    func wrongUsageIsOneClearLine(words: [String]) throws {
        let program = try Program(hasModel: false)
        let done = try watch(program, words)
        #expect(done.status == 64, "\(words): \(done.errors)")
        #expect(!FileManager.default.fileExists(atPath: "\(program.workspace)/workbench.db"))
    }
}
