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

@Suite struct RunTests {
    @Test func aRunLeavesAllThatItMadeInTheStore() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                var request = test.request()
                request.evaluationSplit = 0.3
                request.runName = "first"
                let started = try workspace.runs.start(request)
                let outcome = try workspace.runs.wait(for: started.id)
                #expect(outcome.status == .finished)
                #expect(outcome.stepsDone == 6)
                #expect(workspace.runs.executed.isEmpty)

                let summary = try workspace.runs.find("first")
                #expect(summary.id == started.id)
                #expect(summary.status == .finished)
                #expect(summary.stepsDone == 6)
                #expect(summary.totalSteps == 6)
                #expect(summary.progress == 1)
                #expect(summary.model == "tiny")
                #expect(summary.method == "lora")
                #expect(summary.dataset?.hasPrefix("facts@") == true)
                #expect(summary.parameters["learning_rate"] == "0.01")
                #expect(summary.tags["mlflow.source.name"] == "workbench train")
                #expect(summary.lossTail.count == 6)
                #expect(summary.evaluationLoss != nil)
                #expect(summary.bestEvaluation != nil)
                #expect(summary.ownerProcess == nil)
                let adapter = try #require(summary.resultPath)
                #expect(access("\(adapter)/adapter_model.safetensors", R_OK) == 0)
                #expect(outcome.resultPath == adapter)

