import Synchronization
import Workspace

/// The workspace that the signal handler stops, once it is open.
final class Running: Sendable {
    private let opened = Mutex<Workspace?>(nil)
    private let asked = Mutex(false)

    /// Whether ``stop()`` was called.
    var isStopping: Bool { asked.withLock { $0 } }

    var workspace: Workspace? {
        get { opened.withLock { $0 } }
        set { opened.withLock { $0 = newValue } }
    }

    /// Asks the runs of this process to write a checkpoint after this step and end.
    func stop() {
        asked.withLock { $0 = true }
        workspace?.runs.stopHere(checkpointing: true)
    }
}
