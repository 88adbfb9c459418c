import Logging
import Platform
import Registry
import Tracking

/// Tells this process what others write into the workspace.
///
/// Files that change say when to look, `PRAGMA data_version` whether there is news, and the rows
/// past the last seen one what it is. Between changes nothing runs and no timer is armed.
final class WorkspaceWatch: Sendable {
    /// What was seen so far; used by the watch's thread alone once that runs.
    private struct Seen {
        var version = 0
        var metricRow = 0
        var registryChange = 0
        var runs: [String: Mark] = [:]
    }

    /// What of a run is compared to find that it has changed.
    private struct Mark: Equatable {
        var name: String
        var status: Tracking.RunStatus
        var lifecycle: LifecycleStage
        /// Of live runs alone, since those are few.
        var tags: [TrackingKey: String]?
    }

    private struct Change {
        var run: String
        var before: Mark?
        var now: Mark
    }

    private enum Place: Int {
        case folder, locks, datasets
    }

    private let opened: OpenedFolder
    private let runs: RunService
    private let registry: ModelRegistry
    private let seen = Guarded(Seen())
    private let folders = Guarded<FolderWatch?>(nil)

    /// Begins to watch; what is there now is not told.
    init(_ opened: OpenedFolder, runs: RunService) throws {
        self.opened = opened
        self.runs = runs
        registry = ModelRegistry(opened.store)
        let layout = opened.layout
        let watch = try FolderWatch(folders: [layout.folder, layout.locks, layout.datasets]) {
            [weak self] change in self?.look(change)
        }
        folders.withLock { $0 = watch }
        try takeStock()
        // What changed between the two lines above is looked for once more.
        watch.ring()
    }

    func close() { folders.withLock { $0 }?.close() }

    private func takeStock() throws {
        let version = try opened.store.dataVersion()
        let row = try opened.store.lastMetricRow()
        let change = try registry.history(limit: 1).first?.id ?? 0
        let marks = try readMarks()
        seen.withLock { seen in
            seen = Seen(version: version, metricRow: row, registryChange: change, runs: marks)
        }
    }

    private func look(_ change: FolderWatch.Change) {
        do {
            if change.folders.contains(Place.datasets.rawValue) {
                opened.publish(.datasetsChanged)
            }
            let version = try opened.store.dataVersion()
            let hasNews = seen.withLock { seen in
                defer { seen.version = version }
                return seen.version != version
            }
            if hasNews {
                runs.wake()
                // The points that came before a run's end are told before it: a point says that
                // its run is alive. So the runs are read first and told last.
                let changes = try readChangedRuns()
                try tellMetrics()
                for change in changes { tell(change) }
                try tellRegistry()
            }
            if change.hasClosed || change.isAsked { try tellCrashes() }
        } catch {
            opened.log.warning("The workspace could not be looked at: \(error)")
        }
    }

    /// Publishes the points that other processes have logged, a step at a time.
    private func tellMetrics() throws {
        while true {
            let changes = try opened.store.metricChanges(after: seen.withLock { $0.metricRow })
            seen.withLock { $0.metricRow = changes.lastRow }
            var points: [(run: String, point: StepPoint)] = []
            for entry in changes.entries where !runs.hasTold(row: entry.point.row, of: entry.run) {
                let (step, value) = (entry.point.step, entry.point.value)
                if points.last?.run == entry.run, points.last?.point.step == step {
                    points[points.count - 1].point.metrics[entry.key.text] = value
                } else {
                    let metrics = [entry.key.text: value]
                    points.append(
                        (entry.run, StepPoint(step: step, totalSteps: nil, metrics: metrics))
                    )
                }
            }
            for (run, point) in points { tell(point, of: run) }
            if changes.entries.isEmpty { return }
        }
    }

    private func tell(_ point: StepPoint, of run: String) {
        var point = point
        point.metrics[MetricName.bestEvaluationLoss] = nil
        let evaluation = point.metrics.removeValue(forKey: MetricName.evaluationLoss)
        if !point.metrics.isEmpty {
            point.totalSteps = totalSteps(of: run)
            opened.publish(.runStep(run: run, point))
        }
        if let evaluation {
            opened.publish(.runEvaluated(run: run, step: point.step, loss: evaluation))
        }
    }

    private func totalSteps(of run: String) -> Int? {
        if let tags = seen.withLock({ $0.runs[run]?.tags }) {
            return tags[RunTag.totalSteps].flatMap { Int($0) }
        }
        // It has ended in the meantime.
        let tags = try? opened.store.run(run, details: .tags).tags
        return tags?[RunTag.totalSteps].flatMap { Int($0) }
    }

    /// Which runs are new or not as they were, without those that this process executes.
    private func readChangedRuns() throws -> [Change] {
        let marks = try readMarks()
        let before = seen.withLock { seen in
            defer { seen.runs = marks }
            return seen.runs
        }
        let mine = Set(runs.executed)
        return marks.compactMap { run, mark in
            guard before[run] != mark, !mine.contains(run) else { return nil }
            return Change(run: run, before: before[run], now: mark)
        }
    }

    private func tell(_ change: Change) {
        let (run, before, mark) = (change.run, change.before, change.now)
        // A run that was live has ended; its last checkpoint is told all the same.
        let wasLive = before.map { $0.tags != nil } ?? true
        let tags =
            mark.tags ?? (wasLive ? try? opened.store.run(run, details: .tags).tags : nil)
        let next = tags?[RunTag.resumableStep].flatMap { Int($0) }
        if let next, next != before?.tags?[RunTag.resumableStep].flatMap({ Int($0) }) {
            opened.publish(.runCheckpointed(run: run, nextStep: next))
        }
        opened.publish(.runChanged(run: run))
    }

    private func readMarks() throws -> [String: Mark] {
        var query = RunQuery()
        query.view = .all
        query.details = []
        var marks: [String: Mark] = [:]
        for record in try opened.store.runs(query) {
            let tags =
                record.status.isTerminal
                ? nil : try opened.store.run(record.id, details: .tags).tags
            marks[record.id] = Mark(
                name: record.name,
                status: record.status,
                lifecycle: record.lifecycle,
                tags: tags
            )
        }
        return marks
    }

    private func tellRegistry() throws {
        let seenChange = seen.withLock { $0.registryChange }
        let changes = try registry.history(limit: 64).prefix { $0.id > seenChange }
        guard let newest = changes.first else { return }
        seen.withLock { $0.registryChange = newest.id }
        for name in Set(changes.map(\.model)).sorted() {
            opened.publish(.registryChanged(name: name))
        }
    }

    private func tellCrashes() throws {
        var query = RunQuery()
        query.statuses = [.running, .scheduled]
        query.details = .tags
        for record in try opened.store.runs(query) { _ = try runs.markCrashed(record) }
    }
}
