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

    /// Requests that the flow runs and runs of this process end: trainings write a checkpoint after
    /// this step.
    func stop() {
        workspace?.flows.stopHere()
        workspace?.runs.stopHere(checkpointing: true)
    }
}
