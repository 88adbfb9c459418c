import FoundationEssentials
import Runs
import Screens
import TerminalUI
import Workspace

extension RunSummary {
    /// Four runs of an analyst: one live, two finished, one that diverged.
    static let four: [RunSummary] = [
        .sample("faq-ko-r16", .running, isMine: true) { $0.parameters["learning_rate"] = "0.0002" },
        .sample("faq-ko-r8", .finished, steps: 60) { run in
            run.loss = 1.9713
            run.bestEvaluation = .init(value: 1.8744, step: 50)
            run.parameters = ["rank": "8", "alpha": "32.0", "learning_rate": "0.0001"]
            run.endedAt = Driver.start.addingTimeInterval(-60)
            run.resultPath = "/w/artifacts/0/b/artifacts/adapter"
        },
        .sample("cpt-ko", .finished, steps: 40) { run in
            run.loss = 3.204
            run.evaluationLoss = nil
            run.bestEvaluation = nil
            run.method = "lora"
            run.totalSteps = 40
            run.dataset = "corpus-ko@77c0ffee"
            run.endedAt = Driver.start
            run.resultPath = "/w/artifacts/0/c/artifacts/adapter"
        },
        .sample("faq-ko-r64", .failed, steps: 9) { run in
            run.loss = .nan
            run.evaluationLoss = nil
            run.bestEvaluation = nil
            run.parameters = ["rank": "64", "alpha": "128.0", "learning_rate": "0.01"]
        },
    ]

    /// The run with its last metrics, as in the store.
    var measured: RunSummary {
        var run = self
        run.metrics[MetricName.loss] = loss
        run.metrics[MetricName.evaluationLoss] = evaluationLoss
        run.metrics[MetricName.bestEvaluationLoss] = bestEvaluation?.value
        run.metrics[MetricName.tokensPerSecond] = tokensPerSecond
        return run
    }

    /// One of its curves, moved up.
    fileprivate func curve(_ key: String, lifted lift: Double) -> MetricSeries {
        guard let series = detail.series[key] else { return MetricSeries(key: key) }
        return MetricSeries(
            key: key,
            steps: series.steps,
            values: series.values.map { $0 + lift },
            cursor: 1
        )
    }
}

extension RunComparison {
    /// Runs with their curves.
    static func of(_ runs: [RunSummary]) -> RunComparison {
        RunComparison(
            runs: runs.map(\.measured),
            losses: runs.enumerated().map { $1.curve(MetricName.loss, lifted: 0.2 * Double($0)) },
            evaluationLosses: runs.enumerated().map {
                $1.curve(MetricName.evaluationLoss, lifted: 0.2 * Double($0))
            }
        )
    }
}

extension Driver {
    /// The Compare pane with four runs.
    static func comparing(width: Int = 80, height: Int = 24, isReadOnly: Bool = false) -> Driver {
        var driver = Driver.opened(
            width: width,
            height: height,
            isReadOnly: isReadOnly,
            runs: RunSummary.four
        )
        driver.press("3")
        return driver
    }

    /// The first two runs side by side.
    static func sideBySide(width: Int = 80, height: Int = 24) -> Driver {
        var driver = comparing(width: width, height: height)
        driver.press("m", "m", "v")
        driver.take(.compare(.compared(.of(Array(RunSummary.four.prefix(2))))))
        return driver
    }
}
