import TerminalUI
import Training
import Workspace

extension TrainForm {
    /// The choice of a value that depends on the model's file.
    static let automatic = "automatic"
    /// The choice of no run to continue from, and of no next phase.
    static let nothing = "nothing"
    /// The default number of epochs.
    static let defaultEpochs = "\(TrainingConfiguration.defaultEpochs)"

    /// The default method for a model.
    static func defaultMethod(of model: ModelSummary?) -> String {
        guard let type = model?.quantization?.uppercased() else { return automatic }
        let isWhole = ["F32", "F16", "BF16"].contains(type)
        return (isWhole ? TrainingConfiguration.Method.lora : .qlora).rawValue
    }

    /// The options above the sections, in this order.
    private static let front = [
        "method", "steps", "epochs", "batch-size", "learning-rate", "rank", "alpha",
        "sequence-length", "eval-split",
    ]

    /// The options that the form shows.
    static let options = TrainingOptions.all.filter { $0.question != nil }

    static func fields(
        models: [String],
        datasets: [String],
        starts: [Start]
    ) -> [FormField] {
        let from = FormField(
            "from",
            "continue from",
            .choice([nothing] + starts.map(\.label)),
            hint: "a finished run whose adapter or model is trained further"
        )
        return mainFields(models, datasets)
            + section("adapter", "Adapter", "where it applies and how it starts", .adapter, [from])
            + section(
                "optimization",
                "Optimization",
                "optimizer, schedule, arithmetic",
                .optimization
            )
            + section("data", "Data", "long rows, packing, order, lint", .data)
            + section(
                "meanwhile",
                "While it runs",
                "evaluations, answers, checkpoints, when to end",
                .course
            )
            + monitors + nextPhase(datasets)
    }

    private static func mainFields(_ models: [String], _ datasets: [String]) -> [FormField] {
        [
            FormField("dataset", "dataset", .choice(datasets), hint: "left and right choose"),
            FormField("model", "base model", .choice(models), hint: "left and right choose"),
            FormField(
                "name",
                "run name",
                .text(placeholder: "from dataset and rank"),
                hint: "empty: made from dataset and rank"
            ),
        ] + front.compactMap { TrainingOptions.option($0) }.compactMap(field)
    }

    /// A section with the options of the table that are not in front.
    private static func section(
        _ id: String,
        _ label: String,
        _ content: String,
        _ section: TrainingOption.Section,
        _ first: [FormField] = []
    ) -> [FormField] {
        [FormField(id, label, .section, hint: "\(content); space opens")] + first
            + TrainingOptions.all(in: section).filter { !front.contains($0.name) }
            .compactMap(field)
    }

    private static func field(_ option: TrainingOption) -> FormField? {
        guard let question = option.question else { return nil }
        let empty = question.emptyText
        let kind: FormField.Kind =
            switch option.kind {
            case .flag: .toggle
            case .text, .names: .text(placeholder: empty ?? "")
            case .choice(let names): .choice([empty].compactMap(\.self) + names)
            case .integer(let range):
                .number(
                    minimum: Double(range.lowerBound),
                    maximum: range.upperBound >= 1_000_000_000
                        ? .infinity : Double(range.upperBound),
                    isInteger: true,
                    isOptional: empty != nil
                )
            case .number(.fraction):
                .number(minimum: 0, maximum: 0.99, isOptional: empty != nil)
            case .number:
                .number(minimum: 0, isOptional: empty != nil)
            }
        return FormField(
            option.name,
            question.label,
            kind,
            hint: question.hint,
            emptyText: empty ?? automatic
        )
    }

    private static let monitors =
        [
            FormField(
                "monitors",
                "Monitors",
                .section,
                hint:
                    "lower-rate halves the rate; go-back leaves the step's rows out"
            )
        ]
        + Monitor.allCases.map { monitor in
            FormField(
                monitor.rawValue,
                monitor.rawValue,
                .choice(actions(of: monitor)),
                hint: hints[monitor.rawValue] ?? ""
            )
        }

    /// The possible actions of a monitor, the default first.
    private static func actions(of monitor: Monitor) -> [String] {
        let first = MonitorActions()[monitor]
        return ([first] + MonitorActions.possible(for: monitor).filter { $0 != first })
            .map(\.rawValue)
    }

    private static let hints = [
        "not-finite": "a loss or gradient is NaN or infinite",
        "loss-spike": "the loss is far above the last 50",
        "gradient-spike": "the gradient's norm is far above its usual value",
        "plateau": "a hundred steps without improvement",
        "slowdown": "half as many tokens a second as usual",
        "eval-gap": "the held-out loss rises while the training loss falls",
        "no-targets": "a step had no target tokens and was skipped",
    ]

    private static func nextPhase(_ datasets: [String]) -> [FormField] {
        [
            FormField(
                "phase",
                "Next phase",
                .section,
                hint: "trains the result on other data; space opens"
            ),
            FormField(
                "then",
                "then train on",
                .choice([nothing] + datasets),
                hint: "each phase ends with the held-out losses of all"
            ),
            FormField(
                "then-epochs",
                "its epochs",
                .number(minimum: 1, isInteger: true, isOptional: true),
                hint: "times through its data",
                emptyText: "as this phase"
            ),
            FormField(
                "then-batch-size",
                "its batch size",
                .number(minimum: 1, maximum: 65_536, isInteger: true, isOptional: true),
                hint: "rows a step",
                emptyText: "as this phase"
            ),
            FormField(
                "then-learning-rate",
                "its learning rate",
                .number(minimum: 0, isOptional: true),
                hint: "a lower one keeps more of what was learned before",
                emptyText: "as this phase"
            ),
            FormField(
                "then-eval-split",
                "its held-out share",
                .number(minimum: 0, maximum: 0.99, isOptional: true),
                hint: "empty: the dataset's own held-out part, if it has one",
                emptyText: "the dataset's own"
            ),
        ]
    }
}
