import ArgumentParser
import Glibc
import Workspace

/// The program: without a command it opens the screen.
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
            GenerateCommand.self, ServeCommand.self, BenchCommand.self, WorkspaceCommand.self,
        ],
        defaultSubcommand: ScreenCommand.self
    )

    static func main() {
        // A reader that goes away ends the output, not the run.
        signal(SIGPIPE, SIG_IGN)
        SystemMemory.returnFreedMemory()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as WorkspaceError {
            Console.report(error)
            Glibc.exit(error.code == .conflict ? ExitStatus.refused : ExitStatus.failed)
        } catch {
            exit(withError: error)
        }
    }
}

/// What the program's exit status says; 64 for wrong usage is the argument parser's own.
enum ExitStatus {
    static let failed: Int32 = 1
    static let refused: Int32 = 3
    static let interrupted: Int32 = 130
    static let terminated: Int32 = 143
}
