package import EventBus
import JSON
package import Machine
import Platform
import Tracking
import Training

/// Lists, starts, controls and compares runs.
public final class RunService: Sendable {
    struct State {
        var executions: [String: RunExecution] = [:]
        var threads: [String: ServiceThread] = [:]
        /// The executed runs that others of this process ran beside.
        var accompanied: Set<String> = []
        /// How the runs ended that this process has executed: if another process has taken a run over,
        /// its row says something else.
        var outcomes: [String: RunOutcome] = [:]
        /// Runs of this process that are phases of a chain and whose end has not been handled.
        var phases: Set<String> = []
        /// What followed the phases that have ended.
        var phaseEnds: [String: PhaseEnd] = [:]
        /// How often this process was asked to end its runs.
        var stopCount = 0
        var isClosed = false
    }

    let opened: OpenedFolder
    let sources: any RunSources
    /// The models that runs share with chat and others.
    let library: ModelLibrary
    let machine: MachineMonitor
    /// How fast this machine trains.
    let speeds: SpeedBook
    let state: Guarded<State>
    /// What happens to runs, here and in other processes.
    package let events = EventBus<RunEvent>()
    /// What may be done to runs, experiments and artifacts.
    package let rules: RuleBook

    /// The runs of a workspace.
    package init(
        _ opened: OpenedFolder,
        sources: any RunSources,
        library: ModelLibrary,
        machine: MachineMonitor,
        speeds: SpeedBook
    ) {
        self.opened = opened
        self.sources = sources
        self.library = library
        self.machine = machine
        self.speeds = speeds
        let state = Guarded(State())
        self.state = state
        rules = RuleBook(opened) { id in state.withLock { $0.executions[id] != nil } }
    }

    /// The runs that this process executes now.
    public var executed: [String] { state.withLock { $0.executions.keys.sorted() } }

    /// All runs, the newest first, without those that stand for a flow run or for a task that trains
    /// nothing.
    ///
    /// Blocks.
    public func list(includingDeleted: Bool = false) throws -> [RunSummary] {
        try RunError.translating {
            var query = RunQuery()
            query.view = includingDeleted ? .all : .active
            let runs = try opened.store.runs(query).filter(Self.isListed)
            return try reader.summaries(runs)
        }
    }

    /// The ids of the runs that match a filter in MLflow's search language, the newest first.
    ///
    /// Blocks.
    ///
    /// - Throws: ``RunError`` with the code `invalid` for a filter that is not understood.
    public func matching(_ filter: String, includingDeleted: Bool = false) throws -> [String] {
        try RunError.translating {
            try opened.store.allRuns(
                filter: filter,
                view: includingDeleted ? .all : .active,
                details: []
            ).map(\.id)
        }
    }

    /// One run.
    ///
    /// Blocks.
    ///
    /// - Throws: ``RunError`` with the code `notFound`.
    public func summary(_ id: String) throws -> RunSummary {
        try RunError.translating {
            let record = try opened.store.run(id)
            guard let summary = try reader.summaries([record]).first else {
                throw Self.missing(id)
            }
            return summary
        }
    }

    /// The run of an id, the beginning of an id, or a name; of several runs of a name the newest.
    ///
    /// A run in the trash is found only if no other one matches.
    ///
    /// Blocks.
    ///
    /// - Throws: ``RunError`` with the code `notFound` or `ambiguous`.
    public func find(_ reference: String) throws -> RunSummary {
        try RunError.translating {
            var query = RunQuery()
            query.view = .all
            query.details = []
            let records = try opened.store.runs(query)
            let active = records.filter { $0.lifecycle == .active }
            let deleted = records.filter { $0.lifecycle == .deleted }
            if let exact = records.first(where: { $0.id == reference })
                ?? (active + deleted).first(where: { $0.name == reference })
            {
                return try summary(exact.id)
            }
            let matches =
                [active, deleted]
                .map { records in records.filter { $0.id.hasPrefix(reference) } }
                .first { !$0.isEmpty } ?? []
            guard !reference.isEmpty, let match = matches.first else {
                throw Self.missing(reference)
            }
            guard matches.count == 1 else {
                throw RunError(
                    .ambiguous,
                    "\(matches.count) runs begin with \(reference).",
                    hint: "Give more of the id, or the run's name."
                )
            }
            return try summary(match.id)
        }
    }

