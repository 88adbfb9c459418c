/// Several runs side by side.
public struct RunComparison: Equatable, Sendable, Codable {
    /// One parameter or metric: a value a run, in the order of the runs.
    public struct Row: Equatable, Sendable, Codable {
        /// The parameter's or metric's name.
        public var key: String
        /// A text a run; nil if the run has none.
        public var values: [String?]
        /// The indices of the best values; empty if none is better than another.
        public var best: [Int]

        /// Creates a row.
        public init(key: String, values: [String?], best: [Int] = []) {
            self.key = key
            self.values = values
            self.best = best
        }

        /// Creates the row of a metric, the best values marked.
        package init(metric: String, values: [Double?]) {
            self.init(
                key: metric,
                values: values.map { $0.map { "\($0)" } },
                best: RunComparison.best(of: values, direction: Direction(metric: metric))
            )
        }
    }

    /// The compared runs.
    public var runs: [RunSummary]
    /// Parameters on which the runs differ.
    public var differingParameters: [Row]
    /// Parameters on which all runs agree.
    public var commonParameters: [Row]
    /// The last values of all metrics, the best marked.
    public var metrics: [Row]
    /// The loss curve of each run.
    public var losses: [MetricSeries]
    /// The held-out curve of each run; empty if none was measured.
    public var evaluationLosses: [MetricSeries]

    /// Puts runs side by side; `losses` and `evaluationLosses` hold one series a run.
    public init(runs: [RunSummary], losses: [MetricSeries], evaluationLosses: [MetricSeries]) {
        self.runs = runs
        self.losses = losses
        self.evaluationLosses = evaluationLosses
        let parameters = Self.parameters(of: runs)
        differingParameters = parameters.filter { !$0.isCommon }.map(\.row)
        commonParameters = parameters.filter(\.isCommon).map(\.row)
        metrics = Self.metrics(of: runs)
    }

    /// Takes newer values of one of the runs; the curves stay.
    ///
    /// The parameters are compared again only if they have changed, so that a step costs little.
    package mutating func update(_ run: RunSummary) {
        guard let index = runs.firstIndex(where: { $0.id == run.id }) else { return }
        guard runs[index].parameters == run.parameters else {
            runs[index] = run
            self = RunComparison(runs: runs, losses: losses, evaluationLosses: evaluationLosses)
            return
        }
        runs[index] = run
        metrics = Self.metrics(of: runs)
    }

    private static func metrics(of runs: [RunSummary]) -> [Row] {
        Set(runs.flatMap(\.metrics.keys)).sorted().map { key in
            Row(metric: key, values: runs.map { $0.metrics[key] })
        }
    }

    private enum Direction {
        case lower, higher, neither

        init(metric: String) {
            self =
                if metric.hasSuffix("loss") || metric.hasSuffix("perplexity")
                    || metric.hasPrefix("\(MetricName.evaluationLoss)/")
                {
                    .lower
                } else if metric.hasSuffix("accuracy") || metric == MetricName.tokensPerSecond {
                    .higher
                } else {
                    .neither
                }
        }
    }

    private static func best(of values: [Double?], direction: Direction) -> [Int] {
        // Stores without infinity have the largest number in its place.
        let known = values.compactMap { $0 }.filter { abs($0) < .greatestFiniteMagnitude }
        guard known.count > 1 else { return [] }
        let target: Double? =
            switch direction {
            case .lower: known.min()
            case .higher: known.max()
            case .neither: nil
            }
        guard let target else { return [] }
        return values.indices.filter { values[$0] == target }
    }
}
