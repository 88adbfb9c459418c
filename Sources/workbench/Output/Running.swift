import Synchronization
import Workspace

/// The workspace that a signal's handler asks to stop, once there is one.
final class Running: Sendable {
    private let opened = Mutex<Workspace?>(nil)
    private let asked = Mutex(false)

    /// Whether it was asked.
    var isStopping: Bool { asked.withLock { $0 } }

    var workspace: Workspace? {
        get { opened.withLock { $0 } }
        set { opened.withLock { $0 = newValue } }
    }

    /// Asks what runs here to write a checkpoint after this step and end.
    func stop() {
        asked.withLock { $0 = true }
        workspace?.runs.stopHere(checkpointing: true)
    }
}
