package import EventBus
import Database
import FlowTasks
import JSON
import Logging
import Machine
import Platform
import Runs
import Tensors
import Tracking
public import Workflows

/// Starts, retries, controls and shows flow runs.
///
/// The calls block unless they say otherwise, and throw ``WorkspaceError``.
public final class FlowService: Sendable {
    struct State {
        var executions: [String: FlowExecution] = [:]
        var threads: [String: ServiceThread] = [:]
        var isClosed = false
    }

    let opened: OpenedFolder
    let setting: FlowSetting
    let executor: FlowExecutor
    let reader: FlowReader
    let resources: ResourceFolders
    let tasks: WorkspaceTaskServices
    let scheduleStore: ScheduleStore
    let scheduleWorker: ExclusiveWorker
    let approvalWorker: ExclusiveWorker
    let hooks: FlowHooks
    /// The room of the flow run of another process that was looked at last.
    let known = Guarded<(id: String, room: TaskRoom)?>(nil)
    /// Whether this process continues flow runs in which nobody has approved a task in time.
    let expires = Guarded(false)
    /// The subscription of ``follow(_:)``; the service may outlive its workspace.
    private let following = Guarded<Subscription?>(nil)
    let state = Guarded(State())
    /// What happens to flow runs, here and in other processes.
    package let events = EventBus<FlowEvent>()

    init(
        _ opened: OpenedFolder,
        tasks: WorkspaceTaskServices,
        resources: ResourceFolders,
        machine: MachineMonitor,
        settings: @escaping @Sendable () -> Settings
    ) {
        self.opened = opened
        self.resources = resources
        self.tasks = tasks
        scheduleStore = ScheduleStore(
            opened.store.database,
            now: TrackingStore.systemMilliseconds
        )
        scheduleWorker = ExclusiveWorker(name: "wb-schedule", lock: Self.schedulerLock(opened))
        approvalWorker = ExclusiveWorker(
            name: "wb-approval",
            lock: "\(opened.layout.locks)/approvals"
        )
        let reader = FlowReader(kinds: .standard(tasks))
        self.reader = reader
        let layout = opened.layout
        setting = FlowSetting(
            store: FlowStore(
                opened.store.database,
                owner: "\(Identity.current()) (process \(ProcessEnvironment.number))",
                now: TrackingStore.systemMilliseconds
            ),
            kinds: reader.kinds,
            folders: FlowFolders(
                locks: layout.locks,
                runs: layout.flowRuns,
                results: layout.flowResults
            ),
            recorder: FlowTracking(opened) { settings().experiment },
            limits: {
                let reading = machine.read()
                return FlowLimits(
                    cores: WorkerPool.shared.threadCount,
                    memory: reading.memoryTotal,
                    gpus: reading.gpus.count,
                    tags: settings().concurrency
                )
            },
            grace: { settings().cancelGrace },
            publish: { [events] in events.publish($0) }
        )
        hooks = FlowHooks(
            setting.store,
            workspace: layout.folder,
            lock: "\(layout.locks)/hooks",
            failed: { [store = opened.store] in try Self.hookFailed($0, $1, $2, store) },
            report: { [log = opened.log] in log.warning("Hooks could not be called: \($0)") }
        )
        executor = FlowExecutor(setting) { record in
            try reader.stored(record.source, path: record.path)
        }
        let subscription = events.subscribe { [weak self] in self?.follow($0) }
        following.withLock { $0 = subscription }
    }

    var store: FlowStore { setting.store }

    /// The flow runs of this process.
    public var executed: [String] { state.withLock { $0.executions.keys.sorted() } }

    // MARK: - Reading

    /// All flow runs, the newest first.
    public func list() throws -> [FlowRunSummary] {
        try WorkspaceError.translating {
            try findCrashes()
            let counts = try store.counts()
            let waiting = try store.tasksAwaitingApproval()
            let refused = try store.refusedRuns()
            return try store.runs().map { record in
                let id = record.id
                return summary(
                    record,
                    counts[id] ?? [:],
                    waiting[id] ?? [],
                    isRefused: refused.contains(id)
                )
            }
        }
    }

