import Presentation
import Runs
import Workspace

/// The title of the terminal's window.
package enum WindowTitle {
    /// Such as `41 % faq-ko 1m12s` while a run is live, else `workbench`.
    package static func text(_ state: AppState) -> String {
        guard let run = state.library.liveRun else { return "workbench" }
        let parts = [
            run.progress.map(Figures.percent), run.name,
            run.status == .paused ? "paused" : run.secondsRemaining.map(Figures.duration),
        ]
        return parts.compactMap { $0 }.joined(separator: " ")
    }
}
