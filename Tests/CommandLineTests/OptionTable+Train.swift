extension OptionTable {
    /// The options of `train`; every run would have one step.
    static let train: [String: Trial] = [
        "--model": bad("--model", "nope"),
        "--data": .refused(["--data", "{new}", "--steps", "1"], "{new}"),
        "--then": bad("--then", "nope epochs=1", "nope"),
        "--method": bad("--method", "nope"),
        "--objective": bad("--objective", "cpt"),
        "--steps": .refused(["--data", "{data}", "--steps", "0"], "steps"),
        "--epochs": .refused(["--data", "{data}", "--epochs", "0"], "epochs"),
        "--batch-size": bad("--batch-size", "0", "batch size"),
        "--learning-rate": bad("--learning-rate", "-1", "learning rate"),
        "--rank": bad("--rank", "0", "rank"),
        "--alpha": bad("--alpha", "0", "alpha"),
        "--sequence-length": bad("--sequence-length", "1", "sequence length"),
        "--over-length": bad("--over-length", "nope"),
        "--documents": bad("--documents", "nope"),
        "--allow": bad("--allow", "nope"),
        "--init-adapter": bad("--init-adapter", "{new}"),
        "--precision": bad("--precision", "nope"),
        "--scheduler": bad("--scheduler", "nope"),
        "--warmup": bad("--warmup", "-1", "warmup"),
        "--min-learning-rate": bad("--min-learning-rate", "-1", "min learning rate"),
        "--label-smoothing": bad("--label-smoothing", "1", "label smoothing"),
        "--neftune-noise-alpha": bad("--neftune-noise-alpha", "0", "NEFTune"),
        "--scheduler-power": bad("--scheduler-power", "2", "--scheduler-power"),
        "--optimizer": bad("--optimizer", "nope"),
        "--weight-decay": bad("--weight-decay", "-1", "weight decay"),
        "--max-grad-norm": bad("--max-grad-norm", "-1", "gradient norm"),
        "--gradient-accumulation": bad("--gradient-accumulation", "0", "accumulation"),
        "--dropout": bad("--dropout", "1", "dropout"),
        "--targets": bad("--targets", "nope"),
        "--layers": bad("--layers", "77", "layer"),
        "--loraplus-ratio": bad("--loraplus-ratio", "0", "LoRA+"),
        "--init": bad("--init", "nope"),
        "--patience": bad("--patience", "0", "patience"),
        "--on": bad("--on", "nope=stop", "nope"),
        "--samples": bad("--samples", "999", "samples"),
        "--sample-prompt": .differs(
            run(["--eval-split", "0.3", "--sample-prompt", "a"]),
            run(["--eval-split", "0.3"])
        ),
        "--threads": bad("--threads", "0", "threads"),
        "--eval-data": bad("--eval-data", "{new}"),
        "--eval-split": bad("--eval-split", "1", "--eval-split"),
        "--eval-every": bad("--eval-every", "0", "evaluation"),
        "--checkpoint-every": bad("--checkpoint-every", "0"),
        "--seed": .differs(run(["--seed", "5"]), run([])),
        "--gradient-checkpointing": .elsewhere("OptionWalkTests.theFlagsOfARunAreItsParameters"),
        "--rslora": .elsewhere("OptionWalkTests.theFlagsOfARunAreItsParameters"),
        "--best": .elsewhere("OptionWalkTests.theFlagsOfARunAreItsParameters"),
        "--no-packing": .elsewhere("OptionWalkTests.theFlagsOfARunAreItsParameters"),
        "--no-shuffle": .elsewhere("OptionWalkTests.theFlagsOfARunAreItsParameters"),
        "--run-name": .differs(
            ["--data", "{data}", "--dry-run", "--run-name", "given"],
            ["--data", "{data}", "--dry-run"]
        ),
        "--experiment": .elsewhere("OptionWalkTests.theFlagsOfARunAreItsParameters"),
        "--resume": .refused(["--resume", "nobody"], "nobody"),
        "--config": .refused(["--config", "{new}"], "{new}"),
        "--dry-run": .differs(["--data", "{data}", "--dry-run"], ["--data", "{data}"]),
    ]

    private static func bad(_ option: String, _ value: String, _ message: String? = nil) -> Trial {
        .refused(["--data", "{data}", "--steps", "1", "\(option)=\(value)"], message ?? value)
    }

    /// A run of one step that prints its loss.
    private static func run(_ words: [String]) -> [String] {
        ["--data", "{data}", "--steps", "2", "--learning-rate", "0.1"] + words
    }
}