                let detail = try workspace.runs.detail(started.id)
                let losses = try #require(detail.series["loss"])
                #expect(losses.steps == [0, 1, 2, 3, 4, 5])
                #expect(losses.values.last == summary.loss)
                #expect(events.points(of: started.id).map(\.step) == losses.steps)
                #expect(events.points(of: started.id).compactMap(\.loss) == losses.values)
                #expect(events.first { $0 == .run(.ended(outcome)) } != nil)
            }
        }
    }

    @Test func theStoreIsWrittenBeforeAnEventIsPublished() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let missing = Mutex<[Int]>([])
                let subscription = workspace.events.subscribe { event in
                    guard case .run(.step(let run, let point)) = event else { return }
                    let steps = try? workspace.runs.series(run, key: "loss").steps
                    if steps?.last != point.step { missing.withLock { $0.append(point.step) } }
                }
                let run = try workspace.runs.start(test.request(steps: 3))
                _ = try workspace.runs.wait(for: run.id)
                subscription.cancel()
                #expect(missing.withLock { $0 } == [])
            }
        }
    }

    @Test func aFailedWriteHoldsTheRunUntilThereIsRoom() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                var request = test.request()
                request.checkpointInterval = .steps(3)
                let obstacle = Mutex("")
                // A file in place of the checkpoints' folder fails every write below it.
                let run = try Self.start(request, in: workspace, at: 1) { run in
                    let artifacts = "\(test.home)/artifacts/0/\(run)/artifacts"
                    obstacle.withLock { $0 = "\(artifacts)/checkpoints" }
                    try TestWorkspace.write("", to: "\(artifacts)/checkpoints")
                }
                let paused = events.first {
                    if case .run(.paused(run, 3, let reason?)) = $0 {
                        !reason.isEmpty
                    } else {
                        false
                    }
                }
                #expect(paused != nil)
                let waiting = try workspace.runs.summary(run)
                #expect(waiting.status == .paused)
                #expect(waiting.failure?.isEmpty == false)
                #expect(waiting.stepsDone == 3)

                unlink(obstacle.withLock { $0 })
                #expect(try workspace.runs.wait(for: run).status == .finished)
                #expect(try workspace.runs.summary(run).failure == nil)
                #expect(try workspace.runs.series(run, key: "loss").steps == [0, 1, 2, 3, 4, 5])
            }
        }
    }

    @Test func aRunThatWaitsForRoomCanBeStopped() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                var request = test.request()
                request.checkpointInterval = .steps(3)
                let run = try Self.start(request, in: workspace, at: 1) { run in
                    try TestWorkspace.write(
                        "",
                        to: "\(test.home)/artifacts/0/\(run)/artifacts/checkpoints"
                    )
                }
                _ = events.first { if case .run(.paused) = $0 { true } else { false } }
                try workspace.runs.ask(.stop, of: run)
                #expect(try workspace.runs.wait(for: run).status == .stopped)
            }
        }
    }

    @Test(arguments: [
        (\TrainingRequest.model, "tiny-x"), (\.dataset, "nothing.jsonl"),
    ])
    func invalidRequestsAreRefusedBeforeARunIsCreated(
        field: any WritableKeyPath<TrainingRequest, String> & Sendable,
        value: String
    ) throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var request = test.request()
                request[keyPath: field] = value
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.start(request)
                }
                #expect(error?.code == .notFound)
                #expect(error?.hint != nil)
                let runs = try workspace.runs.list()
                #expect(runs.isEmpty)
            }
        }
    }

    @Test func aRunThatCannotStartFailsAndSaysWhy() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var request = test.request()
                request.sequenceLength = 4
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.start(request)
                }
                #expect(error?.message.contains("sequence length") == true)
            }
        }
    }

    @Test func aPlanCountsAndMeasures() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var request = test.request()
                request.evaluationSplit = 0.3
                let plan = try workspace.runs.plan(request)
                #expect(plan.totalSteps == 6)
                #expect(plan.trainingExamples + plan.evaluationExamples == 12)
                #expect(plan.evaluationExamples > 0)
                #expect(plan.memoryBytes > 0)
                #expect((plan.seconds ?? 0) > 0)
                #expect(plan.request.method == .lora)
                #expect(plan.warnings.isEmpty)
                let runs = try workspace.runs.list()
                #expect(runs.isEmpty)
            }
        }
    }

    @Test func runsAreComparedAndFoundByPrefixNameAndId() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var request = test.request(steps: 3)
                request.runName = "slow"
                request.learningRate = 1e-4
                let slow = try workspace.runs.start(request)
                _ = try workspace.runs.wait(for: slow.id)
                request.runName = "quick"
                request.learningRate = 2e-2
                let quick = try workspace.runs.start(request)
                _ = try workspace.runs.wait(for: quick.id)

                let comparison = try workspace.runs.compare([slow.id, quick.id])
                #expect(comparison.differingParameters.map(\.key) == ["learning_rate"])
                #expect(comparison.differingParameters.first?.values == ["0.0001", "0.02"])
                let loss = try #require(comparison.metrics.first { $0.key == "loss" })
                #expect(loss.best == [1])
                #expect(comparison.losses.map(\.count) == [3, 3])

                #expect(try workspace.runs.find("quick").id == quick.id)
                #expect(try workspace.runs.find(String(slow.id.prefix(12))).id == slow.id)
                #expect(throws: WorkspaceError.self) { try workspace.runs.find("zzz") }
                #expect(try workspace.runs.list().map(\.name).sorted() == ["quick", "slow"])
                try workspace.runs.delete(slow.id)
                #expect(try workspace.runs.list().map(\.name) == ["quick"])
                #expect(try workspace.runs.list(includingDeleted: true).count == 2)
                try workspace.runs.restore(slow.id)
                #expect(try workspace.runs.list().count == 2)
            }
        }
    }

    @Test func anActiveRunIsFoundBeforeANewerOneInTheTrash() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var request = test.request(steps: 1)
                request.runName = "twice"
                let runs = try (0..<2).map { _ in
                    let run = try workspace.runs.start(request).id
                    _ = try workspace.runs.wait(for: run)
                    return run
                }
                #expect(try workspace.runs.find("twice").id == runs[1])
                try workspace.runs.delete(runs[1])
                #expect(try workspace.runs.find("twice").id == runs[0])
                #expect(try workspace.runs.find(runs[1]).isDeleted)
                try workspace.runs.delete(runs[0])
                #expect(try workspace.runs.find("twice").id == runs[1])
            }
        }
    }

    @Test func theDataOfARunIsNamedByItsPlaceInTheWorkspace() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request(steps: 1)).id
                let outcome = try workspace.runs.wait(for: run)
                #expect(outcome.status == .finished)
                let store = try TrackingStore(path: "\(test.home)/workbench.db")
                let source = try store.run(run).inputs.first?.dataset.source
                try store.close()
                #expect(source?.hasPrefix("datasets/") == true)
                #expect(source == (try workspace.runs.summary(run).tags["workbench.dataset"]))
            }
        }
    }

    @Test func aFileOfAFarYearIsReadAsAnyOther() throws {
        try TestWorkspace.with { test in
            // Its time in nanoseconds does not fit into 64 bits.
            var times = [timespec(tv_sec: 253_402_300_000, tv_nsec: 0)]
            times.append(times[0])
            for path in [test.data, test.model] {
                #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
            }
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request(steps: 1)).id
                #expect(try workspace.runs.wait(for: run).status == .finished)
            }
        }
    }

    @Test func aRunIsJudgedByItsLowestHeldOutLoss() {
        var run = RunSummary(
            id: "1",
            name: "a",
            experiment: "e",
            experimentID: "0",
            status: .finished
        )
        run.evaluationLoss = 0.5
        #expect(run.heldOutLoss == 0.5, "of a run that keeps no lowest the last one")
        run.bestEvaluation = .init(value: 0.25, step: 4)
        #expect(run.heldOutLoss == 0.25)
    }

    @Test func aRunComputesWithTheThreadsThatItWasGiven() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let forecasts = try [1, 3, 64].map { threads in
                    var request = test.request()
                    request.threads = threads
                    return try workspace.runs.plan(request, isMeasured: false).runMemoryBytes
                }
                // Each thread has scratch memory of its own.
                #expect(forecasts[0] < forecasts[1])
                #expect(forecasts[2] - forecasts[1] == 61 * (forecasts[1] - forecasts[0]) / 2)
                var request = test.request()
                request.threads = 0
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.start(request)
                }
                #expect(error?.message.contains("threads") == true)
            }
        }
    }

    /// Starts a run and does something once, on the run's thread, right after a step.
    static func start(
        _ request: TrainingRequest,
        in workspace: Workspace,
        at step: Int,
        _ body: @escaping @Sendable (String) throws -> Void
    ) throws -> String {
        let isDone = Mutex(false)
        let subscription = workspace.events.subscribe { event in
            guard case .run(.step(let run, let point)) = event, point.step == step else { return }
            do {
                try body(run)
            } catch {
                Issue.record(error)
            }
            isDone.withLock { $0 = true }
        }
        defer { subscription.cancel() }
        let run = try workspace.runs.start(request).id
        #expect(becomesTrue { isDone.withLock { $0 } })
        return run
    }

    @Test func aRunWithItsArtifactsElsewhereIsShownWithoutThem() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let experiment = try workspace.tracking.createExperiment(
                    named: "remote",
                    artifactLocation: "s3://bucket/elsewhere"
                )
                var new = NewRun()
                new.experimentID = experiment.id
                let run = try workspace.tracking.createRun(new)
                let detail = try workspace.runs.detail(run.id)
                #expect(detail.checkpoints.isEmpty && detail.artifacts.isEmpty)
            }
        }
    }

    static func expectEqualLosses(_ first: String, _ second: String, in workspace: Workspace) throws
    {
        let losses = try [first, second].map { try workspace.runs.series($0, key: "loss") }
        #expect(losses[0].steps == losses[1].steps)
        #expect(losses[0].values.map(\.bitPattern) == losses[1].values.map(\.bitPattern))
        let norms = try [first, second].map {
            try workspace.runs.series($0, key: "grad_norm").values
        }
        #expect(norms[0].map(\.bitPattern) == norms[1].map(\.bitPattern))
    }
}
