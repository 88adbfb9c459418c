import ArgumentParser
import ChatTemplates
import Glibc
import Synchronization
import Workspace

struct ChatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Chat with a model line by line; an empty line or ctrl+d ends.",
        discussion: "ctrl+c stops the answer. /new starts over."
    )

    @OptionGroup var shared: SharedOptions
    @OptionGroup var target: TargetOptions
    @OptionGroup var sampling: SamplingOptions
    @Option(help: "A system message.")
    var system: String?

    func run() throws {
        let opened = OpenedWorkspace()
        Signals.handleInBackground {
            guard let chat = opened.workspace?.chat, chat.isAnswering else {
                _exit(ExitStatus.interrupted)
            }
            chat.cancelAll()
        } after: {
        }
        let workspace = try shared.open()
        opened.workspace = workspace
        let target = try target.target(in: workspace)
        // Errors are reported now, not after the first question.
        try workspace.chat.prepareAndWait(target)
        let start = system.map { [Message.system($0)] } ?? []
        var turns = start
        Console.note("chatting with \(target.reference)")
        while true {
            Console.progress("> ")
            guard !StandardOutput.isBroken, let line = readLine(), !line.isEmpty else { break }
            if line == "/new" {
                turns = start
                continue
            }
            turns.append(Message.user(line))
            let isJSON = shared.json
            let outcome = try workspace.chat.answerAndWait(
                .conversation(turns),
                from: target,
                options: sampling.answerOptions
            ) { piece in
                if !isJSON { Console.stream(piece.text) }
            }
            if let failure = outcome.failure { throw failure }
            if isJSON { try Console.printJSON(outcome) } else { Console.print("") }
            turns.append(Message.assistant(outcome.text))
        }
    }
}