    /// The flow run of an id, the beginning of an id, or a flow's name; of several the newest.
    public func find(_ reference: String) throws -> FlowRunSummary {
        try WorkspaceError.translating {
            let runs = try store.runs()
            if let run = runs.first(where: { $0.id == reference || $0.flow == reference }) {
                return try summary(of: run.id)
            }
            let matches = reference.isEmpty ? [] : runs.filter { $0.id.hasPrefix(reference) }
            guard let match = matches.first else {
                throw FlowStore.missing(reference, flows: try store.flows())
            }
            guard matches.count == 1 else {
                throw FlowError(
                    .ambiguous,
                    "\(matches.count) flow runs begin with \(reference).",
                    hint: "Give more of the id."
                )
            }
            return try summary(of: match.id)
        }
    }

    /// One flow run.
    func summary(of id: String) throws -> FlowRunSummary {
        let record = try store.run(id)
        if opened.access == .full {
            _ = try executor.sweep(record)
            try expireApprovals(of: try store.run(id))
            hooks.look()
        }
        return summary(
            try store.run(id),
            try store.counts(of: id)[id] ?? [:],
            try store.tasksAwaitingApproval(of: id)[id] ?? [],
            isRefused: try store.refusedRuns(of: id).contains(id)
        )
    }

    private func summary(
        _ record: FlowRunRecord,
        _ counts: [TaskState: Int],
        _ waiting: [String],
        isRefused: Bool
    ) -> FlowRunSummary {
        let owner = record.state.isTerminal ? nil : executor.owner(of: record.id)
        var summary = FlowRunSummary(
            id: record.id,
            flow: record.flow,
            path: record.path,
            state: record.state,
            parameters: SecretMask(record.parameters).masked(record.parameters),
            origin: record.origin,
            counts: counts,
            createdAt: date(record.createdAt),
            startedAt: record.startedAt.map(date),
            endedAt: record.endedAt.map(date),
            reason: record.reason,
            awaitsApproval: waiting,
            ownerProcess: owner,
            isMine: state.withLock { $0.executions[record.id] != nil },
            run: record.run
        )
        summary.isRefused = isRefused
        // Its end may not be recorded: the disk is full, or the folder is read-only.
        if record.state == .running, owner == nil, !summary.isMine {
            if let now = try? store.run(record.id), now.state != .running {
                // It has ended since it was read.
                let counts = (try? store.counts(of: record.id)[record.id]) ?? counts
                return self.summary(now, counts, waiting, isRefused: isRefused)
            }
            summary.state = .crashed
            summary.reason = FlowExecutor.crashReason
            for state in TaskState.ofProcesses {
                guard let count = summary.counts.removeValue(forKey: state) else { continue }
                summary.counts[.crashed, default: 0] += count
            }
        }
        return summary
    }

    /// A flow run with its tasks.
    public func detail(_ id: String) throws -> FlowRunDetail {
        try WorkspaceError.translating {
            let summary = try summary(of: id)
            let tasks = try shownTasks(of: try store.run(id))
            let progress = state.withLock { $0.executions[id] }?.progress ?? [:]
            let pauses = try store.pauses(of: tasks, in: id)
            return FlowRunDetail(
                summary: summary,
                tasks: tasks.map { record in
                    var task = Self.summary(record, among: tasks, progress[record.position])
                    task.pauses = pauses[record.position] ?? []
                    if summary.state == .crashed, TaskState.ofProcesses.contains(task.state) {
                        task.state = .crashed
                    }
                    return task
                }
            )
        }
    }

    /// Everything about one task.
    public func task(_ task: String, of id: String) throws -> TaskDetail {
        try WorkspaceError.translating {
            let run = try store.run(id)
            let tasks = try shownTasks(of: run)
            let record = try Self.find(task, among: tasks, of: run)
            let result = try record.result.flatMap { try store.result($0) }
            let mask = SecretMask(run.parameters)
            let progress = state.withLock { $0.executions[id] }?.progress[record.position]
            return TaskDetail(
                summary: Self.summary(record, among: tasks, progress),
                inputs: record.inputs ?? JSONObject(),
                outputs: mask.masked(result?.values ?? JSONObject()),
                files: result?.files.map(\.name) ?? [],
                history: try store.history(of: record.position, in: id),
                reasons: (try? reasons([record], run))?.first ?? []
            )
        }
    }

