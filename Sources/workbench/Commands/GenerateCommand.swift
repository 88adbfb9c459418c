import ArgumentParser
import ChatTemplates
import Synchronization
import Workspace

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Answer one prompt."
    )

    @OptionGroup var shared: SharedOptions
    @OptionGroup var target: TargetOptions
    @OptionGroup var sampling: SamplingOptions
    @Option(help: "The prompt: a user's message, or with --raw the text as it is.")
    var prompt: String
    @Option(help: "A system message before it.")
    var system: String?
    @Flag(help: "Continue the text; no chat template, special tokens are read as such.")
    var raw = false
    @Option(help: "fast or exact.")
    var precision: AnswerPrecision = .fast

    mutating func validate() throws {
        if raw, system != nil {
            throw ValidationError("--raw takes the prompt as it is; leave out --system.")
        }
    }

    func run() throws {
        let opened = OpenedWorkspace()
        Signals.handle { _ in opened.workspace?.chat.cancelAll() }
        let workspace = try shared.open()
        opened.workspace = workspace
        let text: Prompt
        if raw {
            text = .raw(prompt)
        } else {
            text = .conversation(
                (system.map { [Message.system($0)] } ?? []) + [Message.user(prompt)]
            )
        }
        let isJSON = shared.json
        var options = sampling.answerOptions
        options.precision = precision
        let outcome = try workspace.chat.answerAndWait(
            text,
            from: try target.target(in: workspace),
            options: options
        ) { piece in
            if !isJSON { Console.stream(piece.text) }
        }
        if let failure = outcome.failure { throw failure }
        if isJSON {
            try Console.printJSON(outcome)
        } else {
            Console.print("")
        }
        let signal = Signals.received.load(ordering: .relaxed)
        if signal != 0 { throw ExitCode(128 + signal) }
    }
}
