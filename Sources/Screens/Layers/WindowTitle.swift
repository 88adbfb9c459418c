import Presentation
import Runs
import Workflows
import Workspace

/// The title of the terminal's window.
package enum WindowTitle {
    /// Such as `41 % faq-ko 1m12s` while a run is live, else `workbench`.
    package static func text(_ state: AppState) -> String {
        guard let run = state.library.liveRun else {
            guard let flow = state.library.liveFlowRun else { return "workbench" }
            return "\(FlowText.progress(flow)) \(flow.flow)"
        }
        let parts = [
            run.progress.map(Figures.percent), run.name,
            run.status == .paused ? "paused" : run.secondsRemaining.map(Figures.duration),
        ]
        return parts.compactMap { $0 }.joined(separator: " ")
    }
}
