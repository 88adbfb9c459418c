internal import CNcurses
internal import Glibc
import Platform
public import TerminalUI

/// The terminal on standard input and output, as a full screen of cells.
///
/// Use it only on the thread that opened it, except its ``waker``. Only one can be open at a time,
/// because curses has one screen. ``close()`` restores the terminal; so do crashes, signals and
/// suspension.
public final class NcursesTerminal {
    /// The options of a terminal.
    public struct Configuration: Sendable {
        /// The glyphs to use, or nil to detect them.
        public var glyphs: GlyphSet?
        /// The colours to use, or nil to detect them.
        public var colors: ColorDepth?
        /// Whether clicks are reported; then the terminal selects text only with shift.
        public var hasMouse = true
        /// The file for standard error while the screen is open.
        public var errorLog: String?

        /// The default options.
        public init() {}
    }

    /// The terminal's capabilities.
    public let capabilities: Capabilities
    /// Wakes ``readEvents(timeout:)`` from any thread.
    public let waker: Waker

    let screen: OpaquePointer
    let environment: [String: String]
    var painter: Painter
    var decoder = InputDecoder()
    /// Whether the terminal is gone.
    public internal(set) var isHungUp = false
    /// Events made by this class.
    var queued: [InputEvent] = []
    private var isOpen = true
    private var hasTitle = false
    private(set) var hasMouse = false
    private var redirection: ErrorRedirection?

    /// Opens the screen.
    ///
    /// Throws ``TerminalNcursesError`` if there is no terminal or an unsuitable one.
    public init(_ configuration: Configuration = Configuration()) throws {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            throw TerminalNcursesError(
                .notATerminal,
                "standard input and output are not a terminal.",
                hint: "use a command such as `workbench train`, or --plain."
            )
        }
        environment = Self.readEnvironment()
        let type = environment["TERM"] ?? ""
        guard !type.isEmpty, type != "dumb", type != "unknown" else {
            throw TerminalNcursesError(
                .unsuitableTerminal,
                "the terminal '\(type)' cannot place a cursor.",
                hint: "set TERM to what your terminal is, such as xterm-256color, or use --plain."
            )
        }
        let isUTF8 = Self.chooseLocale(environment)
        // They would override the real size.
        unsetenv("LINES")
        unsetenv("COLUMNS")
        waker = try Waker()
        redirection = try configuration.errorLog.map(ErrorRedirection.init)
        guard guard_remember(STDIN_FILENO, STDOUT_FILENO, TerminalModes.restore.cString) else {
            throw TerminalNcursesError(.system, "the terminal's modes cannot be read (\(errno)).")
        }
        // An unknown type is most often a new terminal that is compatible with xterm.
        guard let screen = curses_open(type) ?? curses_open_carried(type) else {
            throw TerminalNcursesError(
                .unsuitableTerminal,
                "the terminal '\(type)' is unknown here.",
                hint: "install its terminfo entry, or set TERM=xterm-256color."
            )
        }
        self.screen = screen
        curses_prepare()
        start_color()
        use_default_colors()
        var capabilities = Capabilities.detect(
            environment: environment,
            colorCount: Int(curses_color_count()),
            isUTF8: isUTF8
        )
        if let glyphs = configuration.glyphs, isUTF8 { capabilities.glyphs = glyphs }
        if let colors = configuration.colors { capabilities.colors = min(colors, .indexed256) }
        self.capabilities = capabilities
        painter = Painter(
            depth: capabilities.colors,
            colorCount: Int(curses_color_count()),
            isUTF8: isUTF8
        )
        guard_install(waker.descriptor)
        send(TerminalModes.enter)
        setMouse(configuration.hasMouse)
    }

    deinit { close() }

    /// The screen's current size.
    public var size: Size { Size(width: Int(curses_columns()), height: Int(curses_rows())) }

    /// Restores the terminal; does nothing the second time.
    ///
    /// After a hang-up nothing is written, and standard input and output are `/dev/null`.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        if isHungUp {
            guard_forget()
            guard_uninstall()
            Self.detach()
        } else {
            leaveModes()
            if hasTitle { send(TerminalModes.restoreTitle) }
            endwin()
            guard_uninstall()
            guard_restore()
            guard_forget()
        }
        delscreen(screen)
        redirection = nil
    }

    /// Restores the terminal, if one is open, before the process ends abruptly.
    public static func restoreBeforeEnd() { guard_restore() }

    /// Restores the terminal and stops the process, as ctrl+z does, until it is continued.
    ///
    /// The screen must be drawn again afterwards; the next events begin with `.resumed`.
    public func suspend() {
        guard isOpen, !isHungUp else { return }
        let hadMouse = hasMouse
        leaveModes()
        endwin()
        guard_restore()
        guard_stop_self()
        resume(withMouse: hadMouse)
    }

    /// Enters the screen again and redraws all of it.
    func resume(withMouse hadMouse: Bool) {
        reset_prog_mode()
        curses_prepare()
        send(TerminalModes.enter)
        hasMouse = false
        setMouse(hadMouse)
        painter.forgetScreen()
        queued.append(.resumed)
    }

    private func leaveModes() {
        setMouse(false)
        send(TerminalModes.leave)
    }

    /// Turns reports of clicks on, or off so that the terminal selects text with the mouse.
    public func setMouse(_ isOn: Bool) {
        guard isOn != hasMouse else { return }
        send(isOn ? TerminalModes.mouseOn : TerminalModes.mouseOff)
        hasMouse = isOn
    }

    /// Sets the title of the terminal's window; its former title is restored at the end.
    public func setTitle(_ title: String) {
        guard environment["TERM"] != "linux" else { return }
        if !hasTitle { send(TerminalModes.saveTitle) }
        hasTitle = true
        send("\u{1B}]2;\(Glyph.sanitized(title))\u{1B}\\")
    }

    /// Rings the bell, or flashes, as the terminal is configured.
    public func ringBell() { send("\u{07}") }

    /// Writes bytes past curses, which has flushed its own.
    func send(_ text: String) {
        guard !isHungUp else { return }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                return
            }
        }
    }

    /// Sets the locale's encoding, which curses draws with; true if it is UTF-8.
    ///
    /// UTF-8 is assumed if no locale is named or the named one is not installed.
    private static func chooseLocale(_ environment: [String: String]) -> Bool {
        let named = ["LC_ALL", "LC_CTYPE", "LANG"].lazy
            .compactMap { environment[$0] }.first { !$0.isEmpty }
        let isSet = setlocale(LC_CTYPE, "") != nil
        let wantsUTF8 = named.map { $0.lowercased().contains("utf") } ?? true
        if !isSet || named == nil, wantsUTF8 { setlocale(LC_CTYPE, "C.UTF-8") }
        return nl_langinfo(Int32(CODESET)).map { String(cString: $0) } == "UTF-8"
    }

    private static func readEnvironment() -> [String: String] {
        let names = ["TERM", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG", "TMUX"]
        return Dictionary(
            names.compactMap { name in getenv(name).map { (name, String(cString: $0)) } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Redirects standard input and output to `/dev/null` after a hang-up: the descriptors may
    /// belong to another user's terminal later.
    private static func detach() {
        let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard nowhere >= 0 else { return }
        dup2(nowhere, STDIN_FILENO)
        dup2(nowhere, STDOUT_FILENO)
        Glibc.close(nowhere)
    }
}

extension StaticString {
    var cString: UnsafePointer<CChar> {
        UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
