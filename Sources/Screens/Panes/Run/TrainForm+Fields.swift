import TerminalUI
import Workspace

extension TrainForm {
    /// What is chosen where only opening the model's file would tell.
    static let automatic = "automatic"
    /// The passes of a run for which nobody says anything else.
    static let usualPasses = "4"

    /// How the weights of a model are adapted unless somebody wants it otherwise.
    static func usualMethod(of model: ModelSummary?) -> String {
        guard let type = model?.quantization?.uppercased() else { return automatic }
        let isWhole = ["F32", "F16", "BF16"].contains(type)
        return (isWhole ? TrainingRequest.Method.lora : .qlora).rawValue
    }

    static func fields(models: [String], datasets: [String]) -> [FormField] {
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
                hint: "automatic: qlora on a quantized file, lora on a 16 or 32 bit one"
            ),
            FormField(
                "steps",
                "steps",
                .number(minimum: 1, isInteger: true, isOptional: true),
                hint: "optimizer steps; empty: as many as the passes take",
                emptyText: "as the passes take"
            ),
            FormField(
                "epochs",
                "passes",
                .number(minimum: 1, isInteger: true, isOptional: true),
                hint: "times through the data; empty: as many as the steps make",
                emptyText: "as the steps make"
            ),
            FormField(
                "batch",
                "batch size",
                .number(minimum: 1, maximum: 4096, isInteger: true),
                hint: "rows a step; more is smoother, slower and takes more memory"
            ),
            FormField(
                "rate",
                "learning rate",
                .number(minimum: 0, maximum: 1),
                hint: "the highest it gets; too high diverges, too low learns nothing"
            ),
            FormField(
                "rank",
                "rank",
                .number(minimum: 1, maximum: 1024, isInteger: true),
                hint: "width of the adapter; more holds more"
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
                hint: "tokens a row; a longer example is refused, not cut"
            ),
            FormField(
                "warmup",
                "warm-up steps",
                .number(minimum: 0, isInteger: true),
                hint: "steps in which the learning rate rises"
            ),
            FormField(
                "split",
                "held-out share",
                .number(minimum: 0, maximum: 0.9, isOptional: true),
                hint: "empty: the dataset's own held-out part, if it has one",
                emptyText: "the dataset's own"
            ),
            FormField(
                "seed",
                "seed",
                .number(minimum: 0, isInteger: true),
                hint: "the same seed gives the same run, bit by bit"
            ),
        ]
    }

    static func values(of request: TrainingRequest, on model: ModelSummary?) -> [String: String] {
        let passes = request.steps == nil ? usualPasses : ""
        return [
            "dataset": request.dataset,
            "model": request.model,
            "name": request.runName ?? "",
            "method": request.method?.rawValue ?? usualMethod(of: model),
            "steps": request.steps.map(String.init) ?? "",
            "epochs": request.epochs.map(String.init) ?? passes,
            "batch": "\(request.batchSize)",
            "rate": Figures.plain(request.learningRate),
            "rank": "\(request.rank)",
            "alpha": Figures.plain(request.alpha),
            "length": "\(request.sequenceLength)",
            "warmup": "\(request.warmupSteps)",
            "split": request.evaluationSplit.map(Figures.plain) ?? "",
            "seed": "\(request.seed)",
        ]
    }
}
