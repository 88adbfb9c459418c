package import Runs
import Workspace

/// What a reducer requests in addition to changing its own state.
///
/// ``AppState`` carries out the first four; the program carries out the others.
package enum Effect: Equatable, Sendable {
    /// Show a message in the footer and keep it in the log; `command` is its command-line twin.
    case report(Notice, command: String? = nil)
    /// Keep a line in the log only.
    case record(String, command: String)
    /// Cover the pane.
    case ask(Overlay)
    /// Hand an action to another part of the screen.
    case send(Action)
    /// Open the workspace.
    case open
    /// Call a service of the workspace.
    case work(Work)
    /// Cancel the work of a lane that is under way.
    case abandon(Lane)
    /// Do something with the terminal.
    case terminal(TerminalEffect)
    /// Measure the machine regularly, or stop.
    case followMachine(Bool)

    /// Reports an error.
    static func report(_ error: WorkspaceError) -> Effect { .report(Notice(error)) }

    /// Reads a list of the library again.
    static func refresh(_ list: Library.List) -> Effect { .send(.library(.refresh(list))) }
}

/// Something the terminal does in addition to showing cells.
package enum TerminalEffect: Equatable, Sendable {
    /// Put text on the clipboard.
    case copy(String)
    /// Ring the bell.
    case bell
    /// Stop the process until it is continued.
    case suspend
    /// Report the mouse, or leave it to the terminal.
    case setMouse(Bool)
}
