import ModelFiles
import Platform
import Tensors
import Testing
import TestModels
import Training
import Transformer

/// Training all of a model's weights.
@Suite struct FullTrainingTests {
    private func bits(_ model: LanguageModel) throws -> [UInt32] {
        let buffer = try #require(model.parameters).buffer
        return withExtendedLifetime(buffer) { buffer.values.map(\.bitPattern) }
    }

    @Test func theResultIsAModelWithTheTrainedNumbers() throws {
        try TinyRun.with(isTrained: true) { run in
            run.configuration.steps = 30
            let (outcome, events) = try run.train()
            let steps = events.steps
            #expect(steps[29].loss < 0.5 * steps[0].loss)
            guard case .finished(let report) = outcome, case .model(let path) = report.result
            else {
                Issue.record("no model was written")
                return
            }
            // The tiny model is stored in float32, so nothing is rounded.
            let written = try LanguageModel(ModelFile.open(path: path), isTrained: true)
            #expect(try bits(written) == bits(run.model))
            #expect(written.file.chatTemplate != nil)
        }
    }

    @Test(arguments: OptimizerKind.allCases)
    func resumesBitForBit(optimizer: OptimizerKind) throws {
        func settings(_ run: inout TinyRun) {
            run.configuration.optimizer = optimizer
            run.configuration.learningRate = 1e-3
        }
        let whole = try TinyRun.with(isTrained: true) { run in
            settings(&run)
            let events = try run.train().events
            return (steps: events.steps.map(\.bits), weights: try bits(run.model))
        }
        try TinyRun.with(isTrained: true) { run in
            settings(&run)
            let begun = try run.train(stop: 3)
            guard case .stopped(_, let folder) = begun.outcome else {
                Issue.record("the run was not stopped")
                return
            }
            let checkpoint = try Checkpoint(folder: folder)
            // Weights after the stop must not be those it resumes with.
            try #require(run.model.parameters).buffer.clear()
            let (_, events) = try run.train(resumingFrom: checkpoint)
            #expect(events.steps.first?.step == 3)
            #expect(begun.events.steps.map(\.bits) + events.steps.map(\.bits) == whole.steps)
            #expect(try bits(run.model) == whole.weights)
        }
    }

    @Test func threadsChangeNoBit() throws {
        func train(threads: Int) throws -> [UInt32] {
            try TinyRun.with(threads: threads, isTrained: true) { run in
                run.configuration.optimizer = .adamw8bit
                _ = try run.train()
                return try bits(run.model)
            }
        }
        #expect(try train(threads: 1) == train(threads: 3))
    }

    @Test func normsDoNotDecay() throws {
        try TinyRun.with(isTrained: true) { run in
            let parts = TrainedWeights.model(try #require(run.model.parameters)).parts
            let pieces = Optimizer.pieces(parts, run.configuration)
            #expect(
                pieces.reduce(0) { $0 + $1.range.count } == parts.reduce(0) { $0 + $1.range.count }
            )
            for part in parts {
                let decay = part.kind == .vector ? 0 : run.configuration.weightDecay
                let covering = pieces.filter { $0.range.overlaps(part.range) }
                #expect(covering.allSatisfy { $0.weightDecay == decay }, "\(part.name)")
            }
        }
    }

    @Test func refusesAQuantizedModel() throws {
        try TinyRun.with(.q8_0) { run in
            run.configuration.method = .full
            let error = #expect(throws: TrainingError.self) { try run.trainer() }
            #expect(error?.code == .configuration)
        }
    }
}
