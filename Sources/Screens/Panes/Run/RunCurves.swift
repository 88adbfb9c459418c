package import Runs
package import TerminalUI
import Workspace

/// The curves of a run and its checkpoints.
package struct RunCurves: Equatable, Sendable {
    /// The run.
    package let run: String
    /// The loss of each step.
    package var losses: SampleSeries
    /// The held-out losses.
    package var evaluations: SampleSeries
    /// The steps that checkpoints would resume with.
    package var checkpoints: [Int]

    package init(_ detail: RunDetail) {
        func samples(_ key: String) -> SampleSeries {
            let series = detail.series[key]
            return SampleSeries(
                xs: (series?.steps ?? []).map(Double.init),
                ys: series?.values ?? []
            )
        }
        run = detail.summary.id
        losses = samples(MetricName.loss)
        evaluations = samples(MetricName.evaluationLoss)
        checkpoints = detail.checkpoints.map(\.nextStep).sorted()
    }
}