    /// Lines of a task's log from a byte on.
    public func log(of task: String, in id: String, after cursor: Int = 0) throws -> TaskLogPage {
        try WorkspaceError.translating {
            let record = try Self.find(
                task,
                among: try store.tasks(of: id),
                of: try store.run(id)
            )
            return BoundedLog.page(in: try logFolder(of: record, in: id), after: cursor)
        }
    }

    /// The log of a task; of one whose result is an earlier one's, that one's.
    private func logFolder(of record: TaskRecord, in id: String) throws -> String {
        let own = setting.folders.log(of: record.position, in: id)
        guard record.state == .cached, !FilePaths.isFolder(own),
            let result = try record.result.flatMap({ try store.result($0) }),
            let origin = try store.tasks(of: result.flowRun).first(where: { $0.task == result.task }
            )
        else { return own }
        return setting.folders.log(of: origin.position, in: result.flowRun)
    }

    /// Why a task ran, will run, or did not: sentences.
    public func why(_ task: String, of id: String) throws -> [String] {
        try WorkspaceError.translating {
            let run = try store.run(id)
            let task = try Self.find(task, among: try shownTasks(of: run), of: run)
            return try reasons([task], run).first ?? []
        }
    }

    /// Why the first tasks of a flow run ran, will run, or did not.
    public func why(
        of id: String,
        limit: Int
    ) throws -> [(id: String, state: TaskState, reasons: [String])] {
        try WorkspaceError.translating {
            let run = try store.run(id)
            let tasks = Array(try shownTasks(of: run).prefix(limit))
            return zip(tasks, try reasons(tasks, run)).map { ($0.task, $0.state, $1) }
        }
    }

    private func reasons(_ tasks: [TaskRecord], _ run: FlowRunRecord) throws -> [[String]] {
        let flow = try reader.stored(run.source, path: run.path)
        let mask = SecretMask(run.parameters)
        return try FlowExplanation(setting).sentences(for: tasks, in: run, flow)
            .map { $0.map { mask.masked($0) } }
    }

    /// The ids of the tasks that a name means: that of one task, or of all combinations of a matrix.
    public func ids(ofTask name: String, in id: String) throws -> [String] {
        try WorkspaceError.translating {
            let run = try store.run(id)
            let tasks = try store.tasks(of: id)
            guard !tasks.contains(where: { $0.task == name }) else { return [name] }
            let named = tasks.filter { $0.name == name }.map(\.task)
            guard !named.isEmpty else {
                throw FlowError.missingTask(name, of: run.flow, Self.names(of: tasks))
            }
            return named
        }
    }

    /// The task of an id, or of a name that only one has.
    private static func find(
        _ name: String,
        among tasks: [TaskRecord],
        of run: FlowRunRecord
    ) throws(FlowError) -> TaskRecord {
        if let task = tasks.first(where: { $0.task == name }) { return task }
        let named = tasks.filter { $0.name == name }
        guard let task = named.first else {
            throw FlowError.missingTask(name, of: run.flow, names(of: tasks))
        }
        guard named.count == 1 else {
            throw FlowError(
                .ambiguous,
                "\(name) is \(named.count) tasks.",
                hint: "Name one of them, such as \(task.task)."
            )
        }
        return task
    }

    /// The names of tasks, and those of single ones of a matrix.
    private static func names(of tasks: [TaskRecord]) -> [String] {
        var seen: Set<String> = []
        return (tasks.map(\.name) + tasks.map(\.task)).filter { seen.insert($0).inserted }
    }

    private static func summary(
        _ record: TaskRecord,
        among tasks: [TaskRecord],
        _ progress: TaskProgress?
    ) -> TaskSummary {
        TaskSummary(
            id: record.task,
            name: record.name,
            kind: record.kind,
            state: record.state,
            attempt: record.attempt,
            dependencies: record.dependencies.filter { $0 < tasks.count }.map { tasks[$0].task },
            startedAt: record.startedAt.map(date),
            endedAt: record.endedAt.map(date),
            reason: record.reason,
            run: record.kind == "train" ? record.reservation ?? record.run : record.run,
            progress: progress
        )
    }
}
