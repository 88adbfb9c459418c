import JSON
import Platform
import Runs
import Transfers
import Workflows

/// One call of a command or a webhook that reports something.
///
/// A command is a line of the shell in a process group of its own. Its data is in its
/// environment, never in the line, so that foreign text cannot become a command. A webhook gets a
/// JSON object by POST and must answer with a status from 200 to 299.
struct HookCall: Sendable {
    /// What is called.
    var target: FlowHook.Target
    /// The folder of a command.
    var folder: String
    /// The variables of a command.
    var environment: [String: String]
    /// The object that a webhook gets.
    var payload: JSONObject
    /// A text that stays the same when the call is repeated, for webhooks that remember it.
    var identity: String
    /// The longest time of a call, in seconds.
    var timeout = 60.0

    /// Calls it once.
    ///
    /// - Throws: ``WorkspaceError`` with the command's last line or the server's status;
    ///   `CancellationError`.
    func perform(isCancelled: () -> Bool) throws {
        switch target {
        case .command(let line): try run(line, isCancelled)
        case .webhook(let address): try post(to: address, isCancelled)
        }
    }

    private func run(_ line: String, _ isCancelled: () -> Bool) throws {
        var program = CapturedProgram(.shell(line), folder: folder)
        // An environment has no room for a long text, nor for a zero byte.
        program.environment = environment.mapValues { value in
            String(decoding: value.utf8.prefix(32_000).filter { $0 != 0 }, as: UTF8.self)
        }
        program.grace = { 2 }
        let deadline = ContinuousClock.now + .seconds(timeout)
        var last = ""
        var isLate = false
        let status: ChildProcess.Status
        do {
            status = try program.run(
                isCancelled: {
                    isLate = ContinuousClock.now > deadline
                    return isLate || isCancelled()
                },
                take: { line in
                    let text = line.text
                    if !text.isEmpty { last = text }
                }
            )
        } catch is CancellationError where isLate {
            throw WorkspaceError(.failed, "The command took longer than \(Int(timeout)) seconds.")
        }
        guard status != .exited(0) else { return }
        throw WorkspaceError(
            .failed,
            "The command failed: \(status)\(last.isEmpty ? "" : ", and said: \(VisibleText.line(last))")."
        )
    }

    private func post(to address: String, _ isCancelled: () -> Bool) throws {
        var request = WebRequest(
            "POST",
            address,
            headers: [("Content-Type", "application/json"), ("Idempotency-Key", identity)],
            body: JSONValue.object(payload).bytes
        )
        request.timeout = timeout
        request.limit = 1 << 20
        let answer = try request.send(isCancelled: isCancelled)
        guard (200..<300).contains(answer.status) else {
            throw WorkspaceError(.failed, "The webhook answered with status \(answer.status).")
        }
    }
}
