import Runs
import Testing
import TestModels
import Tracking
import Training
import Workspace

@Suite struct PhaseTests {
    /// A request with a later phase, on other data.
    static func request(_ test: TestWorkspace) throws -> TrainingRequest {
        let later = "\(test.folder)/more.jsonl"
        try TestWorkspace.write(TestWorkspace.rows(8), to: later)
        var request = test.request(steps: 3)
        request.evaluationSplit = 0.3
        var phase = test.request(steps: 2)
        phase.dataset = later
        phase.evaluationSplit = 0.3
        phase.learningRate = 5e-3
        // The shape is that of the first phase's adapter, whatever is given here.
        phase.rank = 2
        request.then = [phase]
        return request
    }

    @Test func theNextPhaseContinuesFromTheResultOfTheFirst() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let runs = workspace.runs
                let first = try runs.start(Self.request(test))
                #expect(first.laterPhases == ["more"])
                #expect(first.isPhase)
                let end = try #require(runs.phaseEnd(after: first.id))
                #expect(end.losses.map(\.phase) == [1])
                let second = try #require(end.next)
                #expect(second.previousPhase == first.id)
                #expect(second.laterPhases.isEmpty)
                #expect(try runs.wait(for: second.id).stepsDone == 2)
                let last = try #require(runs.phaseEnd(after: second.id))
                #expect(last.next == nil)
                #expect(last.failure == nil)

                let parameters = try runs.summary(second.id).parameters
                #expect(parameters["learning_rate"] == "0.005")
                #expect(parameters["rank"] == "4")
                #expect(parameters["init_adapter"] == (try runs.summary(first.id).resultPath))

