import Foundation
import Testing

/// A terminal: a tmux server with one window, in the environment of a program's home.
final class Tmux {
    private let program: Program
    private let name = "workbench-\(UUID().uuidString.prefix(8))"
    private let environment: [String: String]

    /// Starts `command` in a terminal of this size, by a shell.
    init(
        _ program: Program,
        columns: Int = 80,
        rows: Int = 24,
        variables: [String: String] = [:],
        _ command: String = "exec \(Program.binary)"
    ) throws {
        self.program = program
        // The socket is in the home, so that nothing is left behind.
        environment = program.environment
            .merging(["TMUX_TMPDIR": program.folder]) { _, new in new }
            .merging(variables) { _, new in new }
        let size = ["-x", "\(columns)", "-y", "\(rows)"]
        try tmux(["new-session", "-d"] + size + ["-c", program.folder, command])
        try tmux(["set-option", "-g", "remain-on-exit", "on"])
    }

    deinit { close() }

    /// Closes the terminal, as a lost connection does.
    func close() { _ = try? tmux(["kill-server"]) }

    /// The process in the terminal.
    var process: Int32 {
        get throws { Int32(try tell("pane_pid")) ?? -1 }
    }

    /// Whether a program uses the alternate screen, the mouse, or hides the cursor.
    var isTaken: Bool {
        get throws {
            try tell("alternate_on") != "0" || tell("mouse_any_flag") != "0"
                || tell("cursor_flag") != "1"
        }
    }

    /// Presses keys one after another, by tmux's names for them.
    func press(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

    /// Types text.
    func type(_ text: String) throws { try tmux(["send-keys", "-l", text]) }

    func resize(columns: Int, rows: Int) throws {
        try tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// The current content of the terminal.
    func screen() throws -> Screen { Screen(try tmux(["capture-pane", "-p"])) }

    /// The current content of the terminal, with colour sequences.
    func paintedScreen() throws -> String { try tmux(["capture-pane", "-p", "-e"]) }

    /// Waits until all of these are on the screen.
    @discardableResult
    func wait(
        for texts: String...,
        seconds: Double = 20,
        at location: SourceLocation = #_sourceLocation
    ) throws -> Screen {
        try wait(for: "\(texts)", seconds: seconds, at: location) { screen in
            texts.allSatisfy(screen.text.contains) ? screen : nil
        }
    }

    /// Waits until `find` returns a value for the screen.
    @discardableResult
    func wait<Found>(
        for what: String,
        seconds: Double = 20,
        at location: SourceLocation = #_sourceLocation,
        _ find: (Screen) throws -> Found?
    ) throws -> Found {
        var last = Screen("")
        let found = try Deadline(seconds: seconds).poll { () -> Found? in
            last = try screen()
            return try find(last)
        }
        return try #require(found, "\(what) did not come:\n\(last.text)", sourceLocation: location)
    }

    private func tell(_ variable: String) throws -> String {
        try tmux(["display-message", "-p", "#{\(variable)}"])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @discardableResult
    private func tmux(_ arguments: [String]) throws -> String {
        let output = "\(program.folder)/\(name).out"
        let status = try DetachedCommand(["tmux", "-L", name, "-f", "/dev/null"] + arguments)
            .run(environment: environment, output: output)
        let text = try String(contentsOfFile: output, encoding: .utf8)
        guard status == 0 else { throw Refusal(arguments: arguments, text: text) }
        return text
    }

    /// A failure of tmux, with the reason.
    struct Refusal: Error {
        let arguments: [String]
        let text: String
    }
}

/// A time limit for polling.
struct Deadline {
    private static let interval: Int32 = 15
    private let end: ContinuousClock.Instant

    init(seconds: Double) {
        end = .now + .seconds(seconds)
    }

    /// The result of `find`; nil after the time limit.
    func poll<Found>(_ find: () throws -> Found?) rethrows -> Found? {
        while true {
            if let found = try find() { return found }
            if ContinuousClock.now >= end { return nil }
            _ = Glibc.poll(nil, 0, Self.interval)
        }
    }

    /// Whether `isTrue` became true in time.
    func poll(until isTrue: () throws -> Bool) rethrows -> Bool {
        try poll { try isTrue() ? true : nil } ?? false
    }
}
