extension TrainingOptions {
    /// The length of training and the contents of a step.
    static let data: [TrainingOption] = [
        TrainingOption(
            "steps",
            \.steps,
            in: .data,
            .optional(.integer(OptionRange.counts)),
            "Optimizer steps.",
            default: "those of the epochs"
        )
        .asked("steps", "optimizer steps; empty: from epochs", empty: "from epochs").timeStays(),
        TrainingOption(
            "epochs",
            \.epochs,
            in: .data,
            .optional(.integer(1...10_000)),
            "Epochs: passes over the data.",
            default: "\(TrainingConfiguration.defaultEpochs)"
        )
        .asked("epochs", "times through the data; empty: from steps", empty: "from steps")
        .timeStays(),
        TrainingOption(
            "batch-size",
            \.batchSize,
            in: .data,
            .integer(1...65_536),
            "Sequences in a micro-batch."
        )
        .asked("batch size", "rows a step; more is smoother, slower and takes more memory")
        .recorded(.always).timeStays(),
        TrainingOption(
            "sequence-length",
            \.sequenceLength,
            in: .data,
            .integer(2...1_048_576),
            "The maximum number of tokens of a sequence."
        )
        .asked("sequence length", "tokens a row; longer rows are refused, or see Data below")
        .recorded(.always),
        TrainingOption(
            "over-length",
            request: \.overLength,
            in: .data,
            .choice,
            "Longer conversations: stop, drop, truncate-left, truncate-right or split."
        )
        .asked("too long", "how conversations longer than a row are handled"),
        TrainingOption(
            "documents",
            request: \.documents,
            in: .data,
            .choice,
            "Documents: separate, or joined into one stream that is cut."
        )
        .asked("documents", "of raw text: a row each, or one stream cut into rows"),
        TrainingOption(
            "packing",
            \.isPacked,
            in: .data,
            .flag,
            key: "isPacked",
            "One conversation a sequence, not several laid end to end."
        )
        .asked("packing", "several conversations share a row; none sees another").negated()
        .recorded(.always),
        TrainingOption(
            "shuffle",
            \.isShuffled,
            in: .data,
            .flag,
            key: "isShuffled",
            "Take the rows in the file's order."
        )
        .titled("shuffling").asked("shuffling", "a new order for every epoch").negated()
        .recorded(.always).timeStays(),
        TrainingOption(
            "allow",
            request: \.allowedFindings,
            in: .data,
            .names,
            key: "allowedFindings",
            "Lint rules that do not block the run, or all.",
            default: ""
        )
        .asked("allowed findings", "lint rules that do not block the run, or all", empty: "none")
        .numbersStay().timeStays(),
    ]
}
