import EventBus
import FoundationEssentials
import Logging
import Machine
import Platform
import Tracking

/// What all services of one workspace share.
final class OpenedFolder: Sendable {
    let layout: WorkspaceLayout
    let store: TrackingStore
    let access: Workspace.Access
    let events: EventBus<WorkspaceEvent>
    let log: Logger
    let memory: MemoryGate
    /// Which folder and database were opened.
    let place: OpenedPlace
    /// Where artifacts, data and models lie.
    ///
    /// Each may be a link to another disk.
    private let roots: [ResolvedPath]

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
        place = OpenedPlace(layout)
        roots = [layout.artifacts, layout.datasets, layout.models].map { ResolvedPath($0) }
    }

    /// Refuses what changes anything where the workspace is open for reading alone, or is not where
    /// it was opened any more.
    func checkWritable() throws(WorkspaceError) {
        if case .readOnly(let reason) = access {
            throw WorkspaceError(.readOnly, reason, hint: "Open the workspace without --readonly.")
        }
        try place.checkFolder()
        try place.checkDatabase()
    }

    /// Where an artifact location lies, to be opened; locations without a scheme are relative to
    /// the workspace.
    ///
    /// One outside the workspace, which a client or an import may name, is kept in the store and
    /// never opened: its path is one where nothing is, and where nothing can be made.
    func path(of location: String) -> String {
        let path = place(of: location)
        return isInside(path) ? path : Self.nowhere
    }

    /// The folder at a location, to write to.
    ///
    /// - Throws: ``WorkspaceError`` with the code `invalid` for a location outside the workspace.
    func writablePath(of location: String) throws(WorkspaceError) -> String {
        let path = place(of: location)
        guard isInside(path) else {
            throw WorkspaceError(
                .invalid,
                "\(location) is outside the workspace, where no run of this program writes.",
                hint: "Choose another experiment with --experiment."
            )
        }
        return path
    }

    /// A path as the store keeps it: relative to the workspace where it lies in it, since the
    /// folder may be moved.
    func location(of path: String) -> String {
        ResolvedPath(layout.folder).relative(.entry(path)) ?? path
    }

    private func isInside(_ path: String) -> Bool {
        let path = ResolvedPath(path)
        guard !path.bytes.contains(0) else { return false }
        return roots.contains { $0.contains(path) }
    }

    /// Below a device, so that no file can be made there by mistake.
    private static let nowhere = "/dev/null/outside-the-workspace"

    /// The place that a location names, wherever that is: to be shown, not to be opened.
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
