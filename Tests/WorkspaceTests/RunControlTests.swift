import EventBus
import Glibc
import Platform
import Registry
import Runs
import Synchronization
import Testing
import TestModels
import Tracking
import Training
import Workspace

@Suite struct RunControlTests {
    @Test func anotherProcessPausesAndWakesARun() throws {
        try TestWorkspace.with { test in
            try test.opened { owner in
                try test.opened { other in
                    let events = EventRecorder(owner.events)
                    let run = try RunTests.start(test.request(), in: owner, at: 1) {
                        try other.runs.ask(.pause, of: $0)
                    }
                    #expect(
                        events.first { $0 == .run(.paused(run: run, step: 2, reason: nil)) } != nil
                    )
                    let seen = try other.runs.summary(run)
                    #expect(seen.status == .paused)
                    #expect(seen.stepsDone == 2)
                    #expect(seen.ownerProcess == getpid())
                    #expect(!seen.isMine)
                    #expect(try owner.runs.summary(run).isMine)

                    let asked = try other.runs.ask(.resume, of: run)
                    #expect(try owner.runs.wait(for: run).status == .finished)
                    #expect(try other.runs.answer(to: asked) == "continues with step 2")
                }
            }
        }
    }

    @Test func aRequestedCheckpointIsWrittenAndTheAnswerSaysWhere() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let asked = Mutex<Int64>(0)
                let run = try RunTests.start(test.request(), in: workspace, at: 1) { run in
                    let request = try workspace.runs.ask(.checkpoint, of: run)
                    asked.withLock { $0 = request }
                }
                _ = try workspace.runs.wait(for: run)
                let answer = try workspace.runs.answer(to: asked.withLock { $0 })
                #expect(answer == "checkpoint before step 2")
                #expect(try workspace.runs.detail(run).checkpoints.map(\.nextStep) == [2])
            }
        }
    }

    @Test func aCheckpointIsAnsweredBeforeTheNextStepIsTaken() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let asked = Mutex<Int64>(0)
                let answer = Mutex<String?>(nil)
                let subscription = workspace.events.subscribe { event in
                    guard case .run(.step(_, let point)) = event, point.step == 2 else { return }
                    let seen = try? workspace.runs.answer(to: asked.withLock { $0 })
                    answer.withLock { $0 = seen }
                }
                let run = try RunTests.start(test.request(), in: workspace, at: 1) { run in
                    let request = try workspace.runs.ask(.checkpoint, of: run)
                    asked.withLock { $0 = request }
                }
                _ = try workspace.runs.wait(for: run)
                subscription.cancel()
                #expect(answer.withLock { $0 } == "checkpoint before step 2")
                #expect(try workspace.runs.detail(run).checkpoints.map(\.nextStep) == [2])
            }
        }
    }

    @Test func aPausedRunWritesACheckpointAndStaysPaused() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                let run = try RunTests.start(test.request(), in: workspace, at: 1) {
                    try workspace.runs.ask(.pause, of: $0)
                }
                #expect(events.first { $0 == .run(.paused(run: run, step: 2, reason: nil)) } != nil)
                let asked = try workspace.runs.ask(.checkpoint, of: run)
                let isAnswered = try becomesTrue {
                    try workspace.runs.answer(to: asked) == "checkpoint before step 2"
                }
                #expect(isAnswered)
                #expect(try workspace.runs.summary(run).status == .paused)
                try workspace.runs.ask(.resume, of: run)
                #expect(try workspace.runs.wait(for: run).status == .finished)
                #expect(try workspace.runs.detail(run).checkpoints.map(\.nextStep) == [2])
            }
        }
    }

    @Test func aResumedRunAnswersWithItsCheckpoint() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try RunTests.start(test.request(), in: workspace, at: 2) {
                    try workspace.runs.ask(.stop, of: $0)
                }
                _ = try workspace.runs.wait(for: run)
                let store = try TrackingStore(path: "\(test.home)/workbench.db")
                let asked = try Int64(store.addRequest(.checkpoint, run: run).id)
                try store.close()
                _ = try workspace.runs.resume(run)
                _ = try workspace.runs.wait(for: run)
                #expect(try workspace.runs.answer(to: asked) == "checkpoint before step 3")
                #expect(try workspace.runs.detail(run).checkpoints.map(\.nextStep) == [3])
            }
        }
    }

    @Test func aRunThatWaitsForRoomEndsWhenItsProcessIsToEnd() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try Self.startWithoutRoom(test, in: workspace)
                workspace.runs.stopHere()
                let outcome = try workspace.runs.wait(for: run)
                #expect(outcome.status == .stopped)
                #expect(outcome.stepsDone == 0)
            }
        }
    }

    @Test func closingEndsARunThatWaitsForRoom() throws {
        try TestWorkspace.with { test in
            let workspace = try test.open()
            let run = try Self.startWithoutRoom(test, in: workspace)
            workspace.close()
            let status = try test.opened { try $0.runs.summary(run).status }
            #expect(status == .stopped)
        }
    }

    @Test func waitingForAnEndedRunReturnsAtOnce() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request(steps: 2)).id
                #expect(becomesTrue { workspace.runs.executed.isEmpty })
                let outcome = try workspace.runs.wait(for: run)
                #expect(outcome.status == .finished)
                #expect(outcome.stepsDone == 2)
                #expect(outcome.resultPath != nil)
            }
        }
    }

    @Test func aStartStoppedWhileLoadingCreatesNoRun() throws {
        try TestWorkspace.with { test in
            try TestWorkspace.write(TestWorkspace.rows(4000), to: test.data)
            try test.opened { workspace in
                let result = Mutex<Result<RunSummary, WorkspaceError>?>(nil)
                let request = test.request(steps: 1000)
                workspace.perform({ try $0.runs.start(request) }) { ended in
                    result.withLock { $0 = ended }
                }
                let hasEnded = becomesTrue {
                    workspace.runs.stopHere()
                    return result.withLock { $0 != nil }
                }
                #expect(hasEnded)
                #expect(throws: WorkspaceError(.cancelled, "It was cancelled.")) {
                    try result.withLock { try $0?.get() }
                }
                let runs = try workspace.runs.list()
                #expect(runs.isEmpty)
            }
        }
    }

    @Test func aRunThatIsStoppedBeforeItsThreadBeginsTakesNoStep() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                let hasStopped = Mutex(false)
                let subscription = workspace.events.subscribe { event in
                    // The first of these arrives when the run is in the store and has not started.
                    guard case .run(.changed) = event else { return }
                    let isFirst = hasStopped.withLock { stopped in
                        defer { stopped = true }
                        return !stopped
                    }
                    if isFirst { workspace.runs.stopHere() }
                }
                let run = try workspace.runs.start(test.request(steps: 1000)).id
                let outcome = try workspace.runs.wait(for: run)
                subscription.cancel()
                #expect(outcome.status == .stopped)
                #expect(outcome.stepsDone == 0)
                #expect(events.points(of: run).isEmpty)
            }
        }
    }

    @Test func theTimeLeftOfAnotherProcessesRunFollowsFromItsMetrics() throws {
        try TestWorkspace.with { test in
            try test.opened { owner in
                try test.opened { other in
                    let seen = Mutex<RunSummary?>(nil)
                    let run = try RunTests.start(test.request(), in: owner, at: 1) { run in
                        let summary = try other.runs.summary(run)
                        seen.withLock { $0 = summary }
                    }
                    _ = try owner.runs.wait(for: run)
                    let summary = try #require(seen.withLock { $0 })
                    #expect(summary.status == .running)
                    #expect(!summary.isMine)
                    let pace = try #require(summary.metrics[MetricName.secondsPerStep])
                    #expect(summary.secondsRemaining == 4 * pace)
                    #expect(try other.runs.summary(run).secondsRemaining == nil)
                }
            }
        }
    }

    @Test func everyOpenRequestIsAnsweredWhenTheRunEnds() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let asked = Mutex<[Int64]>([])
                let run = try RunTests.start(test.request(), in: workspace, at: 3) { run in
                    for request in [RunRequest.Kind.pause, .stop] {
                        let number = try workspace.runs.ask(request, of: run)
                        asked.withLock { $0.append(number) }
                    }
                }
                #expect(try workspace.runs.wait(for: run).status == .stopped)
                let answers = try asked.withLock { $0 }.map(workspace.runs.answer(to:))
                #expect(answers == ["paused before step 4", "stopped before step 4"])
            }
        }
    }

    @Test func aRunThatNoProcessExecutesTakesNoRequests() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request(steps: 1))
                _ = try workspace.runs.wait(for: run.id)
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.ask(.stop, of: run.id)
                }
                #expect(error?.code == .conflict)
            }
        }
    }

    @Test func closingStopsTheRunWithACheckpoint() throws {
        try TestWorkspace.with { test in
            var run = ""
            try test.opened { workspace in
                run = try RunTests.start(test.request(steps: 500), in: workspace, at: 1) { _ in }
            }
            try test.opened { workspace in
                let summary = try workspace.runs.summary(run)
                #expect(summary.status == .stopped)
                #expect(summary.resumableStep == summary.stepsDone)
                #expect(summary.stepsDone < 500)
            }
        }
    }

    @Test func aRunWhoseProcessIsKilledIsSeenAsCrashedWithinASecond() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                let id = String(repeating: "a", count: 32)
                let lock = "\(test.home)/locks/\(id)"
                // -o: only flock itself has the lock, and not the program that it waits for.
                let process = try Self.spawn(["flock", "-o", lock, "sleep", "60"])
                defer { Self.end(process) }
                #expect(becomesTrue { RunLock.holder(of: lock) != nil })
                try Self.createRun(id, in: test)
                #expect(try workspace.runs.summary(id).status == .running)

                let killed = ContinuousClock.now
                kill(process, SIGKILL)
                #expect(events.first { $0 == .run(.crashed(run: id)) } != nil)
                #expect(ContinuousClock.now - killed < .seconds(1))
                let summary = try workspace.runs.summary(id)
                #expect(summary.status == .crashed)
                #expect(summary.endedAt != nil)
            }
        }
    }

    @Test func aRunThatDiedUnobservedIsCrashedAtTheNextOpening() throws {
        try TestWorkspace.with { test in
            let id = String(repeating: "b", count: 32)
            try test.opened { _ in }
            try Self.createRun(id, in: test)
            try test.opened { workspace in
                #expect(try workspace.runs.summary(id).status == .crashed)
                let isSeen = try becomesTrue { try workspace.runs.summary(id).endedAt != nil }
                #expect(isSeen)
            }
        }
    }

    @Test func aForeignClientsRunIsNeverMarkedAsCrashed() throws {
        try TestWorkspace.with { test in
            let id = String(repeating: "c", count: 32)
            try test.opened { workspace in
                let store = try TrackingStore(path: "\(test.home)/workbench.db")
                var new = NewRun()
                new.id = id
                new.name = "from elsewhere"
                try store.createRun(new)
                #expect(try workspace.runs.summary(id).status == .running)
                let old = TrackingStore.systemMilliseconds() - 3_600_000
                var silent = NewRun()
                silent.startTime = old
                let other = try store.createRun(silent).id
                #expect(try workspace.runs.summary(other).status == .silent)
                try store.close()
            }
        }
    }

    /// A run whose first checkpoint cannot be written, while it waits for that.
    private static func startWithoutRoom(
        _ test: TestWorkspace,
        in workspace: Workspace
    ) throws -> String {
        let events = EventRecorder(workspace.events)
        var request = test.request()
        request.checkpointInterval = .steps(3)
        // A file in place of the checkpoints' folder fails every write below it.
        let run = try RunTests.start(request, in: workspace, at: 1) { run in
            let artifacts = "\(test.home)/artifacts/0/\(run)/artifacts"
            try TestWorkspace.write("", to: "\(artifacts)/checkpoints")
        }
        #expect(events.first { if case .run(.paused) = $0 { true } else { false } } != nil)
        return run
    }

    /// A run in the state that a crashed process of this program leaves.
    private static func createRun(_ id: String, in test: TestWorkspace) throws {
        let store = try TrackingStore(path: "\(test.home)/workbench.db")
        var new = NewRun()
        new.id = id
        new.tags = [Tag("workbench.owner", "kim@here")]
        try store.createRun(new)
        try store.close()
    }

    private static func spawn(_ words: [String]) throws -> pid_t {
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A process group of its own, so that its children can be killed with it.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        try #require(posix_spawnp(&process, words[0], nil, &attributes, &arguments, environ) == 0)
        return process
    }

    private static func end(_ process: pid_t) {
        kill(-process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }
}
