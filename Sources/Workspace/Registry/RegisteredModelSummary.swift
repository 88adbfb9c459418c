public import FoundationEssentials
public import Registry
import Runs

/// A registered model with its versions, as a row of a list.
public struct RegisteredModelSummary: Equatable, Sendable, Codable, Identifiable {
    /// One version.
    public struct Version: Equatable, Sendable, Codable, Identifiable {
        /// The number, from 1.
        public var number: Int
        /// Its stage.
        public var stage: Stage
        /// Its aliases.
        public var aliases: [String]
        /// The run that made it.
        public var run: String?
        /// That run's name.
        public var runName: String?
        /// The base model its adapter was trained on.
        public var baseModel: String?
        /// The adapter's folder.
        public var resultPath: String?
        /// The run's metrics.
        public var metrics: [String: Double]
        /// When it was registered.
        public var createdAt: Date
        /// Its description.
        public var note: String

        /// The number.
        public var id: Int { number }

        /// The held-out loss, as in ``RunSummary/heldOutLoss``.
        public var heldOutLoss: Double? {
            BestEvaluation.loss(
                lowest: metrics[MetricName.bestEvaluationLoss],
                last: metrics[MetricName.evaluationLoss]
            )
        }

        /// Creates a version.
        public init(
            number: Int,
            stage: Stage,
            aliases: [String],
            run: String?,
            runName: String?,
            baseModel: String?,
            resultPath: String?,
            metrics: [String: Double],
            createdAt: Date,
            note: String
        ) {
            self.number = number
            self.stage = stage
            self.aliases = aliases
            self.run = run
            self.runName = runName
            self.baseModel = baseModel
            self.resultPath = resultPath
            self.metrics = metrics
            self.createdAt = createdAt
            self.note = note
        }
    }

    /// The model's name.
    public var name: String
    /// Versions, newest first.
    public var versions: [Version]
    /// When the model was created.
    public var createdAt: Date
    /// Its description.
    public var note: String

    /// The name.
    public var id: String { name }

    /// The deployed version: alias `production`, else the newest in stage Production.
    public var deployed: Version? {
        versions.first { $0.aliases.contains("production") }
            ?? versions.first { $0.stage == .production }
    }

    /// Creates a summary.
    public init(name: String, versions: [Version], createdAt: Date, note: String) {
        self.name = name
        self.versions = versions
        self.createdAt = createdAt
        self.note = note
    }
}

/// The effect of a rollback, to be confirmed before it is executed.
public struct RollbackPlan: Equatable, Sendable, Codable {
    /// The model.
    public var name: String
    /// The version deployed now; nil if there is none.
    public var from: Int?
    /// The version that would be deployed.
    public var to: Int

    /// Creates a plan.
    public init(name: String, from: Int?, to: Int) {
        self.name = name
        self.from = from
        self.to = to
    }
}
