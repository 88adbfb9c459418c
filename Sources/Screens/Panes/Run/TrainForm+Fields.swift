import TerminalUI
import Workspace

extension TrainForm {
    /// What is chosen where only opening the model's file would tell.
    static let automatic = "automatic"
    /// What is chosen where no run is gone on from, and where no stage follows.
    static let nothing = "nothing"
    /// The passes of a run for which nobody says anything else.
    static let usualPasses = "\(TrainingChoices.usualEpochs)"

    /// How the weights of a model are adapted unless somebody wants it otherwise.
    static func usualMethod(of model: ModelSummary?) -> String {
        guard let type = model?.quantization?.uppercased() else { return automatic }
        let isWhole = ["F32", "F16", "BF16"].contains(type)
        return (isWhole ? TrainingRequest.Method.lora : .qlora).rawValue
    }

    static func fields(
        models: [String],
        datasets: [String],
        starts: [Start]
    ) -> [FormField] {
        whatIsTrained(models, datasets) + adapter(starts) + optimization + data + meanwhile
            + sentinels + nextStage(datasets)
    }

    private static func whatIsTrained(_ models: [String], _ datasets: [String]) -> [FormField] {
        [
            FormField("dataset", "dataset", .choice(datasets), hint: "left and right choose"),
            FormField("model", "base model", .choice(models), hint: "left and right choose"),
            FormField(
                "name",
                "run name",
                .text(placeholder: "from dataset and rank"),
                hint: "empty: made from dataset and rank"
            ),
            FormField(
                "method",
                "method",
                .choice([automatic] + TrainingRequest.Method.allCases.map(\.rawValue)),
                hint: "lora and qlora train an adapter, full every weight of a 16 or 32 bit file"
            ),
            FormField(
                "steps",
                "steps",
                .number(minimum: 1, isInteger: true, isOptional: true),
                hint: "optimizer steps; empty: from passes",
                emptyText: "from passes"
            ),
            FormField(
                "epochs",
                "passes",
                .number(minimum: 1, isInteger: true, isOptional: true),
                hint: "times through the data; empty: from steps",
                emptyText: "from steps"
            ),
            FormField(
                "batch",
                "batch size",
                .number(minimum: 1, maximum: 65_536, isInteger: true),
                hint: "rows a step; more is smoother, slower and takes more memory"
            ),
            FormField(
                "rate",
                "learning rate",
                .number(minimum: 0),
                hint: "the peak rate; too high diverges, too low learns nothing"
            ),
            FormField(
                "rank",
                "rank",
                .number(minimum: 1, maximum: 65_536, isInteger: true),
                hint: "width of the adapter; a higher one stores more"
            ),
            FormField(
                "alpha",
                "alpha",
                .number(minimum: 0),
                hint: "strength of the adapter; twice the rank is usual"
            ),
            FormField(
                "length",
                "sequence length",
                .number(minimum: 8, maximum: 1_048_576, isInteger: true),
                hint: "tokens a row; longer rows are refused, or see Data below"
            ),
            FormField(
                "split",
                "held-out share",
                .number(minimum: 0, maximum: 0.99, isOptional: true),
                hint: "empty: the dataset's own held-out part, if it has one",
                emptyText: "the dataset's own"
            ),
        ]
    }

    private static func adapter(_ starts: [Start]) -> [FormField] {
        [
            FormField(
                "adapter",
                "Adapter",
                .section,
                hint: "where it applies and how it starts; space opens"
            ),
            FormField(
                "from",
                "continue from",
                .choice([nothing] + starts.map(\.label)),
                hint: "a finished run, whose adapter or model is trained further"
            ),
            FormField(
                "targets",
                "targets",
                .text(placeholder: "all seven projections"),
                hint: "any of \(TrainingChoices.targets.joined(separator: ", "))"
            ),
            FormField(
                "layers",
                "layers",
                .text(placeholder: "all"),
                hint: "from 0, such as 20-29 or 0,3,5; empty: all"
            ),
            FormField(
                "dropout",
                "dropout",
                .number(minimum: 0, maximum: 0.99),
                hint: "share of the adapter's inputs that is dropped"
            ),
            FormField(
                "initialization",
                "initialization",
                .choice(TrainingChoices.initializations),
                hint: "how A is initialized; B starts at zero"
            ),
            FormField(
                "rslora",
                "rsLoRA",
                .toggle,
                hint: "divides alpha by the square root of the rank; for high ranks"
            ),
            FormField(
                "ratio",
                "LoRA+ ratio",
                .number(minimum: 0.01, maximum: 1000),
                hint: "how much faster B learns than A; 1 is plain LoRA"
            ),
        ]
    }

