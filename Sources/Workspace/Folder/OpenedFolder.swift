import EventBus
import FoundationEssentials
import Logging
import Tracking

/// What all services of one workspace share.
final class OpenedFolder: Sendable {
    let layout: WorkspaceLayout
    let store: TrackingStore
    let access: Workspace.Access
    let events: EventBus<WorkspaceEvent>
    let log: Logger
    let memory: MemoryGate

    init(
        layout: WorkspaceLayout,
        store: TrackingStore,
        access: Workspace.Access,
        events: EventBus<WorkspaceEvent>,
        log: Logger,
        memory: MemoryGate
    ) {
        self.layout = layout
        self.store = store
        self.access = access
        self.events = events
        self.log = log
        self.memory = memory
    }

    /// Refuses what changes anything where the workspace is open for reading alone.
    func checkWritable() throws(WorkspaceError) {
        guard case .readOnly(let reason) = access else { return }
        throw WorkspaceError(.readOnly, reason, hint: "Open the workspace without --readonly.")
    }

    /// Where an artifact location lies, to be opened; locations without a scheme are relative to
    /// the workspace.
    ///
    /// One outside the workspace, which a client or an import may name, is kept in the store and
    /// never opened: its path is one where nothing is.
    func path(of location: String) -> String {
        let path = place(of: location)
        let known = FilePaths.real(path) ?? path
        let roots = [layout.artifacts, layout.datasets, layout.models]
        let isInside = roots.contains { root in
            known.hasPrefix("\(FilePaths.real(root) ?? root)/") && !path.contains("/../")
        }
        return isInside ? path : "\(layout.artifacts)/.elsewhere"
    }

    /// The place that a location names, wherever that is: to be told, and not to be opened.
    func place(of location: String) -> String {
        if location.hasPrefix("file://"), let url = URL(string: location) {
            return url.path(percentEncoded: false)
        }
        return location.hasPrefix("/") ? location : "\(layout.folder)/\(location)"
    }

    /// Publishes, once the store was written.
    func publish(_ event: WorkspaceEvent) { events.publish(event) }

    /// Puts a failure that nobody waits for where a person finds it.
    func report(_ error: WorkspaceError, doing what: String) {
        log.error("\(what): \(error)")
        publish(.notice(Notice(error)))
    }
}
