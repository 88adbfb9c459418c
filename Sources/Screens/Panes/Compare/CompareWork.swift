import Runs
import Workspace

/// The calls of the Compare pane.
package enum CompareWork {
    /// Reads runs side by side.
    package static func read(_ runs: [String]) -> Effect {
        .work("compare runs", runs) {
            .compare(.compared(try $0.runs.compare(runs)))
        } failed: {
            .compare(.comparingFailed($0, runs: runs))
        }
    }

    /// Finds the runs that match a filter in MLflow's search language.
    package static func search(_ filter: String) -> Effect {
        .work("search runs", filter) {
            .compare(.found(Set(try $0.runs.matching(filter)), for: filter))
        } failed: {
            .compare(.searchFailed($0, for: filter))
        }
    }
}
