import Runs
import Synchronization
import Workspace

/// The workspace that the signal handler stops, once it is open.
final class OpenedWorkspace: Sendable {
    private let opened = Mutex<Workspace?>(nil)

    var workspace: Workspace? {
        get { opened.withLock { $0 } }
        set { opened.withLock { $0 = newValue } }
    }

    /// Requests that the runs of this process write a checkpoint after this step and end.
    func stop() { workspace?.runs.stopHere(checkpointing: true) }
}
