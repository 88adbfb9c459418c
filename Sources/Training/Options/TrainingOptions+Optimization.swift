extension TrainingOptions {
    /// The update rule of the weights, and the arithmetic.
    static let optimization: [TrainingOption] = [
        TrainingOption(
            "learning-rate",
            \.learningRate,
            in: .optimization,
            .number(.positive),
            "The peak learning rate."
        )
        .asked("learning rate", "the peak rate; too high diverges, too low learns nothing")
        .recorded(.always).timeStays(),
        TrainingOption(
            "optimizer",
            \.optimizer,
            in: .optimization,
            .choice,
            "adamw, adamw_8bit, sgd or lion."
        )
        .asked("optimizer", "adamw_8bit takes a quarter of the memory, sgd and lion half"),
        TrainingOption(
            "scheduler",
            \.scheduler,
            in: .optimization,
            .choice,
            "cosine, linear, polynomial or constant."
        )
        .asked("schedule", "how the learning rate falls after the warm-up").recorded(.always)
        .timeStays(),
        TrainingOption(
            "scheduler-power",
            \.schedulerPower,
            in: .optimization,
            .number(.positive),
            "The power of a polynomial schedule."
        )
        .asked("schedule's power", "of a polynomial schedule").timeStays(),
        TrainingOption(
            "min-learning-rate",
            \.minLearningRate,
            in: .optimization,
            .number(.nonNegative),
            "The learning rate that the schedule falls to."
        )
        .asked("lowest rate", "what the learning rate falls to").timeStays(),
        TrainingOption(
            "warmup",
            \.warmupSteps,
            in: .optimization,
            .integer(0...OptionRange.counts.upperBound),
            key: "warmupSteps",
            "Steps over which the learning rate rises."
        )
        .titled("warmup steps")
        .asked("warm-up steps", "steps in which the learning rate rises").recorded(.always)
        .timeStays(),
        TrainingOption(
            "weight-decay",
            \.weightDecay,
            in: .optimization,
            .number(.nonNegative),
            "The decay of every trained matrix."
        )
        .asked("weight decay", "of every trained matrix, not of norms and biases")
        .recorded(.always).timeStays(),
        TrainingOption(
            "max-grad-norm",
            \.maxGradientNorm,
            in: .optimization,
            .number(.nonNegative),
            key: "maxGradientNorm",
            "Clip the gradient to this norm; 0 turns it off."
        )
        .titled("max gradient norm")
        .asked("gradient clipping", "the largest gradient norm; 0 turns it off").recorded(.always)
        .timeStays(),
        TrainingOption(
            "gradient-accumulation",
            \.gradientAccumulation,
            in: .optimization,
            .integer(1...65_536),
            "Micro-batches per optimizer step."
        )
        .asked("accumulation", "batches per optimizer step").recorded(.always).timeStays(),
        TrainingOption(
            "label-smoothing",
            \.labelSmoothing,
            in: .optimization,
            .number(.fraction),
            "The share of every target that is spread over the vocabulary."
        )
        .asked("label smoothing", "share of every target that is spread over the vocabulary")
        .timeStays(),
        TrainingOption(
            "neftune-noise-alpha",
            \.neftuneNoiseAlpha,
            in: .optimization,
            .optional(.number(.positive)),
            "The strength of noise on the embeddings, as in NEFTune.",
            default: "no noise"
        )
        .titled("NEFTune noise alpha")
        .asked("embedding noise", "strength of NEFTune's noise, such as 5", empty: "none"),
        TrainingOption(
            "precision",
            \.precision,
            in: .optimization,
            .choice,
            "fast or exact."
        )
        .asked("precision", "exact is float32 throughout, and slower").recorded(.always),
        TrainingOption(
            "gradient-checkpointing",
            \.usesGradientCheckpointing,
            in: .optimization,
            .flag,
            key: "recomputes",
            "Recompute layers in the backward pass: less memory, more time, same bits."
        )
        .alias("recompute")
        .asked(
            "checkpointing",
            "gradient checkpointing: less memory, more time, same bits"
        )
        .recorded(.always, as: "recompute").numbersStay(resumable: true),
        TrainingOption("seed", \.seed, in: .optimization, .number, "The seed of everything random.")
            .asked("seed", "the same seed gives the same run, bit for bit").recorded(.always)
            .timeStays(),
        TrainingOption(
            "threads",
            \.threads,
            in: .optimization,
            .optional(.integer(1...1_024)),
            "Threads that compute.",
            default: "the cores"
        )
        .recorded(.never).numbersStay(resumable: true),
    ]
}