    /// A run with all its curves.
    ///
    /// Blocks.
    public func detail(_ id: String) throws -> RunDetail {
        try RunError.translating {
            let record = try opened.store.run(id)
            let summary = try summary(id)
            var series: [String: MetricSeries] = [:]
            for key in summary.metrics.keys {
                series[key] = try self.series(id, key: key)
            }
            let folder = folder(of: record)
            let store = checkpoints(of: record)
            let checkpoints = try store.steps().reversed().map { step in
                RunDetail.Checkpoint(
                    nextStep: step,
                    folder: store.folder(step: step),
                    byteCount: Files.byteCount(store.folder(step: step))
                )
            }
            return RunDetail(
                summary: summary,
                series: series,
                checkpoints: checkpoints,
                artifacts: Self.artifacts(in: folder.path)
            )
        }
    }

    /// All samples of a run's last evaluation; nil if there are none.
    ///
    /// Blocks.
    public func samples(of id: String) throws -> RunSamples? {
        try RunError.translating {
            let record = try opened.store.run(id)
            guard let last = record.samples else { return nil }
            // The tag, which lists read, has a part of them.
            let path = "\(folder(of: record).samples)/step-\(last.step).json"
            guard let bytes = try? Files.read(path) else { return last }
            return (try? decodeJSON(RunSamples.self, from: bytes)) ?? last
        }
    }

    /// The points of one metric that came after a cursor.
    ///
    /// Blocks.
    public func series(
        _ id: String,
        key: String,
        after cursor: Int64 = 0
    ) throws -> MetricSeries {
        try RunError.translating {
            let points = try opened.store.metricHistory(
                TrackingKey(key),
                run: id,
                after: Int(cursor)
            )
            return MetricSeries(
                key: key,
                steps: points.map(\.step),
                values: points.map(\.value),
                cursor: points.last.map { Int64($0.row) } ?? cursor
            )
        }
    }

    /// Runs side by side, in the order given.
    ///
    /// Blocks.
    public func compare(_ ids: [String]) throws -> RunComparison {
        RunComparison(
            runs: try ids.map(summary),
            losses: try ids.map { try series($0, key: MetricName.loss) },
            evaluationLosses: try ids.map { try series($0, key: MetricName.evaluationLoss) }
        )
    }

    /// Moves a run to the trash; a live one must be stopped first.
    ///
    /// Blocks.
    public func delete(_ id: String) throws {
        let summary = try summary(id)
        guard !summary.isDeleted else {
            throw RunError(
                .conflict,
                "\(summary.name) is deleted already.",
                hint: "`workbench runs restore \(id)` restores it."
            )
        }
        try change(id) { _ in try rules.deleteRun(id) }
    }

    /// Takes a run out of the trash.
    ///
    /// Blocks.
    public func restore(_ id: String) throws {
        try change(id) { try $0.restoreRun(id) }
    }

    /// Reads runs, with the state of those that this process executes.
    var reader: RunReader {
        let executions = state.withLock { $0.executions }
        return RunReader(opened: opened, executed: executions.mapValues(\.waitingReason))
    }

    func folder(of record: RunRecord) -> RunFolder {
        RunFolder(path: opened.path(of: record.artifactURI))
    }

    /// The run's checkpoints, with the key that signs them.
    func checkpoints(of record: RunRecord) -> CheckpointStore {
        CheckpointStore(
            folder: folder(of: record).checkpoints,
            key: record.tags[RunTag.checkpointKey]
        )
    }

    static func missing(_ reference: String) -> RunError {
        RunError(
            .notFound,
            "There is no run \(VisibleText.name(reference)).",
            hint: "`workbench runs list` lists them."
        )
    }

    private func change(_ id: String, _ body: (TrackingStore) throws -> Void) throws {
        try opened.checkWritable()
        try RunError.translating { try body(opened.store) }
    }

    /// The paths of files below a folder, relative to it.
    private static func artifacts(in folder: String, below prefix: String = "") -> [String] {
        Files.names(in: folder).flatMap { name in
            let path = "\(folder)/\(name)"
            return FilePaths.isFolder(path)
                ? artifacts(in: path, below: "\(prefix)\(name)/") : ["\(prefix)\(name)"]
        }
    }
}
