import Datasets
import Testing
import Training
import Transformer

@Suite struct TrainingForecastTests {
    @Test func forecastCountsMatchTheRun() throws {
        try TinyRun.with { run in
            run.configuration.steps = nil
            run.configuration.epochs = 3
            run.evaluation = TinyRun.sentences(4, from: 30)
            run.configuration.evaluationInterval = 2
            let forecast = try TrainingForecast(
                model: run.model,
                examples: run.examples,
                evaluation: run.evaluation,
                configuration: run.configuration
            )
            let events = try run.train().events
            #expect(forecast.steps == events.steps.count)
            #expect(forecast.trainingTokens == events.steps.reduce(0) { $0 + $1.tokens })
            let evaluated = run.evaluation.reduce(0) { $0 + $1.ids.count }
            #expect(forecast.evaluationTokens == events.evaluations.count * evaluated)
            #expect(forecast.seconds == nil)
        }
    }

    @Test func theTimeFollowsFromTheMeasuredRate() throws {
        try TinyRun.with { run in
            var readings = [10.0, 11, 20, 23, 30, 30.5][...]
            let forecast = try TrainingForecast.measure(
                model: run.model,
                examples: run.examples,
                configuration: run.configuration,
                clock: { readings.removeFirst() }
            )
            let rate = try #require(forecast.rate)
            #expect(rate.evaluationSecondsPerToken == 1 / Double(rate.tokens))
            #expect(rate.trainingSecondsPerToken == 3 / Double(rate.tokens))
            #expect(rate.optimizerSecondsPerStep == 0.5)
            let seconds =
                Double(forecast.trainingTokens) * rate.trainingSecondsPerToken
                + 0.5 * Double(forecast.steps)
            #expect(forecast.seconds == seconds)
        }
    }

    @Test func aMeasurementCanBeCancelled() throws {
        try TinyRun.with { run in
            #expect(throws: CancellationError.self) {
                try TrainingForecast.measure(
                    model: run.model,
                    examples: run.examples,
                    configuration: run.configuration,
                    isCancelled: { true }
                )
            }
        }
    }

    @Test func memoryGrowsWithTheBatchAndTheRank() throws {
        try TinyRun.with { run in
            func memory(_ change: (inout TrainingConfiguration) -> Void) -> MemoryForecast {
                var configuration = run.configuration
                change(&configuration)
                return MemoryForecast(
                    model: run.model,
                    configuration: configuration,
                    tokenCapacity: configuration.batchSize * configuration.sequenceLength,
                    longestSequence: configuration.sequenceLength
                )
            }
            let small = memory { _ in }
            #expect(memory { $0.batchSize *= 2 }.activations > small.activations)
            #expect(memory { $0.rank *= 2 }.training == 2 * small.training)
            #expect(memory { $0.batchSize *= 2 }.batch > small.batch)
            #expect(memory { $0.gradientAccumulation *= 2 }.batch > small.batch)
            let parts = [
                small.weights, small.training, small.activations, small.batch, small.saving,
            ]
            #expect(small.total == parts.reduce(0, +))
        }
    }

    @Test func theLargestSettingsAreForecastToo() throws {
        try TinyRun.with { run in
            run.configuration.steps = 1_000_000_000
            run.configuration.batchSize = 65_536
            run.configuration.gradientAccumulation = 65_536
            #expect(throws: TrainingError.self) {
                try TrainingForecast(
                    model: run.model,
                    examples: run.examples,
                    configuration: run.configuration
                )
            }
            run.configuration.gradientAccumulation = 4
            let forecast = try TrainingForecast(
                model: run.model,
                examples: run.examples,
                configuration: run.configuration
            )
            #expect(forecast.steps == 1_000_000_000)
            #expect(forecast.trainingTokens > 1 << 50)
            #expect(forecast.memory.activations > 65_536 * 48)
        }
    }
}
