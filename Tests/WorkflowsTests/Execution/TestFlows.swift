import Database
import JSON
import Platform
import Workflows

/// A workspace of flows in a temporary folder, with kinds of task for tests.
final class TestFlows: Sendable {
    let folder: String
    let database: DatabaseFile
    let store: FlowStore
    let kinds: TaskKinds
    let counter = Guarded<[String: Int]>([:])
    let clock: Guarded<Int>
    let events = Guarded<[FlowEvent]>([])
    let limits: Guarded<FlowLimits>

    private let keepsFolder: Bool

    /// Opens a workspace: a new one, or that in a folder, which is then kept.
    init(cores: Int = 4, kinds: [any TaskKind] = [], folder: String? = nil) throws {
        keepsFolder = folder != nil
        let folder = folder ?? Self.newFolder()
        try Files.makeFolder(folder)
        self.folder = folder
        clock = Guarded(1_700_000_000_000)
        database = try DatabaseFile(
            path: "\(folder)/workbench.db",
            migrations: Migration.list([.changeFeed, .workflows])
        )
        store = FlowStore(database, owner: "test") { [clock] in
            clock.withLock {
                $0 += 1; return $0
            }
        }
        self.kinds = TaskKinds(kinds)
        limits = Guarded(FlowLimits(cores: cores))
    }

    deinit {
        try? database.close()
        if !keepsFolder { Files.remove(folder) }
    }

    static func newFolder() -> String { "/tmp/wb-flows-\(UInt64.random(in: 0 ... .max))" }

    var setting: FlowSetting {
        FlowSetting(
            store: store,
            kinds: kinds,
            folders: FlowFolders(
                locks: "\(folder)/locks",
                runs: "\(folder)/flow-runs",
                results: "\(folder)/flow-results"
            ),
            limits: { [limits] in limits.withLock { $0 } },
            grace: { 0 },
            random: { 0.5 },
            publish: { [events] event in events.withLock { $0.append(event) } }
        )
    }

    func executor(_ flow: Flow) -> FlowExecutor { FlowExecutor(setting) { _ in flow } }

    /// Starts a flow and waits for its end.
    @discardableResult
    func run(_ flow: Flow, _ order: FlowOrder = FlowOrder(), id: String = "a") throws -> FlowState {
        let execution = try executor(flow).create(flow, order, origin: .person, id: id)
        execution.execute()
        return execution.wait()
    }

    @discardableResult
    func retry(
        _ flow: Flow,
        _ order: FlowOrder = FlowOrder(),
        id: String = "a",
        fork: String = "b"
    ) throws -> FlowState {
        let execution = try executor(flow).retry(id, order, forkID: fork)
        execution.execute()
        return execution.wait()
    }

    /// The result of a task.
    func result(_ task: String, of id: String = "a") throws -> StoredResult? {
        let record = try store.tasks(of: id).first { $0.task == task }
        return try record?.result.flatMap { try store.result($0) }
    }

    /// Blocks until a task runs.
    func waitUntilRunning(_ task: String) { waitUntil(task, .running) }

    /// Blocks until a task has come into a state.
    func waitUntil(_ task: String, _ state: TaskState) {
        events.wait { events -> Void? in
            let hasCome = events.contains {
                if case .task(_, task, state, _, _) = $0 { true } else { false }
            }
            return hasCome ? () : nil
        }
    }

    func states(_ id: String = "a") throws -> [String: TaskState] {
        Dictionary(uniqueKeysWithValues: try store.tasks(of: id).map { ($0.task, $0.state) })
    }
}

/// A kind of task that is a closure.
struct TestKind: TaskKind {
    var name: String
    var summary = "For tests."
    var version = 1
    var inputs: [TaskInput] = [TaskInput("x", .any, help: "Anything.")]
    var outputs: [TaskOutput] = [TaskOutput("y", .any, help: "Anything.")]
    var hasOtherOutputs = true
    var effect = TaskEffect.atLeastOnce
    var isReusable = true
    /// The memory that it would take, by its inputs.
    var memory: @Sendable (JSONObject) -> Int64? = { _ in nil }
    var body: @Sendable (TaskCall) throws -> TaskResult

    init(
        _ name: String,
        isReusable: Bool = true,
        effect: TaskEffect = .atLeastOnce,
        _ body: @escaping @Sendable (TaskCall) throws -> TaskResult
    ) {
        self.name = name
        self.isReusable = isReusable
        self.effect = effect
        self.body = body
    }

    func reuse(of inputs: JSONObject) -> TaskReuse { isReusable ? .anywhere : .sameFlowRun }
    func cost(of inputs: JSONObject, folder: String) -> TaskCost? {
        memory(inputs).map { TaskCost(seconds: nil, isScaled: false, memoryBytes: $0) }
    }
    func run(_ call: TaskCall) throws -> TaskResult { try body(call) }
}

extension Flow {
    /// A flow of tasks for tests.
    init(_ tasks: [FlowTask], parameters: [FlowParameter] = [], parallel: Int? = nil) {
        self.init(
            name: "test",
            path: "/test.yaml",
            folder: "/tmp",
            source: "",
            parameters: parameters,
            tasks: tasks,
            maxParallel: parallel
        )
    }
}

extension FlowTask {
    /// A task with inputs, as texts with expressions.
    init(_ name: String, _ kind: String, _ inputs: [String: String] = [:], needs: [String] = []) {
        self.init(name: name, kind: kind, position: SourcePosition(line: 1, column: 1))
        for (key, text) in inputs.sorted(by: { $0.key < $1.key }) {
            let value = template(text)
            references += value.references.filter { $0 != "flow" && !$0.hasPrefix("p_") }
            self.inputs.append(
                Input(name: key, value: value, position: SourcePosition(line: 1, column: 1))
            )
        }
        self.needs = needs
    }
}

func template(_ text: String) -> ValueTemplate {
    do {
        return try ValueTemplate.parse(text)
    } catch {
        return .literal(.string("\(error)"))
    }
}
