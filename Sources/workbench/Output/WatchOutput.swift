import Glibc
import Platform
import Presentation
import Runs
import Synchronization
import Workspace

/// The output of a watched command: as it is into pipes and files, without colours to a terminal; or
/// events as JSON.
final class WatchOutput: Sendable {
    private struct State {
        /// The stream of the terminal whose last line is being overwritten.
        var overwritten: OutputLine.Stream?
    }

    private let isJSON: Bool
    private let isTerminal: (output: Bool, error: Bool)
    private let state = Mutex(State())

    init(isJSON: Bool) {
        self.isJSON = isJSON
        isTerminal = (isatty(STDOUT_FILENO) == 1, isatty(STDERR_FILENO) == 1)
    }

    /// Passes bytes on where no terminal reads them; nil if nothing is passed on.
    var tap: (@Sendable (OutputLine.Stream, UnsafeRawBufferPointer) -> Void)? {
        guard !isJSON else { return nil }
        let isTerminal = isTerminal
        return { stream, bytes in
            switch stream {
            case .output:
                if !isTerminal.output { StandardOutput.write(bytes: bytes) }
            case .error:
                if !isTerminal.error { _ = DescriptorWriter.write(bytes, to: STDERR_FILENO) }
            }
        }
    }

    func begin(name: String, run: String) {
        guard isJSON else { return Console.note("run \(name) (\(run))") }
        print("started", ["run_id": .text(run), "name": .text(name)])
    }

    func write(_ line: OutputLine) {
        guard !isJSON else {
            if !line.isUpdate {
                let stream = line.stream == .output ? "stdout" : "stderr"
                print("output", ["stream": .text(stream), "line": .text(line.text)])
            }
            return
        }
        let isShown = line.stream == .output ? isTerminal.output : isTerminal.error
        guard isShown else { return }
        state.withLock { state in
            let text = VisibleText.line(line.text)
            var shown = state.overwritten == nil ? "" : "\r\u{1B}[K"
            // A longer line would leave its beginning behind.
            shown += line.isUpdate ? Self.cut(text, to: Self.width - 1) : text + "\n"
            state.overwritten = line.isUpdate ? line.stream : nil
            if line.stream == .output {
                StandardOutput.write(shown)
            } else {
                _ = DescriptorWriter.write(shown.utf8, to: STDERR_FILENO)
            }
        }
    }

    func write(_ metrics: [PrintedMetric]) {
        guard isJSON else { return }
        for metric in metrics {
            print(
                "metric",
                [
                    "name": .text(metric.name), "step": .number(Double(metric.step)),
                    "value": metric.value.isFinite
                        ? .number(metric.value) : .text("\(metric.value)"),
                ]
            )
        }
    }

    func receive(_ event: WorkspaceEvent, of run: String) {
        switch event {
        case .run(.alerted(run, let alert)):
            isJSON
                ? print(
                    "alert",
                    ["step": .number(Double(alert.step)), "message": .text(alert.message)]
                )
                : note("alert: \(alert.message)")
        case .notice(let notice): note(notice.message)
        case .run(.paused(run, _, _)): note("paused")
        default: break
        }
    }

    /// Prints a message about the attempts.
    func note(_ text: String) {
        guard !isJSON else { return print("note", ["message": .text(text)]) }
        state.withLock { state in
            if state.overwritten != nil { _ = DescriptorWriter.write("\n".utf8, to: STDERR_FILENO) }
            state.overwritten = nil
        }
        Console.note("workbench: \(text)")
    }

    func end(_ outcome: ScriptOutcome, log: String) {
        guard isJSON else {
            if let failure = outcome.failure { note(failure.message) }
            return note("\(outcome.status.rawValue); the output is in \(log)")
        }
        var fields: [String: JSONValue] = [
            "run_id": .text(outcome.run), "exit_status": .number(Double(outcome.exitStatus)),
            "attempts": .number(Double(outcome.attempts)), "log": .text(log),
        ]
        fields["reason"] = (outcome.failure?.message).map(JSONValue.text)
        print(outcome.status.rawValue, fields)
    }

    private func print(_ event: String, _ fields: [String: JSONValue]) {
        var fields = fields
        fields["event"] = .text(event)
        try? Console.printJSON(fields)
    }

    private static func cut(_ text: String, to width: Int) -> String {
        guard DisplayWidth.of(text) > width else { return text }
        var result = ""
        var used = 0
        for character in text {
            used += DisplayWidth.of(String(character))
            guard used <= width else { break }
            result.append(character)
        }
        return result
    }

    /// The width of the terminal in columns.
    private static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
