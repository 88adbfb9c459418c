import EventBus
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

    /// The place of an artifact location, which is relative to the workspace if it has no scheme.
    func path(of location: String) -> String {
        if location.hasPrefix("file://") { return String(location.dropFirst("file://".count)) }
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
