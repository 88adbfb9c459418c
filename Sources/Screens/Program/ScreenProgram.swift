public import FoundationEssentials
import Runs
public import TerminalUI
public import Workspace

/// The full-screen program: a loop that reads input and events and draws.
///
/// It runs on one thread. The first frame is drawn before another thread opens the workspace. While
/// nothing is live, no timer is armed.
public final class ScreenProgram {
    /// What a screen is started with.
    public struct Configuration {
        /// The user's settings.
        public var settings: Settings
        /// The themes to choose from, never empty.
        public var themes: [Theme]
        /// Whether the workspace is opened read-only.
        public var isReadOnly: Bool
        /// Problems to report first, such as invalid settings.
        public var problems: [String]
        /// The time; tests have their own.
        public var clock: () -> Date

        /// A screen with these settings and themes.
        public init(
            settings: Settings = Settings(),
            themes: [Theme],
            isReadOnly: Bool = false,
            problems: [String] = [],
            clock: @escaping () -> Date = { Date() }
        ) {
            self.settings = settings
            self.themes = themes
            self.isReadOnly = isReadOnly
            self.problems = problems
            self.clock = clock
        }
    }

    /// Seconds between two frames without input.
    private static let framePace = 1.0 / 30

    private let terminal: any Terminal
    private let clock: () -> Date
    private let mailbox: Mailbox
    private let runner: EffectRunner
    private var shownTitle: String?
    private var lastFrame = Date.distantPast

    /// What is shown.
    package private(set) var state: AppState

    /// A screen on a terminal; `open` opens its workspace and may block.
    public init(
        on terminal: any Terminal,
        configuration: Configuration,
        open: @escaping @Sendable () throws -> Workspace
    ) {
        self.terminal = terminal
        clock = configuration.clock
        mailbox = Mailbox(wake: terminal.wake)
        runner = EffectRunner(terminal: terminal, mailbox: mailbox, opener: open)
        state = AppState(
            size: terminal.size,
            now: configuration.clock(),
            settings: configuration.settings,
            themes: configuration.themes,
            isReadOnly: configuration.isReadOnly
        )
        for problem in configuration.problems { state.report(Notice(.warning, problem)) }
    }

    /// The workspace, once it has been opened.
    public var workspace: Workspace? { runner.workspace }

    /// Runs until the user leaves, the terminal is gone, or a signal ends the process.
    ///
    /// The caller restores the terminal and closes the workspace.
    public func run() -> Exit {
        start()
        while true {
            if let exit = state.exit {
                runner.close()
                return exit
            }
            step()
        }
    }

    /// Draws the first frame and starts to open the workspace.
    package func start() {
        draw()
        runner.run(.open)
    }

    /// Waits for input or actions, applies them, and draws once.
    package func step() {
        let hadFrameDue = isFrameDue
        let hadRuns = state.library.runs != nil
        let events = terminal.readEvents(timeout: timeout)
        let posted = mailbox.take()
        for event in events { take(.input(event)) }
        for action in posted { take(action) }
        if let deadline = state.deadline, deadline <= clock() { take(.deadline) }
        guard state.exit == nil else { return }
        let isAnswer = events.contains { $0 != .wake }
        isFrameDue = isAnswer || !posted.isEmpty || hadFrameDue || isFrameDue
        // The first frame with the list of runs, for which a person waits, is not delayed.
        let isAwaited = isAnswer || !hadRuns && state.library.runs != nil
        let isPaced = clock().timeIntervalSince(lastFrame) >= Self.framePace
        if isFrameDue, isAwaited || isPaced { draw() }
    }

    /// The time until a frame is due or a message expires; nil when neither is.
    package var timeout: Duration? {
        let now = clock()
        let frame = isFrameDue ? lastFrame.addingTimeInterval(Self.framePace) : nil
        guard let next = [frame, state.deadline].compactMap({ $0 }).min() else { return nil }
        return .seconds(max(0, next.timeIntervalSince(now)))
    }

    private var isFrameDue = false

    private func take(_ action: Action) {
        for effect in state.reduce(action, at: clock()) { runner.run(effect) }
        isFrameDue = true
    }

    private func draw() {
        let canvas = state.drawn(with: terminal.capabilities)
        terminal.present(canvas.cells, cursor: canvas.cursor, theme: state.theme)
        let title = WindowTitle.text(state)
        if title != shownTitle {
            terminal.setTitle(title)
            shownTitle = title
        }
        lastFrame = clock()
        isFrameDue = false
    }
}
