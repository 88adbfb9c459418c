import FoundationEssentials
import Glibc
import JSON
import Platform
import Presentation
import Workspace

/// The output of commands: results on standard output, everything else on standard error.
///
/// Characters that could steer a terminal are made visible; see `VisibleText`.
enum Console {
    /// Writes a line of results, without buffering.
    static func print(_ line: String) {
        StandardOutput.write(VisibleText.lines(line) + "\n")
    }

    /// Writes lines of results.
    static func printLines(_ lines: [String]) {
        for line in lines { print(line) }
    }

    /// Asks a question on standard error; the answer follows on the same line.
    static func ask(_ question: String) { writeError(VisibleText.line(question)) }

    /// Writes results without a newline.
    static func stream(_ text: String) {
        StandardOutput.write(VisibleText.lines(text))
    }

    /// Prints a value as one line of JSON.
    static func printJSON(_ value: some Encodable) throws {
        StandardOutput.write(VisibleText.json(try encodeJSON(value)) + "\n")
    }

    /// Prints a JSON value as one line.
    static func printJSON(_ value: JSON.JSONValue) {
        let text = String(decoding: value.bytes, as: UTF8.self)
        StandardOutput.write(VisibleText.json(text) + "\n")
    }

    /// Writes a line to standard error.
    static func note(_ line: String) {
        writeError(VisibleText.line(line) + "\n")
    }

    /// Writes a hint, in a line of its own.
    static func hint(_ text: String?) {
        if let text { note("hint: \(text)") }
    }

    /// Overwrites the previous line, if standard error is a terminal.
    static func progress(_ line: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        writeError("\r\u{1B}[K" + VisibleText.line(line))
    }

    /// Ends the line that `progress` wrote.
    static func endProgress() {
        guard isatty(STDERR_FILENO) == 1 else { return }
        writeError("\n")
    }

    /// Reports an error with its details and hint.
    static func report(_ error: WorkspaceError) {
        note("workbench: \(error.message)")
        let details = error.details ?? []
        // The message has the only fault of a file.
        if details.count != 1 || !error.message.hasSuffix(details[0]) {
            for detail in details { note("  \(detail)") }
        }
        hint(error.hint)
    }

    /// Reports something that does not stop the command, with its hint.
    static func remark(_ message: String, hint: String?) {
        note("note: \(message)")
        Self.hint(hint)
    }

    /// Reports wrong usage in the argument parser's words.
    static func reportUsage(_ text: String) {
        let lines = VisibleText.lines(text)
        writeError("workbench: \(lines.hasSuffix("\n") ? lines : lines + "\n")")
    }

    /// The text as one line: names come from data and users.
    static func line(_ text: String) -> String { VisibleText.line(text) }

    /// A time in ISO 8601, or a dash.
    static func time(_ date: Date?) -> String {
        date.map { $0.formatted(.iso8601) } ?? "–"
    }

    /// A failure here cannot be reported.
    private static func writeError(_ text: String) {
        _ = DescriptorWriter.write(text.utf8, to: STDERR_FILENO)
    }
}

extension TextTable {
    /// Prints the table as results.
    func print() {
        for line in lines { Console.print(line) }
    }
}
