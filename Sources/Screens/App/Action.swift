package import Machine
package import Runs
package import TerminalUI
package import Workspace

/// A fact that a reducer applies: input, an event, the result of an effect, or a decision.
package enum Action: Equatable, Sendable {
    /// The terminal reported something.
    case input(InputEvent)
    /// The ``AppState/deadline`` has passed.
    case deadline
    /// The workspace has been opened.
    case opened(folder: String, access: Workspace.Access)
    /// The workspace cannot be opened.
    case openingFailed(WorkspaceError)
    /// Something happened in the workspace.
    case event(WorkspaceEvent)
    /// An effect failed; the error is only reported.
    case failed(WorkspaceError)
    /// Something was done; `command` is its command-line twin.
    case reported(Notice, command: String?)
    /// A decision that concerns the whole screen.
    case screen(ScreenAction)
    /// A fact about the lists that all panes share.
    case library(LibraryAction)
    /// The machine was measured because the screen asked.
    case machine(MachineReading)
    /// A fact of pane 1.
    case data(DataAction)
    /// A fact of pane 2.
    case run(RunAction)
    /// A fact of pane 3.
    case compare(CompareAction)
    /// A fact of pane 4.
    case registry(RegistryAction)
    /// A fact of pane 5.
    case chat(ChatAction)
    /// A fact of pane 6.
    case flows(FlowsAction)
}

/// A decision that concerns the whole screen.
package enum ScreenAction: Equatable, Sendable {
    /// Go to a pane.
    case show(Pane)
    /// Go to the next pane, or to the previous one.
    case move(Int)
    /// Open help.
    case help
    /// Open the palette.
    case palette
    /// Open the `:` line.
    case commandLine
    /// Open the log of actions.
    case actionLog
    /// Open the list of alerts.
    case alerts
    /// Acknowledge alerts; nil for all.
    case acknowledge([Int]?)
    /// Switch to the next theme, or the named one.
    case theme(String?)
    /// Copy the selection.
    case copy
    /// Report the mouse or leave it to the terminal.
    case toggleMouse
    /// Step out one layer.
    case stepOut
    /// Go to a pane; stepping out of it leads back.
    case visit(Pane)
    /// Leave, asking first if a run of this process is live.
    case quit
    /// Leave now; live runs of this process are checkpointed and stopped.
    case leave
    /// Hand the live runs of this process to processes of their own, then leave.
    case leaveInBackground
    /// A run was handed to a process of its own.
    case detached(run: String, process: Int32)
    /// A run could not be handed over.
    case detachFailed(WorkspaceError)
    /// Suspend the program as ctrl+z does.
    case suspend
    /// Serve over HTTP, or stop.
    case toggleServer
}
