import FoundationEssentials
import Glibc
import TerminalUI
import Workspace

/// What commands print: results to standard output, everything else to standard error.
enum Console {
    /// Writes a line of results at once, so that a reader sees each as it happens.
    static func print(_ line: String) {
        write(line + "\n", to: STDOUT_FILENO)
    }

    /// Writes results without a line's end.
    static func stream(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// Writes a line for people, beside the results.
    static func note(_ line: String) {
        write(Self.line(line) + "\n", to: STDERR_FILENO)
    }

    /// Writes over the line before, if a person watches.
    static func progress(_ line: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        write("\r\u{1B}[K" + line, to: STDERR_FILENO)
    }

    /// Ends what `progress` wrote.
    static func endProgress() {
        guard isatty(STDERR_FILENO) == 1 else { return }
        write("\n", to: STDERR_FILENO)
    }

    /// Says what went wrong and what to do.
    static func report(_ error: WorkspaceError) {
        note("workbench: \(error.message)")
        for detail in error.details ?? [] { note("  \(detail)") }
        if let hint = error.hint { note("hint: \(hint)") }
    }

    /// Prints a value as one line of JSON.
    static func printJSON(_ value: some Encodable) throws {
        print(try WorkspaceJSON.encode(value))
    }

    /// Text that came from data or models, with everything that could steer a terminal made
    /// visible; line ends stay.
    static func visible(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Glyph.sanitized(String($0)) }
            .joined(separator: "\n")
    }

    /// The text as one line that cannot steer a terminal: names come from data and users.
    static func line(_ text: String) -> String { Glyph.sanitized(text) }

    /// A moment as ISO 8601 writes it, or a dash.
    static func time(_ date: Date?) -> String {
        date.map { $0.formatted(.iso8601) } ?? "–"
    }

    private static func write(_ text: String, to file: Int32) {
        var rest = ArraySlice(text.utf8)
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
