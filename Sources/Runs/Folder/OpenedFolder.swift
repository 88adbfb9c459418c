package import EventBus
import FoundationEssentials
package import Logging
package import Machine
import Platform
package import Tracking

/// What may be done in a workspace.
public enum WorkspaceAccess: Equatable, Sendable {
    /// Everything.
    case full
    /// Reading only, for this reason, a sentence for the user.
    case readOnly(reason: String)
}

/// An opened workspace folder: its layout, its store and the access to it.
///
/// All services of a workspace share one.
package final class OpenedFolder: Sendable {
    package let layout: WorkspaceLayout
    package let store: TrackingStore
    package let access: WorkspaceAccess
    /// Messages that a person should read once.
    package let notices = EventBus<Notice>()
    package let log: Logger
    package let memory: MemoryGate
    /// The opened folder and database.
    let place: OpenedPlace
    /// The folders of artifacts, data and models.
    ///
    /// Each may be a link to another disk.
    private let roots: [ResolvedPath]

    package init(
        layout: WorkspaceLayout,
        store: TrackingStore,
        access: WorkspaceAccess,
        log: Logger,
        memory: MemoryGate
    ) {
        self.layout = layout
        self.store = store
        self.access = access
        self.log = log
        self.memory = memory
        place = OpenedPlace(layout)
        roots = [layout.artifacts, layout.datasets, layout.models].map { ResolvedPath($0) }
    }

    /// Refuses changes if the workspace is open for reading only, or was moved or removed.
    package func checkWritable() throws(RunError) {
        if case .readOnly(let reason) = access {
            throw RunError(
                .readOnly,
                reason,
                hint: store.notice == nil
                    ? "Open the workspace without --readonly."
                    : "Use the newer version of workbench to change it."
            )
        }
        try place.checkFolder()
        try place.checkDatabase()
    }

    /// The path of an artifact location, to be opened; locations without a scheme are relative to the
    /// workspace.
    ///
    /// A location outside the workspace, from a client or an import, stays in the store and is never
    /// opened: its path is one where nothing exists and nothing can be created.
    package func path(of location: String) -> String {
        let path = place(of: location)
        return isInside(path) ? path : Self.nowhere
    }

    /// The folder at a location, to write to.
    ///
    /// - Throws: ``RunError`` with the code `invalid` for a location outside the workspace.
    package func writablePath(of location: String) throws(RunError) -> String {
        let path = place(of: location)
        guard isInside(path) else {
            throw RunError(
                .invalid,
                "\(location) is outside the workspace, where no run of this program writes.",
                hint: "Choose another experiment with --experiment."
            )
        }
        return path
    }

    /// A path as the store has it: relative to the workspace if it is inside, since the folder may be
    /// moved.
    package func location(of path: String) -> String {
        ResolvedPath(layout.folder).relative(.entry(path)) ?? path
    }

    private func isInside(_ path: String) -> Bool {
        let path = ResolvedPath(path)
        guard !path.bytes.contains(0) else { return false }
        return roots.contains { $0.contains(path) }
    }

    /// Below a device, so that no file can be created there by mistake.
    private static let nowhere = "/dev/null/outside-the-workspace"

    /// The path of a location, inside or outside the workspace: to be shown, not to be opened.
    package func place(of location: String) -> String {
        if location.hasPrefix("file://"), let url = URL(string: location) {
            return url.path(percentEncoded: false)
        }
        return location.hasPrefix("/") ? location : "\(layout.folder)/\(location)"
    }

    /// Logs a failure that no caller waits for, and publishes a notice of it.
    package func report(_ error: RunError, doing what: String) {
        log.error("\(what): \(error)")
        notices.publish(Notice(error))
    }
}