    private static let optimization = [
        FormField(
            "optimization",
            "Optimization",
            .section,
            hint: "optimizer, schedule, arithmetic; space opens"
        ),
        FormField(
            "optimizer",
            "optimizer",
            .choice(TrainingChoices.optimizers),
            hint: "adamw_8bit takes a quarter of the memory, sgd and lion half"
        ),
        FormField(
            "schedule",
            "schedule",
            .choice(TrainingRequest.Scheduler.allCases.map(\.rawValue)),
            hint: "how the learning rate falls after the warm-up"
        ),
        FormField(
            "power",
            "schedule's power",
            .number(minimum: 0.01, maximum: 100),
            hint: "of a polynomial schedule"
        ),
        FormField(
            "warmup",
            "warm-up steps",
            .number(minimum: 0, isInteger: true),
            hint: "steps in which the learning rate rises"
        ),
        FormField(
            "decay",
            "weight decay",
            .number(minimum: 0, maximum: 100),
            hint: "of every trained matrix, not of norms and biases"
        ),
        FormField(
            "clip",
            "gradient clipping",
            .number(minimum: 0),
            hint: "the largest gradient norm; 0 turns it off"
        ),
        FormField(
            "accumulation",
            "accumulation",
            .number(minimum: 1, maximum: 65_536, isInteger: true),
            hint: "batches per optimizer step"
        ),
        FormField(
            "precision",
            "precision",
            .choice(["fast", "exact"]),
            hint: "exact is float32 throughout, and slower"
        ),
        FormField(
            "recompute",
            "recomputation",
            .toggle,
            hint: "recomputes layers in the backward pass: less memory, more time, same bits"
        ),
        FormField(
            "seed",
            "seed",
            .number(minimum: 0, isInteger: true),
            hint: "the same seed gives the same run, bit for bit"
        ),
    ]

    private static let data = [
        FormField(
            "data",
            "Data",
            .section,
            hint: "long rows, packing, order, lint; space opens"
        ),
        FormField(
            "long",
            "too long",
            .choice(TrainingChoices.overLength),
            hint: "how conversations longer than a row are handled"
        ),
        FormField(
            "documents",
            "documents",
            .choice(TrainingChoices.documents),
            hint: "of raw text: a row each, or one stream cut into rows"
        ),
        FormField(
            "packing",
            "packing",
            .toggle,
            hint: "several conversations share a row; none sees another"
        ),
        FormField("shuffle", "shuffling", .toggle, hint: "a new order for every pass"),
        FormField(
            "allow",
            "allowed findings",
            .text(placeholder: "none"),
            hint: "lint rules that do not block the run, or all"
        ),
    ]

    private static let meanwhile = [
        FormField(
            "meanwhile",
            "While it runs",
            .section,
            hint: "evaluations, answers, checkpoints, when to end; space opens"
        ),
        FormField(
            "evaluate",
            "evaluate every",
            .number(minimum: 1, isInteger: true, isOptional: true),
            hint: "steps between held-out losses",
            emptyText: "\(TrainingChoices.usualEvaluations) times a run"
        ),
        FormField(
            "samples",
            "answers",
            .number(minimum: 0, maximum: 64, isInteger: true),
            hint: "held-out questions answered at every evaluation"
        ),
        FormField(
            "checkpoint",
            "checkpoint every",
            .text(),
            hint: "seconds such as 60s, or steps such as 20"
        ),
        FormField(
            "patience",
            "patience",
            .number(minimum: 1, isInteger: true, isOptional: true),
            hint: "ends after this many evaluations without a lower held-out loss",
            emptyText: "to the last step"
        ),
        FormField(
            "best",
            "keep the best",
            .toggle,
            hint: "the result is the adapter with the lowest held-out loss, not the last"
        ),
    ]

    private static let sentinels =
        [
            FormField(
                "sentinels",
                "Sentinels",
                .section,
                hint:
                    "lower-rate halves the rate; go-back leaves the step's rows out"
            )
        ]
        + TrainingChoices.watches.map { watch in
            FormField(
                watch.sentinel,
                watch.sentinel,
                .choice(watch.actions),
                hint: Self.hints[watch.sentinel] ?? ""
            )
        }

    private static let hints = [
        "not-finite": "a loss or gradient is NaN or infinite",
        "loss-spike": "the loss is far above the last 50",
        "gradient-spike": "the gradient's norm is far above the usual",
        "plateau": "a hundred steps without improvement",
        "slowdown": "half as many tokens a second as usual",
        "eval-gap": "the held-out loss rises while the training loss falls",
        "no-targets": "a step had no target tokens and was skipped",
    ]

    private static func nextStage(_ datasets: [String]) -> [FormField] {
        [
            FormField(
                "stage",
                "Next stage",
                .section,
                hint: "trains the result on other data; space opens"
            ),
            FormField(
                "then",
                "then train on",
                .choice([nothing] + datasets),
                hint: "each stage ends with the held-out losses of all"
            ),
            FormField(
                "then-epochs",
                "its passes",
                .number(minimum: 1, isInteger: true, isOptional: true),
                hint: "times through its data",
                emptyText: "as this stage"
            ),
            FormField(
                "then-batch",
                "its batch size",
                .number(minimum: 1, maximum: 65_536, isInteger: true, isOptional: true),
                hint: "rows a step",
                emptyText: "as this stage"
            ),
            FormField(
                "then-rate",
                "its learning rate",
                .number(minimum: 0, isOptional: true),
                hint: "a lower one keeps more of what was learnt before",
                emptyText: "as this stage"
            ),
            FormField(
                "then-split",
                "its held-out share",
                .number(minimum: 0, maximum: 0.99, isOptional: true),
                hint: "empty: the dataset's own held-out part, if it has one",
                emptyText: "the dataset's own"
            ),
        ]
    }
}
