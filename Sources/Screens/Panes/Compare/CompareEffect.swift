package import Workspace

/// Work of the Compare pane.
package enum CompareEffect: WorkspaceEffect {
    case read([String])
    /// Which runs meet a filter in MLflow's search language.
    case search(String)

    package func perform(in workspace: Workspace) throws -> [Action] {
        switch self {
        case .read(let runs): [.compare(.compared(try workspace.runs.compare(runs)))]
        case .search(let filter):
            [.compare(.found(Set(try workspace.runs.matching(filter)), for: filter))]
        }
    }

    package func failure(_ error: WorkspaceError) -> [Action] {
        switch self {
        case .read(let runs): [.compare(.comparingFailed(error, runs: runs))]
        case .search(let filter): [.compare(.notUnderstood(error, for: filter))]
        }
    }
}
