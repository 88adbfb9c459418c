import ArgumentParser
import Glibc
import Platform
import Runs
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
    @Flag(help: "Read only: nothing can be changed.")
    var readonly = false
    @Flag(help: "No screen: runs and their steps as lines, for screen readers and logs.")
    var plain = false

    mutating func validate() throws {
        try SharedOptions.validate(workspace: workspace)
        if plain, theme != nil {
            throw ValidationError("--plain has no colours; leave out --theme.")
        }
    }

    func run() throws {
        let library = ThemeLibrary(.standard)
        if let theme, !library.themes.contains(where: { $0.name == theme }) {
            throw ValidationError(
                "There is no theme \"\(theme)\"; there are \(library.themes.map(\.name).joined(separator: ", "))."
            )
        }
        guard !plain, isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            return try PlainScreen(workspace: workspace, isReadOnly: readonly).run()
        }
        let folder = Workspace.folder(workspace)
        var (settings, problems) = Settings.read(folder: folder)
        if let theme { settings.theme = theme }
        problems += library.problems
        let isReadOnly = readonly
        // While the screen is open its driver handles the signals; later they stop the runs.
        let opened = OpenedWorkspace()
        let terminal = try Signals.handleInBackground {
            opened.stop()
        } after: {
            // A terminal that the system does not know changes the environment for a moment.
            try openTerminal()
        }
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
            ScreenServer.serveTasks(of: workspace)
            opened.workspace = workspace
            // The screen executes schedules; those of its flow runs that a shutdown has interrupted
            // continue.
            if workspace.access == .full {
                do { _ = try workspace.flows.resumeLeftOver() } catch {
                    workspace.log(Notice(WorkspaceError(error)))
                }
            }
            return workspace
        }
        let exit = program.run()
        terminal.close()
        // Without its terminal, the process continues until its flows, its runs and their later phases
        // end.
        if exit == .hungUp {
            program.workspace?.flows.waitUntilIdle()
            program.workspace?.runs.waitUntilIdle()
        }
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
}
