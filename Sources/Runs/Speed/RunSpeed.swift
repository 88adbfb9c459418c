package import Training

/// How long the steps of a run took when they were measured on this machine.
package struct RunSpeed: Codable, Equatable, Sendable {
    /// What the time of a step depends on.
    package struct Subject: Codable, Equatable, Sendable {
        /// The digest of the model's files.
        package var model: String
        /// The digest of the data.
        package var data: String
        /// The options that change the time of a step, as `name=value`.
        package var options: [String]
        /// How it computes; times of different arithmetic have no common scale.
        package var arithmetic: String

        package init(model: String, data: String, options: [String], arithmetic: String) {
            self.model = model
            self.data = data
            self.options = options
            self.arithmetic = arithmetic
        }
    }

    package var subject: Subject
    package var work: StepWork
    package var rate: TrainingForecast.Rate
    package var secondsPerAnswering: Double
    /// The reading of the probe when it was measured.
    package var probe = 0.0
    /// The factor between finished runs and their forecasts.
    package var correction = 1.0
    /// How many finished runs in a row took another time than forecast, by more than
    /// ``tolerance``.
    package var misses = 0

    /// The ratio of two times up to which they are called the same.
    package static let tolerance = 1.25

    /// Whether it has to be measured again.
    package var isDoubted: Bool { misses > 0 }

    /// The speed of a machine on which everything takes `ratio` as long.
    mutating func slow(by ratio: Double) {
        rate = TrainingForecast.Rate(
            trainingSecondsPerToken: rate.trainingSecondsPerToken * ratio,
            evaluationSecondsPerToken: rate.evaluationSecondsPerToken * ratio,
            optimizerSecondsPerStep: rate.optimizerSecondsPerStep * ratio,
            tokens: rate.tokens
        )
        secondsPerAnswering *= ratio
    }

    /// What is known after it was measured again: finished runs are not forgotten.
    package func measuredAgain(_ newer: RunSpeed) -> RunSpeed {
        var result = newer
        result.correction = correction
        result.misses = 0
        result.formerMisses = misses
        return result
    }

    /// How many runs had missed before the newest measurement.
    private var formerMisses = 0

    package init(
        subject: Subject,
        work: StepWork,
        rate: TrainingForecast.Rate,
        secondsPerAnswering: Double
    ) {
        self.subject = subject
        self.work = work
        self.rate = rate
        self.secondsPerAnswering = secondsPerAnswering
    }

    /// Learns from a finished run.
    ///
    /// A run within the tolerance corrects the factor by half of its error. One beyond it means that
    /// the machine has changed: the speed is measured again at its next use. If the run after that
    /// misses too, the measurement itself is wrong, and the factor adopts the whole error.
    package mutating func learn(forecast: Double, actual: Double) {
        let ratio = actual / forecast
        guard ratio.isFinite, ratio > 0 else { return }
        if max(ratio, 1 / ratio) <= Self.tolerance {
            correction *= ratio.squareRoot()
            (misses, formerMisses) = (0, 0)
        } else {
            misses += 1
            if misses + formerMisses > 1 { correction *= ratio }
        }
        correction = min(max(correction, 1 / Self.largestCorrection), Self.largestCorrection)
    }

    private static let largestCorrection = 3.0
}
