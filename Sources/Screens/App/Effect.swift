package import Workspace

/// Something to be done outside the state; reducers return these, the program carries them out.
package enum Effect: Equatable, Sendable {
    /// Open the workspace.
    case open
    /// Something the terminal does.
    case terminal(TerminalEffect)
    /// Samples of the machine are wanted, or no longer.
    case followMachine(Bool)
    /// The measurements under way are of no use any more.
    case abandonMeasurement
    /// What concerns the whole screen.
    case screen(ScreenEffect)
    /// Base models.
    case models(ModelsEffect)
    /// Pane 1.
    case data(DataEffect)
    /// Pane 2.
    case run(RunEffect)
    /// Pane 3.
    case compare(CompareEffect)
    /// Pane 4.
    case registry(RegistryEffect)
    /// Pane 5.
    case chat(ChatEffect)

    /// The work it is in the workspace, if it is any.
    package var work: (any WorkspaceEffect)? {
        switch self {
        case .open, .terminal, .followMachine, .abandonMeasurement: nil
        case .screen(let effect): effect
        case .models(let effect): effect
        case .data(let effect): effect
        case .run(let effect): effect
        case .compare(let effect): effect
        case .registry(let effect): effect
        case .chat(let effect): effect
        }
    }
}

/// Something the terminal does beside showing cells.
package enum TerminalEffect: Equatable, Sendable {
    /// Put text on the clipboard.
    case copy(String)
    /// Ring.
    case bell
    /// Stop the process until it is continued.
    case suspend
    /// Report the mouse, or leave it to the terminal.
    case setMouse(Bool)
}

/// A call of the workspace's services, carried out on a thread that may block.
package protocol WorkspaceEffect: Equatable, Sendable {
    /// The thread it is done on.
    var lane: Lane { get }

    /// Does it and returns what came of it.
    func perform(in workspace: Workspace) throws -> [Action]

    /// Does it, and ends early with an error once `isCancelled` says so.
    func perform(in workspace: Workspace, isCancelled: () -> Bool) throws -> [Action]

    /// What its failure comes to; told to the user unless said otherwise.
    func failure(_ error: WorkspaceError) -> [Action]
}

extension WorkspaceEffect {
    package var lane: Lane { .store }
    package func perform(in workspace: Workspace, isCancelled: () -> Bool) throws -> [Action] {
        try perform(in: workspace)
    }
    package func failure(_ error: WorkspaceError) -> [Action] { [.failed(error)] }
}

/// Threads that effects are done on; each does one after another.
package enum Lane: Hashable, Sendable {
    /// The screen's own: only for calls that return at once.
    case immediate
    /// The workspace's: reads and writes of milliseconds.
    case store
    /// Starting and resuming runs, which load a model.
    case engine
    /// Measuring what a run would cost, which takes seconds and holds up nobody else.
    case measurement
}
