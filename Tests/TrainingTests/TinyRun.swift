import Datasets
import ModelFiles
import Tensors
import TestModels
import Training
import Transformer

/// A training run on a tiny random model, in a folder of its own.
struct TinyRun {
    let model: LanguageModel
    let folder: String
    var examples: [Example]
    var evaluation: [Example] = []
    var configuration: TrainingConfiguration
    var datasetDigest = "data"
    var checkpointKey: String?

    /// Creates a model of the given type and passes the run to `body`.
    @discardableResult
    static func with<Result>(
        _ type: TestWeightType = .f32,
        threads: Int = 1,
        isTrained: Bool = false,
        _ body: (inout TinyRun) throws -> Result
    ) throws -> Result {
        try TemporaryFolder.with { folder in
            var tiny = TestModel()
            tiny.type = type
            try tiny.write(to: "\(folder)/tiny.gguf")
            let file = try ModelFile.open(path: "\(folder)/tiny.gguf")
            var run = TinyRun(
                model: try LanguageModel(
                    file,
                    pool: WorkerPool(threads: threads),
                    isTrained: isTrained
                ),
                folder: folder,
                examples: sentences(12, from: 0),
                configuration: settings
            )
            if isTrained { run.configuration.method = .full }
            return try body(&run)
        }
    }

    /// Short texts, the second half of each a target.
    static func sentences(_ count: Int, from first: Int) -> [Example] {
        (first..<first + count).map { number in
            let text = "row \(number) says \(number * number % 7) and no more"
            let ids = Array(text.utf8.prefix(12 + number % 9)).map(TestModel.token(byte:))
            return Example(
                ids: ids,
                isTarget: ids.indices.map { $0 >= ids.count / 2 },
                source: RecordSource(file: "rows.jsonl", line: number + 1)
            )
        }
    }

    static var settings: TrainingConfiguration {
        var settings = TrainingConfiguration()
        settings.steps = 8
        settings.batchSize = 2
        settings.sequenceLength = 48
        settings.rank = 4
        settings.alpha = 8
        settings.learningRate = 1e-2
        settings.seed = 5
        settings.checkpointInterval = .steps(1000)
        return settings
    }

    var checkpoints: String { "\(folder)/checkpoints" }
    var resultFolder: String { "\(folder)/result" }

    func trainer(
        resumingFrom checkpoint: Checkpoint? = nil,
        clock: @escaping () -> Double = Pace.monotonicSeconds
    ) throws -> Trainer {
        try Trainer(
            model: model,
            examples: examples,
            evaluation: evaluation,
            configuration: configuration,
            provenance: RunProvenance(
                modelName: "tiny",
                modelDigest: "model",
                datasetName: "rows",
                datasetDigest: datasetDigest
            ),
            checkpoints: checkpoints,
            checkpointKey: checkpointKey,
            resultFolder: resultFolder,
            resumingFrom: checkpoint,
            clock: clock
        )
    }

    /// Trains until `stop` steps are taken, or to the end.
    func train(
        resumingFrom checkpoint: Checkpoint? = nil,
        stop: Int? = nil
    ) throws -> (outcome: TrainingOutcome, events: [TrainingEvent]) {
        var events: [TrainingEvent] = []
        let outcome = try trainer(resumingFrom: checkpoint).run(
            between: { $0 == stop ? .stop : .proceed },
            emit: { events.append($0) }
        )
        return (outcome, events)
    }

    /// The bits of every parameter in an adapter's folder.
    func parameterBits(_ folder: String) throws -> [UInt32] {
        try LoRA(AdapterFile.read(folder: folder), for: model).bits
    }
}

extension [TrainingEvent] {
    var steps: [StepReport] {
        compactMap { if case .step(let report) = $0 { report } else { nil } }
    }

    var evaluations: [EvaluationReport] {
        compactMap { if case .evaluated(let report) = $0 { report } else { nil } }
    }

    var checkpointedSteps: [Int] {
        compactMap { if case .checkpointed(let steps, _) = $0 { steps } else { nil } }
    }
}

extension StepReport {
    /// The parts that must not depend on when or where the step was computed.
    var bits: [UInt64] {
        [loss.bitPattern, gradientNorm.bitPattern, learningRate.bitPattern, UInt64(targetTokens)]
    }
}

extension LoRA {
    /// The bits of every parameter.
    var bits: [UInt32] {
        withExtendedLifetime(parameters) { parameters.values.map(\.bitPattern) }
    }
}
