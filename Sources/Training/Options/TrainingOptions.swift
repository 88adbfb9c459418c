/// The table of all training options, in display order.
public enum TrainingOptions {
    /// All of them.
    public static let all = task + adapter + data + optimization + course

    /// The options of a section.
    public static func all(in section: TrainingOption.Section) -> [TrainingOption] {
        all.filter { $0.section == section }
    }

    /// The option with a current or earlier name on the command line.
    public static func option(_ name: String) -> TrainingOption? { byName[name] }

    /// The option whose value a parameter of a run is.
    package static func recorded(as name: String) -> TrainingOption? { byParameter[name] }

    private static let byParameter = Dictionary(all.map { ($0.parameter, $0) }) { first, _ in first
    }

    private static let byName = Dictionary(
        all.flatMap { option in
            ([option.name, option.commandName] + option.aliases).map { ($0, option) }
        }
    ) { first, _ in first }

    /// The options of a request as a run's parameters.
    public static func parameters(of request: TrainingRequest) -> [(name: String, value: String)] {
        all.compactMap { option in
            option.parameter(of: request).map { (option.parameter, $0) }
        }
    }

    private static let task: [TrainingOption] = [
        TrainingOption(
            "model",
            request: \.model,
            in: .task,
            .text,
            "A model's name, file or models:/NAME@ALIAS.",
            default: "the setting default_model, else the only one installed besides moru-tiny"
        )
        .phases(.first).recorded(.always).completing(.model),
        TrainingOption(
            "data",
            request: \.dataset,
            in: .task,
            .text,
            key: "dataset",
            "A dataset's name, or a file or folder.",
            default: ""
        )
        .phases(.derived).recorded(.always, as: "dataset").completing(.dataset),
        TrainingOption(
            "method",
            \.method,
            in: .task,
            .optional(.choice),
            "lora, qlora or full.",
            default: "qlora on a quantized file, else lora"
        )
        .asked(
            "method",
            "lora and qlora train an adapter, full every weight of a 16 or 32 bit file",
            empty: "automatic"
        )
        .phases(.first)
        // By default the model's file decides, which is the same file.
        .compared { $0.method == nil || $1.method == nil || $0.method == $1.method },
        TrainingOption(
            "objective",
            request: \.objective,
            in: .task,
            .optional(.choice),
            key: "stage",
            "sft for conversations, cpt for raw text.",
            default: "as the data is"
        )
        .alias("stage").phases(.derived).recorded(.unlessDefault, as: "stage"),
        TrainingOption(
            "run-name",
            request: \.runName,
            in: .task,
            .optional(.text),
            "The run's name.",
            default: "of dataset and rank"
        )
        .phases(.own).recorded(.never).numbersStay().timeStays(),
        TrainingOption(
            "experiment",
            request: \.experiment,
            in: .task,
            .optional(.text),
            "The experiment the run belongs to.",
            default: "the setting experiment, else Default"
        )
        .phases(.first).recorded(.never).numbersStay().timeStays(),
    ]
}
