package import Database
import EventBus
import Tracking

extension RunService {
    /// Publishes the change feed's entries about runs, of all processes and clients: points first, since
    /// a point means that its run is live.
    package func publish(_ changes: [Change]) throws {
        if changes.contains(where: { $0.kind == .request }) { wake() }
        let feed = RunFeed(store: opened.store)
        for event in try feed.events(of: changes.filter { $0.kind == .run }) {
            events.publish(event)
        }
        var changed: Set<String> = []
        for change in changes where change.kind == .run || change.kind == .request {
            guard change.what != RunChange.metrics.rawValue, changed.insert(change.item).inserted
            else { continue }
            events.publish(.changed(run: change.item))
        }
    }

    /// Finds the runs whose process has ended without ending them, and writes that to the store.
    package func findCrashes() throws {
        var query = RunQuery()
        query.statuses = [.running, .scheduled]
        query.details = .tags
        for record in try opened.store.runs(query) { _ = try markCrashed(record) }
    }
}
