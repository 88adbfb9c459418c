import Datasets
import ModelFiles
import Platform
import Tensors
import Testing
import TestModels
import Training
import Transformer

@Suite struct TrainerTests {
    @Test(arguments: [TestWeightType.f32, .q8_0, .q4_1])
    func theLossFalls(type: TestWeightType) throws {
        try TinyRun.with(type) { run in
            run.configuration.steps = 60
            let losses = try run.train().events.steps.map(\.loss)
            let first = losses.prefix(5).reduce(0, +) / 5
            let last = losses.suffix(5).reduce(0, +) / 5
            #expect(last < 0.6 * first)
        }
    }

    @Test func aRunStoppedAndResumedEqualsOneThatWasNot() throws {
        try TinyRun.with(.q4_1) { run in
            run.configuration.dropout = 0.1
            run.evaluation = TinyRun.sentences(5, from: 100)
            run.configuration.evaluationInterval = 4
            let whole = try run.train().events
            let wholeBits = try run.parameterBits(run.resultFolder)
            TemporaryFolder.remove(run.checkpoints)
            TemporaryFolder.remove(run.resultFolder)

            let (outcome, before) = try run.train(stop: 3)
            guard case .stopped(3, let folder) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            let (_, after) = try run.train(resumingFrom: Checkpoint(folder: folder))

            #expect(after.steps.first?.step == 3)
            #expect((before + after).steps.map(\.bits) == whole.steps.map(\.bits))
            #expect((before + after).evaluations == whole.evaluations)
            #expect(try run.parameterBits(run.resultFolder) == wholeBits)
        }
    }

