extension TrainingOptions {
    /// Evaluations, monitors and their consequences.
    static let course: [TrainingOption] = [
        TrainingOption(
            "eval-data",
            request: \.evaluationDataset,
            in: .course,
            .optional(.text),
            key: "evaluationDataset",
            "A dataset to evaluate on.",
            default: "the held-out part of the data"
        )
        .phases(.own).numbersStay().timeStays().completing(.dataset),
        TrainingOption(
            "eval-split",
            request: \.evaluationSplit,
            in: .course,
            .optional(.number(.fraction)),
            key: "evaluationSplit",
            "The share of the rows to hold out for evaluation.",
            default: "as the data is"
        )
        .asked(
            "held-out share",
            "empty: the dataset's own held-out part, if it has one",
            empty: "the dataset's own"
        )
        .phases(.own).timeStays(),
        TrainingOption(
            "eval-every",
            \.evaluationInterval,
            in: .course,
            .optional(.integer(OptionRange.counts)),
            key: "evaluationInterval",
            "Steps between evaluations.",
            default: "\(TrainingConfiguration.defaultEvaluationCount) evaluations a run"
        )
        .titled("evaluation interval")
        .asked(
            "evaluate every",
            "steps between held-out losses",
            empty: "\(TrainingConfiguration.defaultEvaluationCount) times a run"
        )
        .numbersStay().timeStays(),
        TrainingOption(
            "samples",
            request: \.sampleCount,
            in: .course,
            .optional(.integer(0...TrainingRequest.maxSamples)),
            key: "sampleCount",
            "Held-out rows that are answered at every evaluation.",
            default: "\(TrainingRequest.defaultSamples)"
        )
        .asked("samples", "held-out questions answered at every evaluation").numbersStay(),
        TrainingOption(
            "sample-prompt",
            request: \.samplePrompts,
            in: .course,
            .texts,
            key: "samplePrompts",
            "A further prompt to answer at every evaluation; may be given several times."
        )
        .recorded(.never).numbersStay().timeStays(),
        TrainingOption(
            "checkpoint-every",
            \.checkpointInterval,
            in: .course,
            .interval,
            key: "checkpointInterval",
            "Steps between checkpoints, or seconds such as 60s."
        )
        .titled("checkpoint interval")
        .asked("checkpoint every", "seconds such as 60s, or steps such as 20").recorded(.always)
        .numbersStay(resumable: true).timeStays(),
        TrainingOption(
            "patience",
            \.patience,
            in: .course,
            .optional(.integer(OptionRange.counts)),
            "End after this many evaluations without a lower held-out loss; implies --best.",
            default: ""
        )
        .asked(
            "patience",
            "ends after this many evaluations without a lower held-out loss",
            empty: "to the last step"
        )
        .timeStays(),
        TrainingOption(
            "best",
            \.choosesBest,
            in: .course,
            .flag,
            key: "choosesBest",
            "Keep the weights of the lowest held-out loss, not the last ones."
        )
        .titled("choice of the best")
        .asked(
            "keep the best",
            "the result is the adapter with the lowest held-out loss, not the last"
        )
        .timeStays().compared { $0.keepsBest == $1.keepsBest },
        TrainingOption(
            "on",
            \.monitors,
            in: .course,
            .actions,
            key: "sentinels",
            """
            What to do when a monitor alerts, such as loss-spike=go-back. Monitors: not-finite, \
            loss-spike, gradient-spike, plateau, slowdown, eval-gap, no-targets. Actions: mark, \
            pause, lower-rate, go-back, stop. May be given several times.
            """
        )
        .titled("monitors").recorded(.unlessDefault, as: "sentinels").timeStays(),
    ]
}
