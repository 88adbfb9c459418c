import Database
import EventBus
import Logging
import Platform
import Registry
import Runs
import Tracking

/// Publishes the entries of the store's change feed, of this and other processes.
///
/// A commit of this process wakes the watch; one of another process changes a watched file. Then
/// the entries past the cursor are read. Between changes nothing runs and no timer is set.
final class WorkspaceWatch: Sendable {
    private enum Place: Int {
        case folder, locks, datasets
    }

    private let opened: OpenedFolder
    private let events: EventBus<WorkspaceEvent>
    private let runs: RunService
    private let flows: FlowService
    private let alerts: AlertService
    /// Used only by the watch's thread once it runs.
    private let cursor: Guarded<ChangeCursor>
    private let folders = Guarded<FolderWatch?>(nil)

    /// Starts watching; existing entries are not published.
    init(
        _ opened: OpenedFolder,
        _ events: EventBus<WorkspaceEvent>,
        runs: RunService,
        flows: FlowService,
        alerts: AlertService
    ) throws {
        self.opened = opened
        self.events = events
        self.runs = runs
        self.flows = flows
        self.alerts = alerts
        cursor = Guarded(try opened.store.database.changeCursor())
        let layout = opened.layout
        let watch = try FolderWatch(folders: [layout.folder, layout.locks, layout.datasets]) {
            [weak self] change in self?.look(change)
        }
        folders.withLock { $0 = watch }
        opened.store.database.onCommit { [weak watch] in watch?.wake(.commit) }
        // Changes made between the two lines above are found by this check.
        watch.wake(.look)
    }

    func close() {
        opened.store.database.onCommit(nil)
        folders.withLock { $0 }?.close()
    }

    private func look(_ change: FolderWatch.Change) {
        do {
            if change.folders.contains(Place.datasets.rawValue) {
                events.publish(.datasetsChanged)
                flows.scheduleWorker.wake()
            }
            try readFeed()
            if change.hasClosed || change.isAsked {
                try runs.findCrashes()
                try flows.findCrashes()
            }
        } catch {
            opened.log.warning("The workspace could not be checked for changes: \(error)")
        }
    }

    private func readFeed() throws {
        while true {
            let batch = try opened.store.database.changes(after: cursor.withLock { $0 })
            cursor.withLock { $0 = batch.cursor }
            if batch.isIncomplete || batch.changes.contains(where: { $0.kind == .everything }) {
                runs.wake()
                flows.wake()
                events.publish(.everythingChanged)
            }
            if !batch.changes.isEmpty { try publish(batch.changes.filter { !$0.isPublished }) }
            guard batch.isFull else { return }
        }
    }

    private func publish(_ changes: [Change]) throws {
        try runs.publish(changes)
        flows.publish(changes)
        try alerts.publish(changes)
        let models = Set(changes.lazy.filter { $0.kind == .registeredModel }.map(\.item))
        for name in models.sorted() { events.publish(.registryChanged(name: name)) }
    }
}