                let losses = last.losses
                #expect(losses.map(\.phase) == [1, 2])
                #expect(losses.map(\.dataset) == ["facts", "more"])
                let kept = try runs.summary(second.id).metrics
                #expect(kept["eval_loss/stage-1"] == losses[0].evaluationLoss)
                #expect(kept["eval_loss/stage-2"] == losses[1].evaluationLoss)
                // The last evaluation of the run uses the same rows and weights.
                let loss = try #require(kept["eval_loss"])
                #expect(abs(loss - losses[1].evaluationLoss) < 1e-4)
            }
        }
    }

    @Test func theScaleOfAnAdapterIsCarriedOn() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let runs = workspace.runs
                var request = try Self.request(test)
                request.usesRankStabilization = true
                // So slow that nothing changes: predictions are those of the first phase.
                request.then?[0].learningRate = 1e-12
                let first = try runs.start(request)
                let end = try #require(runs.phaseEnd(after: first.id))
                let before = try #require(end.losses.first)
                let second = try #require(end.next)
                let after = try #require(runs.phaseEnd(after: second.id)?.losses.first)
                #expect(try runs.summary(second.id).parameters["rslora"] == "true")
                #expect(abs(after.evaluationLoss - before.evaluationLoss) < 1e-6)
            }
        }
    }

    @Test func aResumedFirstPhaseIsFollowedByTheSecond() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let runs = workspace.runs
                let run = try RunTests.start(try Self.request(test), in: workspace, at: 0) {
                    try runs.ask(.stop, of: $0)
                }
                #expect(try runs.wait(for: run).status == .stopped)
                #expect(runs.phaseEnd(after: run)?.next == nil)
                // The phase's data was stored when the first one started.
                try TestWorkspace.write("{}", to: "\(test.folder)/more.jsonl")
                _ = try runs.resume(run)
                #expect(try runs.wait(for: run).status == .finished)

                let second = try #require(runs.phaseEnd(after: run)?.next)
                #expect(second.previousPhase == run)
                #expect(try runs.wait(for: second.id).status == .finished)
                #expect(throws: WorkspaceError.self) { try runs.resume(run) }
            }
        }
    }

    @Test func aSecondPhaseThatCrashedIsResumedByEitherName() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let runs = workspace.runs
                var request = try Self.request(test)
                request.then?[0].steps = 400
                let first = try runs.start(request)
                let second = try #require(runs.phaseEnd(after: first.id)?.next)
                runs.stopHere(checkpointing: false)
                #expect(try runs.wait(for: second.id).status == .stopped)
                #expect(try runs.resume(first.id).id == second.id)
                #expect(try runs.wait(for: second.id).status == .finished)
            }
        }
    }

    @Test func allWeightsAreTrainedThroughThreePhases() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let runs = workspace.runs
                var request = try Self.request(test)
                request.method = .full
                request.then?.append(test.request(steps: 1))
                var names: [String] = []
                var run: RunSummary? = try runs.start(request)
                while let phase = run {
                    #expect(try runs.wait(for: phase.id).status == .finished)
                    names.append(try runs.summary(phase.id).parameters["model"] ?? "")
                    run = runs.phaseEnd(after: phase.id)?.next
                }
                #expect(names.count == 3)
                // A phase's model is named after the run that made it.
                #expect(names == ["tiny", "facts-full", "more-full"])
            }
        }
    }

    @Test func aPhaseThatDoesNotFitIsRefusedBeforeTheFirst() throws {
        try TestWorkspace.with { test in
            try test.opened({ $0.availableMemory = { 6_000_000 } }) { workspace in
                var request = try Self.request(test)
                request.then?[0].batchSize = 4096
                request.then?[0].sequenceLength = 256
                #expect(throws: WorkspaceError.self) { try workspace.runs.start(request) }
                #expect(try workspace.runs.list().isEmpty)
            }
        }
    }

    @Test func aPhaseThatCannotRunIsRefusedBeforeTheFirst() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var request = try Self.request(test)
                request.then?[0].dataset = "nowhere"
                #expect(throws: WorkspaceError.self) { try workspace.runs.start(request) }
                #expect(throws: WorkspaceError.self) {
                    try workspace.runs.plan(request, isMeasured: false)
                }
                #expect(try workspace.runs.list().isEmpty)
            }
        }
    }

    @Test func aPlanDescribesEveryPhase() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let plan = try workspace.runs.plan(try Self.request(test), isMeasured: false)
                #expect(plan.totalSteps == 3)
                #expect(plan.later.map(\.totalSteps) == [2])
                #expect(plan.later.first?.dataset.hasPrefix("more@") == true)
            }
        }
    }

    @Test func layersAndIntervalsAreReadAsTheyAreWritten() {
        for (text, layers) in [("0,3,20-22", [0, 3, 20, 21, 22]), ("7", [7]), ("1-2", [1, 2])] {
            #expect(OptionText.layers(text) == layers)
            #expect(OptionText.text(ofLayers: layers) == text)
        }
        for text in ["", "a", "3-1", "1-2-3", "1,,2", "-1", "99999"] {
            #expect(OptionText.layers(text) == nil, "\(text)")
        }
        for text in ["60s", "20", "0.5s"] {
            #expect(TrainingConfiguration.CheckpointInterval(text)?.text == text)
        }
        for text in ["", "0", "-1", "s", "0s", "infs", "20 s", "1m"] {
            #expect(TrainingConfiguration.CheckpointInterval(text) == nil, "\(text)")
        }
    }
}

@Suite struct RunNameTests {
    @Test func aRunWithoutAGivenNameGetsAUniqueOne() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var request = test.request(steps: 1)
                for expected in ["facts-r4", "facts-r4-2", "facts-r4-3"] {
                    #expect(try workspace.runs.plan(request, isMeasured: false).runName == expected)
                    let run = try workspace.runs.start(request)
                    _ = try workspace.runs.wait(for: run.id)
                    #expect(run.name == expected)
                }
                request.runName = "facts-r4"
                let named = try workspace.runs.start(request)
                _ = try workspace.runs.wait(for: named.id)
                #expect(named.name == "facts-r4", "a name that was asked for is kept")
            }
        }
    }

    @Test func aRunRecordsTheResultItStartedFrom() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let first = try workspace.runs.start(test.request(steps: 1))
                let result = try workspace.runs.wait(for: first.id).resultPath
                var request = test.request(steps: 1)
                request.initialAdapter = result
                let second = try workspace.runs.start(request)
                #expect(try workspace.runs.wait(for: second.id).status == .finished)
                #expect(second.origin == first.id)
                #expect(!second.isPhase)
            }
        }
    }
}
