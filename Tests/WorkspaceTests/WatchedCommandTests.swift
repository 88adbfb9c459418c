import EventBus
import Foundation
import Platform
import Runs
import Synchronization
import Testing
import Tracking
import Workspace

/// Watches commands of the shell.
struct WatchedCommandTests {
    /// What a watched command said and did.
    private struct Ended {
        var outcome: ScriptOutcome
        var run: RunSummary
        var notes: [String]
    }

    private func watch(
        _ script: String,
        in workspace: Workspace,
        control: ScriptControl = ScriptControl(),
        change: (inout ScriptRequest) throws -> Void = { _ in },
        onLine: @escaping (String, String) throws -> Void = { _, _ in }
    ) throws -> Ended {
        var request = ScriptRequest(command: ["/bin/sh", "-c", script])
        request.grace = 5
        try change(&request)
        let watched = try WatchedCommand(request, in: workspace)
        var notes: [String] = []
        let outcome = watched.execute(
            control: control,
            environment: [:],
            line: { line in do { try onLine(watched.run, line.text) } catch { Issue.record(error) }
            },
            metrics: { _ in },
            note: { notes.append($0) }
        )
        return Ended(
            outcome: outcome,
            run: try workspace.runs.summary(watched.run),
            notes: notes
        )
    }

