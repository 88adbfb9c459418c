extension TrainingOptions {
    /// The adapter's shape and initial values.
    static let adapter: [TrainingOption] = [
        TrainingOption("rank", \.rank, in: .adapter, .integer(1...65_536), "The adapter's rank.")
            .asked("rank", "width of the adapter; a higher one stores more")
            .phases(.first).adapters(.shape).recorded(.withAdapter),
        TrainingOption(
            "alpha",
            \.alpha,
            in: .adapter,
            .number(.positive),
            "The adapter's alpha; its scale is alpha / rank."
        )
        .asked("alpha", "strength of the adapter; twice the rank is usual")
        .phases(.first).adapters(.shape).recorded(.withAdapter).timeStays(),
        TrainingOption(
            "targets",
            \.targets,
            in: .adapter,
            .projections,
            "The adapted projections, separated by commas. The names of fused matrices (qkv_proj, "
                + "gate_up_proj, input_linear, output_linear) select their parts in any model.",
            default: "all seven"
        )
        .asked(
            "targets",
            "any of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, qkv_proj, "
                + "gate_up_proj, input_linear, output_linear",
            empty: "all seven projections"
        )
        .phases(.first).adapters(.shape).recorded(.withAdapter)
        .compared { Set($0.targets) == Set($1.targets) },
        TrainingOption(
            "layers",
            \.layers,
            in: .adapter,
            .optional(.layers),
            "The adapted layers, from 0, such as 20-29 or 0,3,5.",
            default: "all"
        )
        .asked("layers", "from 0, such as 20-29 or 0,3,5; empty: all", empty: "all")
        .phases(.first).adapters(.shape),
        TrainingOption(
            "dropout",
            \.dropout,
            in: .adapter,
            .number(.fraction),
            "The share of the adapter's inputs that is dropped."
        )
        .asked("dropout", "share of the adapter's inputs that is dropped").recorded(.always),
        TrainingOption(
            "init",
            \.initialization,
            in: .adapter,
            .choice,
            key: "initialization",
            "How a new adapter is initialized: uniform or gaussian."
        )
        .titled("initialization")
        .asked("initialization", "how A is initialized; B starts at zero")
        .phases(.first).adapters(.newOnly).recorded(.unlessDefault, as: "initialization")
        .timeStays(),
        TrainingOption(
            "rslora",
            \.usesRankStabilization,
            in: .adapter,
            .flag,
            key: "usesRankStabilization",
            "Scale the adapter by alpha / √rank, as rsLoRA does."
        )
        .titled("rsLoRA")
        .asked("rsLoRA", "divides alpha by the square root of the rank; for high ranks")
        .phases(.first).adapters(.shape).timeStays(),
        TrainingOption(
            "loraplus-ratio",
            \.loraPlusRatio,
            in: .adapter,
            .number(.positive),
            key: "loraPlusRatio",
            "How much faster B of the adapter learns than A, as in LoRA+."
        )
        .titled("LoRA+ ratio")
        .asked("LoRA+ ratio", "how much faster B learns than A; 1 is plain LoRA").timeStays(),
        TrainingOption(
            "init-adapter",
            \.initialAdapter,
            in: .adapter,
            .optional(.text),
            key: "initialAdapter",
            "Continue from this adapter, with its rank, alpha, targets and layers.",
            default: ""
        )
        .phases(.derived).numbersStay().completing(.folder),
    ]
}
