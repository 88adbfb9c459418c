import FoundationEssentials
import Glibc
import Platform
import Presentation
import Workspace

/// The output of commands: results on standard output, everything else on standard error.
///
/// Whatever could steer a terminal is made visible in all of it; see `VisibleText`.
enum Console {
    /// Writes a line of results at once, so that a reader sees each as it happens.
    static func print(_ line: String) {
        StandardOutput.write(VisibleText.lines(line) + "\n")
    }

    /// Writes results without a line's end.
    static func stream(_ text: String) {
        StandardOutput.write(VisibleText.lines(text))
    }

    /// Prints a value as one line of JSON.
    static func printJSON(_ value: some Encodable) throws {
        StandardOutput.write(VisibleText.json(try WorkspaceJSON.encode(value)) + "\n")
    }

    /// Writes a line for people, beside the results.
    static func note(_ line: String) {
        complain(VisibleText.line(line) + "\n")
    }

    /// Writes what to do next, in a line of its own.
    static func hint(_ text: String?) {
        if let text { note("hint: \(text)") }
    }

    /// Overwrites the previous line, if standard error is a terminal.
    static func progress(_ line: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        complain("\r\u{1B}[K" + VisibleText.line(line))
    }

    /// Ends what `progress` wrote.
    static func endProgress() {
        guard isatty(STDERR_FILENO) == 1 else { return }
        complain("\n")
    }

    /// Reports an error and what to do.
    static func report(_ error: WorkspaceError) {
        note("workbench: \(error.message)")
        for detail in error.details ?? [] { note("  \(detail)") }
        hint(error.hint)
    }

    /// Reports something that does not stop the command, and what to do.
    static func remark(_ message: String, hint: String?) {
        note("note: \(message)")
        Self.hint(hint)
    }

    /// Says what the argument parser has to say of wrong usage.
    static func complainOfUsage(_ text: String) {
        let lines = VisibleText.lines(text)
        complain("workbench: \(lines.hasSuffix("\n") ? lines : lines + "\n")")
    }

    /// The text as one line: names come from data and users.
    static func line(_ text: String) -> String { VisibleText.line(text) }

    /// A moment as ISO 8601 writes it, or a dash.
    static func time(_ date: Date?) -> String {
        date.map { $0.formatted(.iso8601) } ?? "–"
    }

    /// A failure here cannot be reported.
    private static func complain(_ text: String) {
        _ = DescriptorWriter.write(text.utf8, to: STDERR_FILENO)
    }
}

extension TextTable {
    /// Prints the table as results.
    func print() {
        for line in lines { Console.print(line) }
    }
}
