import FlowTasks
import JSON
import Platform
import Workflows

/// Attempts at a task, whose folder, log and reservation last from one to the next.
final class TestCall: Sendable {
    struct State {
        var lines: [String] = []
        var reservation: String?
        var progress: [String] = []
        var groups: [Int32] = []
        var attempt = 0
        var isCancelled = false
    }

    let kind: any TaskKind
    let folder: String
    let state = Guarded(State())

    init(_ name: String, _ services: any TaskServices, in folder: String) throws {
        guard let kind = TaskKinds.standard(services)[name] else { throw TestServices.Unused() }
        self.kind = kind
        self.folder = folder
    }

    var lines: [String] { state.withLock { $0.lines } }

    func cancel() { state.withLock { $0.isCancelled = true } }

    /// Makes an attempt.
    func run(
        _ inputs: JSONValue,
        run: String? = nil,
        parentRun: String? = nil,
        key: String = "the-key",
        logged: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> TaskResult {
        let (attempt, reservation) = state.withLock { state in
            state.attempt += 1
            return (state.attempt, state.reservation)
        }
        let scratch = "\(folder)/scratch-\(attempt)"
        return try kind.run(
            TaskCall(
                flowRun: "the-flow-run",
                task: "the-task",
                attempt: attempt,
                key: key,
                inputs: inputs.object,
                folder: folder,
                reservation: reservation,
                run: run,
                parentRun: parentRun,
                grace: { 5 },
                scratch: {
                    try Files.makeFolder(scratch)
                    return scratch
                },
                reserve: { text in self.state.withLock { $0.reservation = text } },
                started: { group in self.state.withLock { $0.groups.append(group) } },
                log: { line in
                    self.state.withLock { $0.lines.append(line) }
                    logged(line)
                },
                progress: { _, text in self.state.withLock { $0.progress.append(text) } },
                isCancelled: { self.state.withLock { $0.isCancelled } }
            )
        )
    }

    /// The inputs with faults.
    ///
    /// - Parameter later: The names of inputs whose values are not known yet.
    func faults(_ inputs: JSONValue, later: Set<String> = []) -> [String] {
        let given = later.union(inputs.object.members.map(\.name.text))
        return kind.faults(in: inputs.object, given: given, folder: folder).map(\.input)
    }

    func content(_ inputs: JSONValue) throws -> [String: JSONValue] {
        try kind.content(of: inputs.object, folder: folder)
    }
}

extension JSONValue {
    /// The members; none of another value.
    var object: JSONObject {
        if case .object(let object) = self { return object }
        return JSONObject()
    }
}

extension TaskResult {
    /// The value of an output.
    subscript(name: String) -> JSONValue? { outputs.first { $0.name == name }?.value.value }

    /// What an output counts as.
    func content(_ name: String) -> JSONValue? {
        outputs.first { $0.name == name }?.value.content
    }
}

/// The error that `body` throws as a flow's; nil if it throws none.
func flowError(_ body: () throws -> Void) -> FlowError? {
    do { try body() } catch { return error as? FlowError }
    return nil
}
