import ArgumentParser
import Glibc
import Screens
import TerminalNcurses
import TerminalUI
import Workspace

/// The full-screen workbench: what the program does without a command.
struct ScreenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screen",
        abstract: "Open the full-screen workbench; the same as no command."
    )

    @Option(help: "The workspace folder; else $WORKBENCH_HOME, else ~/.local/share/workbench.")
    var workspace: String?
    @Option(help: "A theme of themes/: dark, light or high-contrast.")
    var theme: String?
    @Flag(help: "Look only: nothing can be changed.")
    var readonly = false
    @Flag(help: "No screen: runs and their steps as lines, for screen readers and logs.")
    var plain = false

    func run() throws {
        guard !plain, isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            return try PlainScreen(workspace: workspace, isReadOnly: readonly).run()
        }
        let folder = Workspace.folder(workspace)
        var (settings, problems) = Settings.read(folder: folder)
        if let theme { settings.theme = theme }
        let library = ThemeLibrary(.standard)
        problems += library.problems
        if let theme, !library.themes.contains(where: { $0.name == theme }) {
            throw ValidationError(
                "There is no theme \"\(theme)\"; there are \(library.themes.map(\.name).joined(separator: ", "))."
            )
        }
        let isReadOnly = readonly
        // While the screen is open its driver handles these; afterwards the runs that go on do.
        let running = Running()
        Signals.handleInBackground { running.stop() }
        let terminal = try openTerminal()
        let program = ScreenProgram(
            on: terminal,
            configuration: ScreenProgram.Configuration(
                settings: settings,
                themes: library.themes,
                isReadOnly: isReadOnly,
                problems: problems
            )
        ) {
            let workspace = try Workspace.open(
                Workspace.Configuration(folder: folder, isReadOnly: isReadOnly)
            )
            workspace.server.use(ScreenServer.start)
            return workspace
        }
        let exit = program.run()
        terminal.close()
        if exit == .hungUp { waitForRuns(of: program) }
        program.workspace?.close()
        if exit.status != 0 { throw ExitCode(exit.status) }
    }

    private func openTerminal() throws -> ScreenTerminal {
        do {
            return try ScreenTerminal()
        } catch let error as TerminalNcursesError {
            throw WorkspaceError(.failed, error.message, hint: error.hint)
        }
    }

    /// The terminal is gone; what runs here goes on to its end, and so do the stages after it.
    private func waitForRuns(of program: ScreenProgram) {
        guard let runs = program.workspace?.runs else { return }
        for run in runs.executed {
            var stage = run
            while (try? runs.wait(for: stage))?.status == .finished {
                _ = try? runs.heldOutLosses(after: stage)
                guard let next = try? runs.startNext(after: stage) else { break }
                stage = next.id
            }
        }
    }
}