    @Test func aKilledRunContinuesFromItsNewestCheckpoint() throws {
        struct Killed: Error {}
        try TinyRun.with { run in
            run.configuration.checkpointInterval = .steps(2)
            let whole = try run.train().events
            TemporaryFolder.remove(run.checkpoints)
            #expect(throws: Killed.self) {
                _ = try run.trainer().run(
                    between: { if $0 == 5 { throw Killed() } else { .proceed } },
                    emit: { _ in }
                )
            }
            let checkpoint = try CheckpointStore(folder: run.checkpoints).newest().checkpoint
            #expect(checkpoint?.state.completedSteps == 4)
            let after = try run.train(resumingFrom: checkpoint).events
            #expect(after.steps.map(\.bits) == whole.steps.suffix(4).map(\.bits))
        }
    }

    @Test(arguments: [2, 3, 64])
    func theNumberOfThreadsChangesNoBit(threads: Int) throws {
        func bits(_ threads: Int) throws -> [[UInt64]] {
            try TinyRun.with(.q8_0, threads: threads) { try $0.train().events.steps.map(\.bits) }
        }
        #expect(try bits(threads) == bits(1))
    }

    @Test func accumulationEqualsALargerBatch() throws {
        func losses(batch: Int, accumulation: Int) throws -> [Double] {
            try TinyRun.with { run in
                run.configuration.precision = .exact
                run.configuration.isPacked = false
                run.configuration.batchSize = batch
                run.configuration.gradientAccumulation = accumulation
                return try run.train().events.steps.map(\.loss)
            }
        }
        let expected = try losses(batch: 8, accumulation: 1)
        for (batch, accumulation) in [(1, 8), (2, 4), (4, 2)] {
            for (a, b) in zip(try losses(batch: batch, accumulation: accumulation), expected) {
                #expect(abs(a - b) < 1e-5 * b)
            }
        }
    }

    @Test func packingDoesNotChangeTheLoss() throws {
        try TinyRun.with { run in
            run.configuration.steps = nil
            run.configuration.epochs = 1
            run.configuration.batchSize = 12
            run.configuration.precision = .exact
            let packed = try run.train().events.steps
            run.configuration.isPacked = false
            let unpacked = try run.train().events.steps
            #expect(packed.count == 1 && unpacked.count == 1)
            #expect(packed[0].targetTokens == unpacked[0].targetTokens)
            #expect(abs(packed[0].loss - unpacked[0].loss) < 1e-5)
            #expect(abs(packed[0].gradientNorm / unpacked[0].gradientNorm - 1) < 1e-5)
        }
    }

    @Test func theLossIsTheMeanOverTheTargetsOfTheStep() throws {
        try TinyRun.with { run in
            run.configuration.isPacked = false
            run.configuration.isShuffled = false
            run.configuration.gradientAccumulation = 2
            let step = try #require(try run.train().events.steps.first)
            let pass = TrainingPass(
                run.model,
                .init(
                    tokenCapacity: 64,
                    shape: run.configuration.adapterShape,
                    precision: run.configuration.precision
                )
            )
            var sum = 0.0
            var targets = 0
            for example in run.examples.prefix(4) {
                let batch = TokenBatch(
                    tokens: example.ids,
                    segments: [0..<example.ids.count],
                    isTarget: example.isTarget
                )
                sum += try pass.loss(batch, adapter: nil)
                targets += example.targetCount
            }
            #expect(step.targetTokens == targets)
            #expect(abs(step.loss - sum / Double(targets)) < 1e-6)
        }
    }

    @Test func aLossThatIsNaNEndsTheRunAndChangesNothing() throws {
        try TinyRun.with { run in
            let trainer = try run.trainer()
            var steps: [StepReport] = []
            let error = #expect(throws: TrainingError.self) {
                _ = try trainer.run(
                    between: { completed in
                        if completed == 3 { trainer.weights.buffer.pointer[0] = .nan }
                        return .proceed
                    },
                    emit: { if case .step(let report) = $0 { steps.append(report) } }
                )
            }
            #expect(error?.code == .diverged)
            #expect(error?.message.hasPrefix("The run diverged at step 3: loss") == true)
            #expect(steps.count == 3)
            #expect(trainer.completedSteps == 3)
            #expect(trainer.weights.buffer.pointer[1].isFinite)
        }
    }

    @Test func evaluatesAtIntervalsAndAtTheEnd() throws {
        try TinyRun.with { run in
            run.evaluation = TinyRun.sentences(4, from: 50)
            run.configuration.evaluationInterval = 3
            let events = try run.train().events
            #expect(events.evaluations.map(\.step) == [3, 6, 8])
            #expect(events.checkpointedSteps == [3, 6, 8])
        }
    }

    @Test func keepsTheNewestTwoCheckpointsAndTheBest() throws {
        try TinyRun.with { run in
            run.evaluation = run.examples
            run.configuration.steps = 10
            run.configuration.evaluationInterval = 2
            let events = try run.train().events
            let best = try #require(events.evaluations.min { $0.loss < $1.loss }?.step)
            let kept = try CheckpointStore(folder: run.checkpoints).steps()
            #expect(Set(kept) == [10, 8, best])
        }
    }

    @Test func timeAndTokensContinueAfterResuming() throws {
        try TinyRun.with { run in
            var time = 0.0
            let clock = {
                time += 1
                return time
            }
            _ = try run.trainer(clock: clock).run(
                between: { $0 == 2 ? .stop : .proceed },
                emit: { _ in }
            )
            let checkpoint = try #require(
                try CheckpointStore(folder: run.checkpoints).newest().checkpoint
            )
            #expect(checkpoint.state.elapsedSeconds == 2)
            #expect(checkpoint.state.tokens > 0)
            var elapsed: [Double] = []
            _ = try run.trainer(resumingFrom: checkpoint, clock: clock).run(emit: {
                if case .step(let report) = $0 { elapsed.append(report.elapsedSeconds) }
            })
            #expect(elapsed == [3, 4, 5, 6, 7, 8])
        }
    }

    @Test func asksAgainAfterARequestedCheckpointIsWritten() throws {
        try TinyRun.with { run in
            var asked: [Int] = []
            var saved: [Int] = []
            _ = try run.trainer().run(
                between: { completed in
                    asked.append(completed)
                    return completed == 2 && saved.isEmpty ? .checkpoint : .proceed
                },
                emit: { if case .checkpointed(let steps, _) = $0 { saved.append(steps) } }
            )
            #expect(asked == [0, 1, 2, 2, 3, 4, 5, 6, 7])
            #expect(saved == [2])
        }
    }

    @Test func savesWhenTheTimeForItHasPassed() throws {
        try TinyRun.with { run in
            run.configuration.checkpointInterval = .seconds(3)
            var time = 0.0
            var saved: [Int] = []
            _ = try run.trainer(clock: {
                time += 1
                return time
            }).run(emit: { if case .checkpointed(let steps, _) = $0 { saved.append(steps) } })
            #expect(saved == [3, 6])
        }
    }

    @Test func onlyTheChosenLayersAreTrained() throws {
        try TinyRun.with { run in
            run.configuration.layers = [1]
            let trainer = try run.trainer()
            let count = trainer.weights.buffer.count
            var all = run.configuration
            all.layers = nil
            run.configuration = all
            #expect(try run.trainer().weights.buffer.count == 2 * count)
            run.configuration.layers = [1]
            let whole = try run.train().events.steps.map(\.bits)
            let configuration = try AdapterFile.configuration(in: run.resultFolder)
            #expect(configuration.layers == [1])
            let file = try AdapterFile.read(folder: run.resultFolder)
            #expect(file.tensors.keys.allSatisfy { $0.contains("layers.1.") })
            TemporaryFolder.remove(run.checkpoints)
            let begun = try run.train(stop: 3)
            guard case .stopped(_, let folder) = begun.outcome else {
                Issue.record("the run was not stopped")
                return
            }
            let rest = try run.train(resumingFrom: Checkpoint(folder: folder)).events.steps
            #expect(begun.events.steps.map(\.bits) + rest.map(\.bits) == whole)
        }
    }

    @Test func continuesAnAdapterOnlyWithItsOwnShape() throws {
        try TinyRun.with { run in
            _ = try run.train()
            let folder = run.resultFolder
            run.configuration.initialAdapter = folder
            let trainer = try run.trainer()
            #expect(trainer.weights.adapter?.bits == (try run.parameterBits(folder)))
            run.configuration.rank = 8
            let error = #expect(throws: TrainingError.self) { try run.trainer() }
            #expect(error?.message.contains("rank 4, alpha 8.0") == true)
        }
    }

    @Test func refusesExamplesThatCannotBeTrainedOn() throws {
        try TinyRun.with { run in
            let source = RecordSource(file: "rows.jsonl", line: 7)
            let cases: [(Example, String)] = [
                (
                    Example(ids: [3, 4], isTarget: [false, false], source: source),
                    "no token to learn"
                ),
                (
                    Example(ids: [3, 999], isTarget: [false, true], source: source), "the token 999"
                ),
                (
                    Example(
                        ids: .init(repeating: 3, count: 49),
                        isTarget: [false] + .init(repeating: true, count: 48),
                        source: source
                    ),
                    "49 tokens"
                ),
            ]
            for (example, message) in cases {
                run.examples = [example]
                let error = #expect(throws: TrainingError.self) { try run.trainer() }
                #expect(error?.message.hasPrefix("rows.jsonl:7 has") == true)
                #expect(error?.message.contains(message) == true)
            }
            run.examples = []
            #expect(throws: TrainingError.self) { try run.trainer() }
        }
    }
}
