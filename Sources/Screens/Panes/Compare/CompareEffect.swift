package import Workspace

/// Work of the Compare pane.
package enum CompareEffect: WorkspaceEffect {
    case read([String])

    package func perform(in workspace: Workspace) throws -> [Action] {
        switch self {
        case .read(let runs): [.compare(.compared(try workspace.runs.compare(runs)))]
        }
    }

    package func failure(_ error: WorkspaceError) -> [Action] {
        switch self {
        case .read(let runs): [.compare(.comparingFailed(error, runs: runs))]
        }
    }
}
