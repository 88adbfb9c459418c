public import Datasets
public import Transformer
import ModelFiles
import Tensors

/// The time and memory that a run will take, before it starts.
public struct TrainingForecast: Sendable, Codable, Equatable {
    /// The speed of this machine in this run, measured on some of its own examples.
    public struct Rate: Sendable, Codable, Equatable {
        /// Seconds per token, forward and backward.
        public let trainingSecondsPerToken: Double
        /// Seconds per token, forward only.
        public let evaluationSecondsPerToken: Double
        /// Seconds of the optimizer per step.
        public let optimizerSecondsPerStep: Double
        /// The number of measured tokens.
        public let tokens: Int

        /// A rate of given seconds.
        public init(
            trainingSecondsPerToken: Double,
            evaluationSecondsPerToken: Double,
            optimizerSecondsPerStep: Double,
            tokens: Int
        ) {
            self.trainingSecondsPerToken = trainingSecondsPerToken
            self.evaluationSecondsPerToken = evaluationSecondsPerToken
            self.optimizerSecondsPerStep = optimizerSecondsPerStep
            self.tokens = tokens
        }
    }

    /// Optimizer steps.
    public let steps: Int
    /// Examples trained on.
    public let examples: Int
    /// Tokens trained on in all steps and epochs; an estimate for a run counted in steps.
    public let trainingTokens: Int
    /// Evaluations.
    public let evaluations: Int
    /// Seconds for answering prompts at each of them; set by the caller.
    public var secondsPerAnswering = 0.0
    /// Tokens evaluated in all evaluations.
    public let evaluationTokens: Int
    /// An estimate of the memory.
    public var memory: MemoryForecast
    /// The operations of its steps.
    public let work: StepWork
    /// The rate; nil if it is not known.
    public var rate: Rate?
    /// The factor between finished runs and their forecasts; set by the caller.
    public var correction = 1.0

    /// An estimate of the run's seconds; nil if the rate is not known.
    public var seconds: Double? {
        rate.map {
            correction
                * (Double(trainingTokens) * $0.trainingSecondsPerToken
                    + Double(evaluationTokens) * $0.evaluationSecondsPerToken
                    + Double(steps) * $0.optimizerSecondsPerStep
                    + Double(evaluations) * secondsPerAnswering)
        }
    }
}

extension TrainingForecast {
    /// The default number of measured tokens: enough for a stable rate, and quickly computed.
    public static let measuredTokens = 512

    /// Forecasts a run from sizes, without computing anything.
    ///
    /// - Throws: `TrainingError` for an invalid setting or example.
    public init(
        model: LanguageModel,
        examples: [Example],
        evaluation: [Example] = [],
        configuration: TrainingConfiguration
    ) throws {
        self = try TrainingPlan(
            model: model,
            examples: examples,
            evaluation: evaluation,
            configuration: configuration
        ).forecast(rate: nil)
    }

    /// Forecasts a run and measures the rate with one forward and backward pass over some of its
    /// examples, whose result is discarded.
    ///
    /// - Parameters:
    ///   - measuredTokens: The maximum number of tokens to measure; at least one example is used.
    ///   - clock: Returns monotonic seconds.
    ///   - isCancelled: Called before every layer.
    /// - Throws: As above; `CancellationError`.
    public static func measure(
        model: LanguageModel,
        examples: [Example],
        evaluation: [Example] = [],
        configuration: TrainingConfiguration,
        measuredTokens: Int = Self.measuredTokens,
        clock: () -> Double = Pace.monotonicSeconds,
        isCancelled: () -> Bool = { false }
    ) throws -> TrainingForecast {
        let plan = try TrainingPlan(
            model: model,
            examples: examples,
            evaluation: evaluation,
            configuration: configuration
        )
        let rate = try plan.measure(measuredTokens, clock: clock, isCancelled: isCancelled)
        return plan.forecast(rate: rate)
    }
}

extension TrainingPlan {
    func forecast(rate: TrainingForecast.Rate?) -> TrainingForecast {
        let evaluations = (batches.totalSteps + evaluationInterval - 1) / evaluationInterval
        return TrainingForecast(
            steps: batches.totalSteps,
            examples: training.examples.count,
            trainingTokens: batches.expectedTokens,
            evaluations: evaluations,
            evaluationTokens: evaluations * evaluation.lengths.reduce(0, +),
            memory: MemoryForecast(
                model: model,
                configuration: configuration,
                tokenCapacity: tokenCapacity,
                longestSequence: longestExample
            ),
            work: StepWork(model, configuration, training.examples),
            rate: rate
        )
    }

    func measure(
        _ tokens: Int,
        clock: () -> Double,
        isCancelled: () -> Bool
    ) throws -> TrainingForecast.Rate {
        var sample: [Example] = []
        var count = 0
        for index in batches.step(0).microbatches[0] {
            let example = training.examples[index]
            if count > 0, count + example.ids.count > tokens { break }
            sample.append(example)
            count += example.ids.count
        }
        let adapter = configuration.adapterShape.map {
            LoRA(model.configuration, shape: $0, seed: configuration.seed)
        }
        let trained =
            adapter.map(TrainedWeights.adapter) ?? model.parameters.map(TrainedWeights.model)
        let gradients = FloatBuffer(count: trained?.buffer.count ?? 0)
        let optimizer = trained.map { Optimizer($0, configuration, pool: model.pool) }
        let pass = TrainingPass(
            model,
            configuration.pass(
                tokenCapacity: count,
                longestSequence: sample.map(\.ids.count).max() ?? count
            )
        )
        let batch = TokenBatch(sample)
        func seconds(_ work: () throws -> Void) rethrows -> Double {
            let start = clock()
            try work()
            return clock() - start
        }
        func train() throws {
            _ = try pass.lossAndGradients(
                batch,
                adapter: adapter,
                gradients: gradients,
                targetCount: max(1, batch.targetCount),
                isCancelled: isCancelled
            )
        }
        // The first pass reads the weights from the disk and allocates memory, so it takes longer
        // than the others.
        try train()
        let evaluating = try seconds {
            _ = try pass.loss(batch, adapter: adapter, isCancelled: isCancelled)
        }
        let training = try seconds(train)
        let optimizing = seconds { optimizer.map { time(of: $0, gradients) } }
        return TrainingForecast.Rate(
            trainingSecondsPerToken: training / Double(count),
            evaluationSecondsPerToken: evaluating / Double(count),
            optimizerSecondsPerStep: optimizing,
            tokens: count
        )
    }

    /// Times an optimizer step without effect: gradients of zero, at a rate of zero.
    private func time(of optimizer: Optimizer, _ gradients: FloatBuffer) {
        gradients.clear()
        let norm = optimizer.norm(of: gradients)
        optimizer.apply(gradients, gradientNorm: norm, step: 0, learningRate: 0)
    }
}
