import Datasets
import FoundationEssentials
import ModelFiles
import Platform
import Tensors
import Testing
import TestModels
import Training
import Transformer

@Suite struct MonitorTests {
    private func alerts(_ events: [TrainingEvent]) -> [MonitorAlert] {
        events.compactMap { if case .alerted(let alert) = $0 { alert } else { nil } }
    }

    @Test func aNumberThatIsNotFiniteNamesItsTensor() throws {
        try TinyRun.with { run in
            let trainer = try run.trainer()
            let error = #expect(throws: TrainingError.self) {
                _ = try trainer.run(
                    between: { completed in
                        // The first number of layer 0's query A.
                        if completed == 3 { trainer.weights.buffer.pointer[0] = .nan }
                        return .proceed
                    },
                    emit: { _ in }
                )
            }
            #expect(
                error?.message.contains(
                    "The first bad tensor is base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"
                ) == true,
                "\(error?.message ?? "")"
            )
        }
    }

    @Test func aBadRowIsNamedByTheDiagnosis() throws {
        try TinyRun.with(isTrained: true) { run in
            // Only the second sequence has the token whose fifth component is not zero, and in
            // layer 0 that is multiplied until gate times up exceeds float32.
            let parameters = try #require(run.model.parameters)
            let slot = try #require(parameters.slot(.tokenEmbedding))
            let token = Int(TestModel.token(byte: UInt8(ascii: "#")))
            let pass = TrainingPass(
                run.model,
                .init(tokenCapacity: 32, shape: nil, precision: .exact)
            )
            let ids = "abcd".utf8.map(TestModel.token(byte:))
            let bad = "ab#d".utf8.map(TestModel.token(byte:))
            let batch = TokenBatch(
                tokens: ids + bad + ids,
                segments: [0..<4, 4..<8, 8..<12],
                isTarget: (0..<12).map { $0 % 4 > 0 }
            )
            #expect(try pass.firstNonFinite(in: batch, adapter: nil) == nil)
            func set(_ slot: ModelParameters.Slot, row: Int, column: Int, _ value: Float) {
                let place = slot.range.lowerBound + row * slot.columns + column
                parameters.buffer.pointer[place] = value
            }
            for row in 0..<slot.rows { set(slot, row: row, column: 5, 0) }
            for column in 0..<slot.columns {
                set(slot, row: token, column: column, column == 5 ? 1 : 0)
            }
            for role in [TensorRole.gate, .up] {
                let matrix = try #require(parameters.slot(role))
                for row in 0..<matrix.rows { set(matrix, row: row, column: 5, 1e19) }
            }
            let found = try #require(try pass.firstNonFinite(in: batch, adapter: nil))
            #expect(found.sequences == [1])
            #expect(found.tensor == "the output of model.layers.0.mlp.down_proj")
        }
    }

    @Test func goingBackLeavesTheRowsOutAndFinishes() throws {
        try TinyRun.with { run in
            run.configuration.monitors[.notFinite] = .goBack
            run.configuration.checkpointInterval = .steps(2)
            run.configuration.isShuffled = false
            let trainer = try run.trainer()
            var events: [TrainingEvent] = []
            var isSpoiled = false
            let outcome = try trainer.run(
                between: { completed in
                    if completed == 3, !isSpoiled {
                        isSpoiled = true
                        trainer.weights.buffer.pointer[0] = .nan
                    }
                    return .proceed
                },
                emit: { events.append($0) }
            )
            guard case .finished(let report) = outcome else {
                Issue.record("the run did not finish")
                return
            }
            #expect(report.steps == 8)
            let back = events.compactMap { event -> (Int, [RecordSource])? in
                if case .wentBack(let step, let rows) = event { (step, rows) } else { nil }
            }
            #expect(back.count == 1)
            #expect(back.first?.0 == 2)
            #expect(back.first?.1.isEmpty == false)
            #expect(alerts(events).filter { $0.action == .goBack }.map(\.monitor) == [.notFinite])
            #expect(!alerts(events).contains { $0.monitor == .noTargets }, "they were left out")
            // Step 2 was taken twice; nothing of step 3 is left.
            #expect(Array(events.steps.map(\.step).prefix(4)) == [0, 1, 2, 2])
            #expect(events.steps.last?.step == 7)
            #expect(events.steps.allSatisfy { $0.loss.isFinite })
        }
    }

    /// Spoils the weights after `step`, where no later step would detect it.
    static func spoiled(
        _ run: TinyRun,
        after step: Int,
        with value: Float
    ) throws -> TrainingOutcome {
        let trainer = try run.trainer()
        var isSpoiled = false
        return try trainer.run(emit: { event in
            guard case .step(let report) = event, report.step == step, !isSpoiled else { return }
            isSpoiled = true
            // One number of every tensor, so that all layers are spoiled.
            for part in trainer.weights.parts {
                trainer.weights.buffer.pointer[part.range.lowerBound] = value
            }
        })
    }

    @Test(arguments: [Float.nan, .infinity, 1e38])
    func aLastStepThatDivergedIsDiscarded(value: Float) throws {
        try TinyRun.with { run in
            let error = #expect(throws: TrainingError.self) {
                try Self.spoiled(run, after: 7, with: value)
            }
            #expect(error?.code == .diverged)
            #expect(error?.message.hasPrefix("The run diverged: after") == true)
            #expect(!FileManager.default.fileExists(atPath: run.resultFolder))
            // With held-out rows their loss shows it.
            run.evaluation = TinyRun.sentences(3, from: 50)
            #expect(throws: TrainingError.self) {
                try Self.spoiled(run, after: 7, with: value)
            }
            #expect(!FileManager.default.fileExists(atPath: run.resultFolder))
        }
    }

    @Test func aDivergedStepIsNoCheckpoint() throws {
        try TinyRun.with { run in
            run.configuration.checkpointInterval = .steps(3)
            #expect(throws: TrainingError.self) {
                try Self.spoiled(run, after: 5, with: .nan)
            }
            let newest = try CheckpointStore(folder: run.checkpoints).newest()
            #expect(newest.checkpoint?.state.completedSteps == 3)

            run.configuration.monitors[.notFinite] = .goBack
            let outcome = try Self.spoiled(run, after: 7, with: .nan)
            guard case .finished(let report) = outcome else {
                Issue.record("the run did not finish")
                return
            }
            #expect(report.steps == 8)
        }
    }

    @Test func aSpikeAlertsAndTheRateIsHalved() throws {
        try TinyRun.with { run in
            run.configuration.steps = 40
            run.configuration.scheduler = .constant
            run.configuration.learningRate = 1e-2
            run.configuration.monitors[.lossSpike] = .lowerRate
            let trainer = try run.trainer()
            var events: [TrainingEvent] = []
            _ = try trainer.run(
                between: { completed in
                    if completed == 30 {
                        for i in 0..<trainer.weights.buffer.count {
                            trainer.weights.buffer.pointer[i] *= 30
                        }
                    }
                    return .proceed
                },
                emit: { events.append($0) }
            )
            let spikes = alerts(events).filter { $0.monitor == .lossSpike }
            #expect(spikes.first?.step == 30)
            #expect(events.steps[30].learningRate == 1e-2)
            #expect(events.steps[31].learningRate == 0.5e-2)
            // It stays high, which is one event and not ten.
            #expect(events.steps[35].loss > 2 * events.steps[29].loss)
            #expect(spikes.count == 1)
            #expect(events.steps[39].learningRate == 0.5e-2)
        }
    }

    @Test func aStepWithoutTargetsIsSkippedAndCounted() throws {
        try TinyRun.with { run in
            run.configuration.isPacked = false
            run.configuration.isShuffled = false
            run.configuration.allowsNoTargets = true
            run.configuration.steps = 6
            for i in 2..<4 {
                let example = run.examples[i]
                run.examples[i] = Example(
                    ids: example.ids,
                    isTarget: example.ids.map { _ in false },
                    source: example.source
                )
            }
            let (outcome, events) = try run.train()
            #expect(events.steps.map(\.step) == [0, 2, 3, 4, 5])
            #expect(events.steps.allSatisfy { $0.loss.isFinite })
            #expect(alerts(events).map(\.monitor) == [.noTargets])
            guard case .finished = outcome else {
                Issue.record("the run did not finish")
                return
            }
        }
    }

    /// A run that was stopped alerts where an uninterrupted one does.
    @Test func resumingChangesNoAlert() throws {
        func settings(_ run: inout TinyRun) {
            run.configuration.steps = 40
            run.configuration.learningRate = 0.3
            run.configuration.scheduler = .constant
            run.configuration.monitors[.lossSpike] = .lowerRate
            run.configuration.monitors[.gradientSpike] = .lowerRate
        }
        let whole = try TinyRun.with { run in
            settings(&run)
            return try run.train().events
        }
        try TinyRun.with { run in
            settings(&run)
            let begun = try run.train(stop: 25)
            guard case .stopped(_, let folder) = begun.outcome else {
                Issue.record("the run was not stopped")
                return
            }
            let rest = try run.train(resumingFrom: Checkpoint(folder: folder)).events
            #expect(
                begun.events.steps.map(\.bits) + rest.steps.map(\.bits) == whole.steps.map(\.bits)
            )
            // The slowdown monitor measures the machine.
            let resumed = alerts(begun.events) + alerts(rest)
            #expect(
                resumed.filter { $0.monitor != .slowdown }
                    == alerts(whole).filter { $0.monitor != .slowdown }
            )
        }
    }

    @Test func patienceEndsTheRunWithTheBestWeights() throws {
        try TinyRun.with { run in
            run.configuration.steps = 200
            run.configuration.learningRate = 0.05
            run.configuration.scheduler = .constant
            run.configuration.evaluationInterval = 5
            run.configuration.patience = 3
            run.configuration.choosesBest = true
            run.evaluation = TinyRun.sentences(4, from: 100)
            let (outcome, events) = try run.train()
            guard case .finished(let report) = outcome, case .adapter(let folder) = report.result
            else {
                Issue.record("the run did not finish")
                return
            }
            let best = try #require(report.bestEvaluation)
            #expect(report.steps < 200)
            #expect(report.resultStep == best.step)
            #expect(best.loss == events.evaluations.map(\.loss).min())
            let checkpoint = try Checkpoint(folder: "\(run.checkpoints)/checkpoint-\(best.step)")
            #expect(try run.parameterBits(folder) == run.parameterBits(checkpoint.folder))
        }
    }
}
