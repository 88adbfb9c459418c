import ArgumentParser
import Glibc
import Machine
import Platform
import Workspace

/// The program; without a command it opens the screen.
@main
struct Workbench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workbench",
        abstract:
            "Fine-tune language models in the terminal: train, watch, compare, register, chat.",
        discussion: "Without a command, the full-screen workbench opens.",
        version: "0.1.0",
        subcommands: [
            ScreenCommand.self, DoctorCommand.self, ModelCommand.self, DataCommand.self,
            TrainCommand.self, RunsCommand.self, RegistryCommand.self, ChatCommand.self,
            GenerateCommand.self, ServeCommand.self, FlowCommand.self, WatchCommand.self,
            AlertsCommand.self, BenchCommand.self, WorkspaceCommand.self,
        ],
        defaultSubcommand: ScreenCommand.self
    )

    static func main() {
        StandardOutput.reserve()
        Signals.ignoreUnused()
        SystemMemory.returnFreedMemory()
        Workspace.endWhenMemoryIsExhausted { error in
            ScreenTerminal.restoreBeforeEnd()
            Console.report(error)
            _exit(ExitStatus.failed)
        }
        let status = perform()
        Workspace.finishCalls()
        let written = StandardOutput.finish()
        Glibc.exit(status == 0 ? written : status)
    }

    /// Runs the command; returns the exit status.
    private static func perform() -> Int32 {
        let invocation: Invocation
        var command: any ParsableCommand
        do {
            invocation = try Invocation.current()
            command = try parsed(invocation)
        } catch let error as UnknownCommand {
            Console.note("workbench: \(error.message)")
            Console.hint(error.hint)
            return ExitStatus.usage
        } catch {
            return conclude(error)
        }
        do {
            try command.run()
            return 0
        } catch let error as any AnyCodedError {
            let error = WorkspaceError(error)
            Console.report(error)
            return error.code == .conflict ? ExitStatus.refused : ExitStatus.failed
        } catch  where exitCode(for: error) == .validationFailure {
            Console.note("workbench: \(message(for: error))")
            let path = (["workbench"] + invocation.path).joined(separator: " ")
            Console.hint("`\(path) --help` lists the options.")
            return ExitStatus.usage
        } catch {
            return conclude(error)
        }
    }

    private static func parsed(_ invocation: Invocation) throws -> any ParsableCommand {
        do {
            return try parseAsRoot(invocation.words)
        } catch {
            let tied = invocation.withTiedNumbers
            guard tied != invocation.words else { throw error }
            return try parseAsRoot(tied)
        }
    }

    /// Prints a message of the argument parser: help as a result, the rest as an error.
    private static func conclude(_ error: any Error) -> Int32 {
        let status = exitCode(for: error).rawValue
        let text = fullMessage(for: error)
        guard !text.isEmpty else { return status }
        if status == 0 {
            Console.print(text)
        } else {
            Console.reportUsage(
                text.hasPrefix(Self.parserPrefix)
                    ? String(text.dropFirst(Self.parserPrefix.count)) : text
            )
        }
        return status
    }

    /// The prefix of the argument parser's errors.
    private static let parserPrefix = "Error: "
}

/// The exit statuses of the program.
enum ExitStatus {
    static let failed: Int32 = 1
    static let refused: Int32 = 3
    static let usage: Int32 = 64
    static let interrupted: Int32 = 130
    /// As if SIGPIPE had ended it.
    static let readerGone: Int32 = 141
    static let terminated: Int32 = 143
}
