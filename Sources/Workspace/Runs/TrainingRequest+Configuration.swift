import FoundationEssentials
import JSON
import Tracking
import Training
import Transformer

extension TrainingRequest {
    /// The request as the trainer takes it.
    func configuration() throws -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        configuration.method = method.flatMap {
            TrainingConfiguration.Method(rawValue: $0.rawValue)
        }
        configuration.steps = steps
        configuration.epochs = epochs
        configuration.batchSize = batchSize
        configuration.learningRate = learningRate
        configuration.rank = rank
        configuration.alpha = alpha
        configuration.targets = try targets.map(Self.projection)
        configuration.layers = layers
        configuration.sequenceLength = sequenceLength
        configuration.scheduler = scheduler.kind
        configuration.warmupSteps = warmupSteps
        configuration.weightDecay = weightDecay
        configuration.maxGradientNorm = maxGradientNorm
        configuration.gradientAccumulation = gradientAccumulation
        configuration.dropout = dropout
        configuration.seed = seed
        configuration.isPacked = isPacked
        configuration.isShuffled = isShuffled
        configuration.evaluationInterval = evaluationInterval
        configuration.checkpointInterval =
            switch checkpointInterval {
            case .steps(let steps): .steps(steps)
            case .seconds(let seconds): .seconds(seconds)
            }
        if let optimizer {
            configuration.optimizer = try Self.choice(optimizer, "an optimizer")
        }
        if let initialization {
            configuration.initialization = try Self.choice(initialization, "an initialization")
        }
        configuration.schedulerPower = schedulerPower ?? configuration.schedulerPower
        configuration.loraPlusRatio = loraPlusRatio ?? configuration.loraPlusRatio
        configuration.usesRankStabilization = usesRankStabilization ?? false
        configuration.patience = patience
        configuration.choosesBest = choosesBest ?? (patience != nil)
        for (name, action) in sentinels ?? [:] {
            let sentinel: Sentinel = try Self.choice(name, "a sentinel")
            configuration.sentinels[sentinel] = try Self.choice(action, "an action")
        }
        if let sampleCount, !(0...Self.mostSamples).contains(sampleCount) {
            throw WorkspaceError(
                .invalid,
                "samples must be between 0 and \(Self.mostSamples), not \(sampleCount)."
            )
        }
        configuration.initialAdapter = initialAdapter
        configuration.precision = precision.arithmetic
        configuration.recomputes = recomputes ?? false
        configuration.threads = threads
        return configuration
    }

    /// Rows that are answered at an evaluation, at most.
    private static let mostSamples = 64

    /// The request as a run's parameters, under the names of the command line's options.
    var parameters: [Param] {
        var values: [(TrackingKey, String?)] = [
            ("model", model), ("dataset", dataset), ("eval_data", evaluationDataset),
            ("eval_split", evaluationSplit.map { "\($0)" }), ("method", method?.rawValue),
            ("stage", stage?.rawValue), ("steps", steps.map { "\($0)" }),
            ("epochs", epochs.map { "\($0)" }),
        ]
        values += [
            ("batch_size", "\(batchSize)"), ("learning_rate", "\(learningRate)"),
            ("sequence_length", "\(sequenceLength)"),
            ("eval_every", evaluationInterval.map { "\($0)" }),
            ("checkpoint_every", checkpointInterval.text),
            ("recompute", "\(recomputes ?? false)"),
            ("samples", sampleCount.map { "\($0)" }),
            ("scheduler", scheduler.rawValue), ("warmup", "\(warmupSteps)"),
            ("weight_decay", "\(weightDecay)"), ("max_grad_norm", "\(maxGradientNorm)"),
            ("gradient_accumulation", "\(gradientAccumulation)"), ("dropout", "\(dropout)"),
            ("seed", "\(seed)"), ("packing", "\(isPacked)"), ("shuffle", "\(isShuffled)"),
            ("precision", precision.rawValue), ("init_adapter", initialAdapter),
            ("optimizer", optimizer), ("scheduler_power", schedulerPower.map { "\($0)" }),
            ("loraplus_ratio", loraPlusRatio.map { "\($0)" }),
            ("rslora", usesRankStabilization.map { "\($0)" }),
            ("initialization", initialization), ("patience", patience.map { "\($0)" }),
            ("best", choosesBest.map { "\($0)" }),
            (
                "sentinels",
                sentinels.map { actions in
                    actions.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
                        .joined(separator: ",")
                }
            ),
            ("layers", layers.map(Self.text(ofLayers:))),
            ("over_length", overLength), ("documents", documents),
            ("allow", allowedFindings?.joined(separator: ",")),
        ]
        if method != .full {
            values += [
                ("rank", "\(rank)"), ("alpha", "\(alpha)"),
                ("targets", targets.joined(separator: ",")),
            ]
        }
        return values.compactMap { key, value in value.map { Param(key, $0) } }
    }

    /// The request as it is kept with its run.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Reads what ``json`` wrote; nil for what an other version wrote.
    init?(json: String) {
        guard let request = try? decodeJSON(Self.self, from: Array(json.utf8)) else {
            return nil
        }
        self = request
    }

    /// A choice by its name.
    private static func choice<Choice>(
        _ name: String,
        _ kind: String
    ) throws(WorkspaceError) -> Choice
    where Choice: RawRepresentable<String> & CaseIterable {
        if let choice = Choice(rawValue: name) { return choice }
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw WorkspaceError(.invalid, "\(name) is not \(kind).", hint: "Choose one of \(known).")
    }

    private static func projection(_ name: String) throws(WorkspaceError) -> Projection {
        if let projection = Projection(rawValue: name) { return projection }
        let known = Projection.allCases.map(\.rawValue).joined(separator: ", ")
        throw WorkspaceError(
            .invalid,
            "\(name) is not a projection that can have an adapter.",
            hint: "Use \(known)."
        )
    }
}

extension TrainingRequest.Scheduler {
    init(_ kind: LearningRateSchedule.Kind) {
        self =
            switch kind {
            case .cosine: .cosine
            case .linear: .linear
            case .polynomial: .polynomial
            case .constant: .constant
            }
    }

    var kind: LearningRateSchedule.Kind {
        switch self {
        case .cosine: .cosine
        case .linear: .linear
        case .polynomial: .polynomial
        case .constant: .constant
        }
    }
}

extension TrainingRequest.CheckpointInterval {
    init(_ interval: TrainingConfiguration.CheckpointInterval) {
        self =
            switch interval {
            case .steps(let steps): .steps(steps)
            case .seconds(let seconds): .seconds(seconds)
            }
    }
}

extension TrainingRequest.Precision {
    init(_ precision: Precision) {
        self = precision == .exact ? .exact : .fast
    }

    var arithmetic: Precision { self == .exact ? .exact : .fast }
}
