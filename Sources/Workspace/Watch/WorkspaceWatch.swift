import Database
import Logging
import Platform
import Registry
import Tracking

/// Publishes what the store's change feed says, whoever wrote it.
///
/// A commit of this process rings the watch, one of another process changes a file; then the
/// entries past the cursor are read. Between changes nothing runs and no timer is armed.
final class WorkspaceWatch: Sendable {
    private enum Place: Int {
        case folder, locks, datasets
    }

    private let opened: OpenedFolder
    private let runs: RunService
    /// Used by the watch's thread alone once that runs.
    private let cursor: Guarded<ChangeCursor>
    private let folders = Guarded<FolderWatch?>(nil)

    /// Begins to watch; what is there now is not published.
    init(_ opened: OpenedFolder, runs: RunService) throws {
        self.opened = opened
        self.runs = runs
        cursor = Guarded(try opened.store.database.changeCursor())
        let layout = opened.layout
        let watch = try FolderWatch(folders: [layout.folder, layout.locks, layout.datasets]) {
            [weak self] change in self?.look(change)
        }
        folders.withLock { $0 = watch }
        opened.store.database.onCommit { [weak watch] in watch?.ring(.commit) }
        // What changed between the two lines above is looked for once more.
        watch.ring(.look)
    }

    func close() {
        opened.store.database.onCommit(nil)
        folders.withLock { $0 }?.close()
    }

    private func look(_ change: FolderWatch.Change) {
        do {
            if change.folders.contains(Place.datasets.rawValue) {
                opened.publish(.datasetsChanged)
            }
            try readFeed()
            if change.hasClosed || change.isAsked { try findCrashes() }
        } catch {
            opened.log.warning("The workspace could not be looked at: \(error)")
        }
    }

    private func readFeed() throws {
        while true {
            let batch = try opened.store.database.changes(after: cursor.withLock { $0 })
            cursor.withLock { $0 = batch.cursor }
            if batch.isIncomplete || batch.changes.contains(where: { $0.kind == .everything }) {
                runs.wake()
                opened.publish(.everythingChanged)
            }
            if !batch.changes.isEmpty { try publish(batch.changes.filter { !$0.isPublished }) }
            guard batch.isFull else { return }
        }
    }

    /// Publishes entries: points first, since a point says that its run is alive.
    private func publish(_ changes: [Change]) throws {
        if changes.contains(where: { $0.kind == .request }) { runs.wake() }
        let feed = RunFeed(store: opened.store)
        for event in try feed.events(of: changes.filter { $0.kind == .run }) {
            opened.publish(event)
        }
        var told: Set<String> = []
        for change in changes where change.kind == .run || change.kind == .request {
            guard change.what != RunChange.metrics.rawValue, told.insert(change.item).inserted
            else { continue }
            opened.publish(.runChanged(run: change.item))
        }
        let models = Set(changes.lazy.filter { $0.kind == .registeredModel }.map(\.item))
        for name in models.sorted() { opened.publish(.registryChanged(name: name)) }
    }

    private func findCrashes() throws {
        var query = RunQuery()
        query.statuses = [.running, .scheduled]
        query.details = .tags
        for record in try opened.store.runs(query) { _ = try runs.markCrashed(record) }
    }
}