    @Test func metricsOutputAndEndAreKept() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let ended = try watch(
                    "echo step=0 loss=2; echo step=1 loss=1.5; echo done >&2",
                    in: workspace
                ) { $0.runName = "mine" }
                #expect(ended.outcome.exitStatus == 0)
                #expect(ended.run.status == .finished)
                #expect(ended.run.name == "mine")
                #expect(ended.run.metrics["loss"] == 1.5)
                #expect(ended.run.stepsDone == 2)
                #expect(ended.run.parameters["command"]?.hasPrefix("/bin/sh -c") == true)
                #expect(ended.run.lossTail == [2, 1.5])
                let artifacts = try workspace.runs.detail(ended.run.id).artifacts
                #expect(artifacts.contains("output.log"))
                let record = try workspace.tracking.run(ended.run.id)
                let log = try String(
                    contentsOfFile: "\(test.home)/\(record.artifactURI)/output.log",
                    encoding: .utf8
                )
                #expect(
                    Set(log.split(separator: "\n")) == ["step=0 loss=2", "step=1 loss=1.5", "done"]
                )
            }
        }
    }

    @Test func aFailureNamesTheStatusAndTheLastError() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let ended = try watch("echo 'ValueError: no data' >&2; exit 3", in: workspace)
                #expect(ended.outcome.exitStatus == 3)
                #expect(ended.run.status == .failed)
                #expect(ended.run.failure?.contains("status 3: ValueError: no data") == true)
            }
        }
    }

    @Test func aSignalIsReportedAsAShellDoes() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let ended = try watch("kill -9 $$", in: workspace)
                #expect(ended.outcome.exitStatus == 137)
            }
        }
    }

    @Test func retriesAreAttemptsOfTheSameRun() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let ended = try watch(
                    "echo loss=$WORKBENCH_ATTEMPT; test $WORKBENCH_ATTEMPT = 3",
                    in: workspace
                ) { $0.retries = 4 }
                #expect(ended.outcome.attempts == 3)
                #expect(ended.run.status == .finished)
                #expect(ended.run.tags["workbench.attempt"] == "3")
                #expect(try workspace.runs.series(ended.run.id, key: "loss").values == [1, 2, 3])
                #expect(try workspace.runs.list().count == 1)
                #expect(ended.notes == ["attempt 2 of 5", "attempt 3 of 5"])
            }
        }
    }

    @Test func aCommandThatCannotStartIsNotTriedAgain() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let ended = try watch("", in: workspace) {
                    $0.command = ["/nonexistent/program"]
                    $0.retries = 3
                }
                #expect(ended.outcome.exitStatus == 127)
                #expect(ended.outcome.attempts == 1)
                #expect(ended.run.status == .failed)
            }
        }
    }

    @Test func aTimeoutEndsAnAttempt() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let ended = try watch("exec tail -f /dev/null", in: workspace) { $0.timeout = 0.05 }
                #expect(ended.outcome.exitStatus == 124)
                #expect(ended.run.status == .failed)
                #expect(ended.run.failure?.contains("longer than 0.05 s") == true)
            }
        }
    }

    @Test func aSignalOfThisProcessIsPassedOnAndEndsTheRunAsStopped() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let control = ScriptControl()
                let ended = try watch(
                    "trap 'echo got it; exit 0' INT; echo ready; while :; do sleep 0.01; done",
                    in: workspace,
                    control: control,
                    change: { $0.retries = 3 },
                    onLine: { _, line in if line == "ready" { control.receive(SIGINT) } }
                )
                #expect(ended.outcome.exitStatus == 130)
                #expect(ended.outcome.attempts == 1)
                #expect(ended.run.status == .stopped)
            }
        }
    }

    @Test func aWarningOfABatchSystemIsLeftToTheCommand() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let control = ScriptControl()
                let ended = try watch(
                    "trap 'echo saved; exit 4' USR1; echo ready; while :; do sleep 0.01; done",
                    in: workspace,
                    control: control,
                    change: { $0.retries = 3 },
                    onLine: { _, line in if line == "ready" { control.receive(SIGUSR1) } }
                )
                #expect(ended.outcome.exitStatus == 4)
                #expect(ended.outcome.attempts == 1)
                #expect(ended.run.status == .failed)
            }
        }
    }

    @Test func requestsHaltContinueAndStopTheCommand() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var asked: [Int64] = []
                let ended = try watch(
                    "echo ready; while :; do sleep 0.01; done",
                    in: workspace,
                    onLine: { run, _ in
                        for kind in [RunRequest.Kind.pause, .checkpoint, .resume, .stop] {
                            asked.append(try workspace.runs.ask(kind, of: run))
                        }
                    }
                )
                #expect(ended.run.status == .stopped)
                #expect(ended.outcome.exitStatus == 143)
                let answers = try asked.map { try workspace.runs.answer(to: $0) }
                #expect(
                    answers == [
                        "the command is halted",
                        "a watched command has no checkpoints of this program",
                        "the command continues", "the command was ended",
                    ]
                )
            }
        }
    }

    @Test func alertsAreStoredOnceAnAttempt() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let ended = try watch(
                    "echo loss=6; echo loss=7; echo acc=nan; exit 1",
                    in: workspace
                ) {
                    $0.alerts = try ["loss > 5", "nan", "exit"].map { try ScriptAlert($0) }
                }
                #expect(
                    ended.run.alerts.map(\.message) == [
                        "loss is 6, above 5.", "acc is nan.", "sh: it ended with status 1.",
                    ]
                )
                let raised = try workspace.tracking.alerts()
                #expect(Set(raised.map(\.source.run)) == [ended.run.id])
                #expect(Set(raised.map(\.level)) == [.warning, .error])
            }
        }
    }

    @Test func aClientMayStartEndAndLogTheRunAsItsOwn() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let ended = try watch(
                    "echo ready; echo loss=5",
                    in: workspace,
                    onLine: { run, line in
                        guard line == "ready" else { return }
                        let loss = Metric("loss", 1, timestamp: 1, step: 0)
                        try workspace.rules.log(Batch(metrics: [loss]), run: run)
                        try workspace.rules.updateRun(run, status: .finished, endTime: 1)
                        #expect(try workspace.runs.summary(run).status == .running)
                    }
                )
                #expect(ended.run.status == .finished)
                // What the client logs is not logged again from the output.
                #expect(ended.run.metrics["loss"] == 1)
            }
        }
    }

    @Test func aRetryOfAWatchedCommandNamesTheCommand() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let ended = try watch("exit 1", in: workspace)
                do {
                    _ = try workspace.runs.retry(ended.run.id)
                    Issue.record("It was trained.")
                } catch let error as RunError {
                    #expect(error.hint == "`workbench watch -- /bin/sh -c exit 1` runs it again.")
                }
            }
        }
    }

    @Test func aRunWhoseWatcherDiedIsCrashed() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run: String
                do {
                    let watched = try WatchedCommand(
                        ScriptRequest(command: ["true"]),
                        in: workspace
                    )
                    run = watched.run
                    #expect(try workspace.runs.summary(run).status == .running)
                    #expect(try workspace.runs.summary(run).ownerProcess == getpid())
                }
                // Its lock is free, as after the death of its process.
                try workspace.runs.findCrashes()
                #expect(try workspace.runs.summary(run).status == .crashed)
            }
        }
    }
}
