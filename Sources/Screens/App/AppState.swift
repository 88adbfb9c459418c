package import FoundationEssentials
package import TerminalUI
package import Workspace

/// Everything the screen shows and remembers, as one value.
package struct AppState: Equatable, Sendable {
    /// The screen's size.
    package var size: Size
    /// The time of the last action; views compute ages from it.
    package var now: Date
    /// The pane with the focus.
    package var pane = Pane.run
    /// The pane that stepping out leads back to, if this one was visited from there.
    package var visitedFrom: Pane?
    /// What covers the pane and takes the keys.
    package var overlay: Overlay?
    /// Whether the workspace can be read and changed.
    package var access = Access()
    /// Whether this process serves the workspace over HTTP.
    package var server = ServerState.off
    /// The user's settings.
    package var settings: Settings
    /// The themes to choose from, never empty.
    package var themes: [Theme]
    /// The index of the theme in use.
    package var themeIndex: Int
    /// The passing message in the footer.
    package var message: Message?
    /// The log of actions and messages, oldest first.
    package var log = ActionLog()
    /// Whether the terminal reports the mouse.
    package var isMouseOn = true
    /// The lists that all panes share.
    package var library = Library()
    /// The recent measurements of the machine.
    package var machine = MachineHistory()
    /// Runs that are being handed to a process of their own before the screen closes.
    package var detaching: Set<String> = []
    /// The last click.
    var lastClick: Click?
    /// How the screen is left; nil while it stays open.
    package var exit: Exit?

    /// The state of pane 1.
    package var data = DataState()
    /// The state of pane 2.
    package var run = RunState()
    /// The state of pane 3.
    package var compare = CompareState()
    /// The state of pane 4.
    package var registry = RegistryState()
    /// The state of pane 5.
    package var chat = ChatPaneState()
    /// The state of pane 6.
    package var flows = FlowsState()

    /// The state of a new screen.
    package init(
        size: Size,
        now: Date,
        settings: Settings = Settings(),
        themes: [Theme],
        isReadOnly: Bool = false
    ) {
        precondition(!themes.isEmpty, "a screen needs a theme")
        self.size = size
        self.now = now
        self.settings = settings
        self.themes = themes
        themeIndex = themes.firstIndex { $0.name == settings.theme } ?? 0
        access.readOnlyReason = isReadOnly ? "opened with --readonly" : nil
    }

    /// The theme in use.
    package var theme: Theme { themes[min(max(0, themeIndex), themes.count - 1)] }

    /// What the panes may read in addition to their own states.
    package var context: Context {
        Context(
            library: library,
            machine: machine,
            access: access,
            settings: settings,
            now: now,
            size: size,
            pane: pane,
            overlay: overlay
        )
    }

    /// The pane's area on this screen.
    package var body: Rect { Frame(size: size).body }
}

/// How the screen is left.
public enum Exit: Equatable, Sendable {
    /// The user left; closing the workspace checkpoints and stops the live runs.
    case left
    /// The terminal is gone: the process continues headless until its runs have ended.
    case hungUp
    /// A signal ends the process, which writes a checkpoint first.
    case terminated

    /// The process's exit status.
    public var status: Int32 {
        switch self {
        case .left, .hungUp: 0
        case .terminated: 143
        }
    }
}
