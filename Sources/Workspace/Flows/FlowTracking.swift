import Database
import JSON
import Logging
import Platform
import Runs
import Tracking
import Workflows

/// Records flow runs in the tracker: a flow run is a run, its tasks are runs nested below it.
struct FlowTracking: FlowRecorder {
    private let opened: OpenedFolder
    /// The experiment of runs if none is named.
    private let experimentName: @Sendable () -> String?
    private var store: TrackingStore { opened.store }

    init(_ opened: OpenedFolder, experiment: @escaping @Sendable () -> String?) {
        self.opened = opened
        experimentName = experiment
    }

    func created(_ run: FlowRunRecord) throws -> String? {
        let mask = SecretMask(run.parameters)
        var new = NewRun()
        new.experimentID = try experiment()
        new.name = run.flow
        new.tags = [
            Tag(RunTag.flow, run.flow), Tag(RunTag.flowRun, run.id),
            Tag(RunTag.flowPart, "flow"), Tag(RunTag.sourceName, run.path),
            Tag(RunTag.sourceType, "PROJECT"),
        ]
        if case .forked(let origin) = run.origin { new.tags.append(Tag(RunTag.retryOf, origin)) }
        if case .task(_, let task) = run.origin { new.tags.append(Tag(RunTag.flowTask, task)) }
        let id = try store.createRun(new).id
        try store.log(Batch(params: Self.params(mask.masked(run.parameters))), run: id)
        return id
    }

    func changed(_ run: FlowRunRecord) throws {
        let status: RunStatus =
            switch run.state {
            case .pending, .running: .running
            case .paused, .waitingApproval: .scheduled
            case .completed: .finished
            case .failed: .failed
            case .crashed, .cancelled: .killed
            }
        if let id = run.run {
            try logging(id) { _ in _ = try store.updateRun(id, status: status, details: []) }
        }
        if case .schedule = run.origin, run.state == .failed || run.state == .crashed {
            try alert(run)
        }
    }

    /// Raises an alert, once, for the end of a flow run that nobody has started by hand.
    private func alert(_ run: FlowRunRecord) throws {
        let request = AlertRequest(
            .error,
            "\(run.flow) \(run.state.rawValue)",
            text: run.reason ?? "",
            source: Alert.Source(.flow, run: run.run, flowRun: run.id),
            identity: "flow \(run.id) \(run.endedAt ?? 0)"
        )
        opened.log.warning("\(request.title): \(request.text)")
        try store.raise(request)
    }

    func started(_ task: TaskRecord, of run: FlowRunRecord) throws -> String? {
        // A training is a run itself, which its kind starts below that of the flow.
        guard let parent = run.run, task.kind != "train" else { return nil }
        var new = NewRun()
        new.experimentID = try store.run(parent, details: []).experimentID
        new.name = task.task
        new.tagsUser = false
        new.tags = [
            Tag(RunTag.flowRun, run.id), Tag(RunTag.flowTask, task.task),
            Tag(RunTag.flowPart, "task"), Tag(RunTag.parent, parent),
        ]
        let id = try store.createRun(new).id
        let params = Self.params(task.inputs ?? JSONObject())
        if !params.isEmpty { try store.log(Batch(params: params), run: id) }
        return id
    }

    func ended(
        _ task: TaskRecord,
        of run: FlowRunRecord,
        outputs: JSONObject,
        log: String
    ) throws {
        guard let id = task.run else { return }
        let status: RunStatus =
            switch task.state {
            case .completed, .cached: .finished
            case .cancelled, .crashed: .killed
            default: .failed
            }
        try logging(id) { record in
            var batch = Batch()
            if let reason = task.reason { batch.tags = [Tag(RunTag.conclusion, reason)] }
            let time = store.configuration.now()
            for member in outputs.members {
                switch member.value {
                case .integer(let value):
                    batch.metrics.append(
                        Metric(
                            TrackingKey(member.name.text),
                            Double(value),
                            timestamp: time,
                            step: 0
                        )
                    )
                case .number(let value):
                    batch.metrics.append(
                        Metric(TrackingKey(member.name.text), value, timestamp: time, step: 0)
                    )
                default: break
                }
            }
            if batch != Batch() { try store.log(batch, run: id) }
            try store.updateRun(id, status: status, details: [])
            let location = record.artifactURI
            if FilePaths.isFolder(log), let folder = try? opened.writablePath(of: location) {
                do {
                    try Files.makeFolder(folder)
                    try BoundedLog.copy(log, to: "\(folder)/log.txt")
                } catch {
                    // An error would undo the end of the task, and repeat it.
                    opened.log.warning("The log of \(task.task) is not copied: \(error)")
                }
            }
        }
    }

    /// A run that a person has deleted is not changed.
    private func logging(_ id: String, _ body: (RunRecord) throws -> Void) throws {
        guard let record = try? store.run(id, details: []), record.lifecycle == .active else {
            return
        }
        try body(record)
    }

    private func experiment() throws -> Int {
        let name = experimentName() ?? "Default"
        if let known = try store.experiment(named: name) { return known.id }
        return try store.createExperiment(named: name).id
    }

    /// The parameters in an object, as texts.
    private static func params(_ object: JSONObject) -> [Param] {
        object.members.map { member in
            let text =
                if case .string(let text) = member.value { text } else { member.value.compactText }
            return Param(TrackingKey(member.name.text), text)
        }
    }
}
