import Presentation
import TerminalUI
import Workspace

/// The options of sampling, as a form and as text.
enum ChatOptions {
    static func form(_ options: AnswerOptions, _ instructions: String) -> FormState {
        FormState(
            [
                FormField(
                    "temperature",
                    "temperature",
                    .number(minimum: 0, maximum: 10),
                    hint: "0 always takes the most likely token; higher is more random"
                ),
                FormField(
                    "maximum",
                    "longest answer",
                    .number(minimum: 1, maximum: 1_048_576, isInteger: true),
                    hint: "the maximum number of tokens of an answer"
                ),
                FormField(
                    "seed",
                    "seed",
                    .number(minimum: 0, isInteger: true),
                    hint: "the same seed gives the same answer"
                ),
                FormField(
                    "topK",
                    "top k",
                    .number(minimum: 0, isInteger: true),
                    hint: "samples from this many of the most likely tokens; 0 for all"
                ),
                FormField(
                    "topP",
                    "top p",
                    .number(minimum: 0.001, maximum: 1),
                    hint: "samples from the most likely tokens up to this probability; 1 for all"
                ),
                FormField(
                    "minP",
                    "min p",
                    .number(minimum: 0, maximum: 1),
                    hint: "samples from tokens this likely relative to the best; 0 for all"
                ),
                FormField(
                    "penalty",
                    "repetition penalty",
                    .number(minimum: 0.01, maximum: 10),
                    hint: "above 1 makes repeated tokens less likely; 1 for none"
                ),
                FormField(
                    "instructions",
                    "instructions",
                    .text(placeholder: "none"),
                    hint: "the system prompt"
                ),
            ],
            values: [
                "temperature": Figures.plain(options.temperature),
                "maximum": "\(options.maxTokens)",
                "seed": "\(options.seed)",
                "topK": "\(options.topK)",
                "topP": Figures.plain(options.topP),
                "minP": Figures.plain(options.minP),
                "penalty": Figures.plain(options.repetitionPenalty),
                "instructions": instructions,
            ]
        )
    }

    static func options(from form: FormState, base: AnswerOptions) -> AnswerOptions {
        var options = base
        options.temperature = Double(form.value("temperature")) ?? base.temperature
        options.maxTokens = Int(form.value("maximum")) ?? base.maxTokens
        options.seed = UInt64(form.value("seed")) ?? base.seed
        options.topK = Int(form.value("topK")) ?? base.topK
        options.topP = Double(form.value("topP")) ?? base.topP
        options.minP = Double(form.value("minP")) ?? base.minP
        options.repetitionPenalty = Double(form.value("penalty")) ?? base.repetitionPenalty
        return options
    }

    /// Such as `temperature 0.7, up to 512 tokens, seed 0`.
    static func summary(_ options: AnswerOptions) -> String {
        let seed = options.temperature == 0 ? "" : ", seed \(options.seed)"
        let temperature = Figures.plain(options.temperature)
        return "temperature \(temperature), up to \(options.maxTokens) tokens\(seed)"
    }
}
