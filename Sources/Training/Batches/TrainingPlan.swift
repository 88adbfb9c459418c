import Datasets
import ModelFiles
import Platform
import Transformer

/// A validated run before its start: its examples, batches and schedule.
struct TrainingPlan {
    let model: LanguageModel
    let configuration: TrainingConfiguration
    let training: TrainingExamples
    let evaluation: TrainingExamples
    let batches: BatchPlan
    let schedule: LearningRateSchedule
    /// Steps between evaluations.
    let evaluationInterval: Int
    /// The maximum number of tokens of a micro-batch, including evaluations.
    let tokenCapacity: Int
    /// The maximum number of tokens of one example.
    let longestExample: Int

    init(
        model: LanguageModel,
        examples: [Example],
        evaluation: [Example],
        configuration: TrainingConfiguration
    ) throws {
        try configuration.validate(for: model)
        guard !examples.isEmpty else {
            throw TrainingError(
                .example,
                "There is no example to train on.",
                hint: "choose a dataset with rows"
            )
        }
        func checked(_ examples: [Example]) throws -> TrainingExamples {
            try TrainingExamples(
                examples,
                sequenceLength: configuration.sequenceLength,
                vocabularySize: model.configuration.vocabularySize,
                allowsNoTargets: configuration.allowsNoTargets
            )
        }
        self.model = model
        self.configuration = configuration
        training = try checked(examples)
        self.evaluation = try checked(evaluation)
        batches = BatchPlan(lengths: training.lengths, configuration: configuration)
        schedule = configuration.schedule(totalSteps: batches.totalSteps)
        evaluationInterval = configuration.resolvedEvaluationInterval(
            totalSteps: batches.totalSteps
        )
        longestExample = (training.lengths + self.evaluation.lengths).max() ?? 0
        tokenCapacity = max(batches.tokenCapacity, self.evaluation.lengths.max() ?? 0)
    }

    /// The capacity of the run's training passes.
    var pass: TrainingPass.Configuration {
        configuration.pass(tokenCapacity: tokenCapacity, longestSequence: longestExample)
    }
}
