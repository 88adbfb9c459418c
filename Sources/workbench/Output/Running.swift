import Runs
import Synchronization
import Workspace

/// The workspace that the signal handler stops, once it is open.
final class Running: Sendable {
    private let opened = Mutex<Workspace?>(nil)
    private let stopping = Mutex(false)

    /// Whether ``stop()`` was called.
    var isStopping: Bool { stopping.withLock { $0 } }

    var workspace: Workspace? {
        get { opened.withLock { $0 } }
        set { opened.withLock { $0 = newValue } }
    }

    /// Requests that the runs of this process write a checkpoint after this step and end.
    func stop() {
        stopping.withLock { $0 = true }
        workspace?.runs.stopHere(checkpointing: true)
    }
}
