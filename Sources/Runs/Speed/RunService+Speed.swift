import EventBus
import Machine
import Platform
import Training
import Transformer

extension RunService {
    /// The forecast with the time, and what that rests on.
    ///
    /// - Parameter isMeasured: Whether a speed that is not known is measured.
    func timed(
        _ forecast: TrainingForecast,
        _ inputs: TrainingInputs,
        isMeasured: Bool,
        _ isCancelled: () -> Bool
    ) throws -> (forecast: TrainingForecast, basis: TimeBasis?) {
        let known = speeds.speed(
            of: inputs.speedSubject,
            forecast.work,
            on: inputs.model.pool,
            isIdle: executed.isEmpty
        )
        if let known, !isMeasured || known.basis == .remembered {
            return (forecast.timed(by: known.speed), known.basis)
        }
        guard isMeasured,
            let speed = try speeds.measured(
                on: inputs.model.pool,
                { try measuredSpeed(inputs, isCancelled) }
            )
        else { return (forecast, nil) }
        if let folder = speeds.takeUnwritableFolder() {
            opened.notices.publish(
                Notice(
                    .warning,
                    "Measured speeds cannot be kept in \(folder), so each start measures again.",
                    hint: "Make that folder writable, or set XDG_CACHE_HOME to another one."
                )
            )
        }
        return (forecast.timed(by: speed), .measured)
    }

    /// The share of the machine that others may take while a run learns its time.
    private static let smallShare = 0.05

    /// Learns from the time that a run took, unless it shared the machine.
    ///
    /// - Parameter share: Begun with the run; nil if other runs of this process ran meanwhile.
    func learn(
        from forecast: TrainingForecast,
        _ report: FinishReport,
        _ inputs: TrainingInputs,
        share: MachineShare?
    ) {
        guard let others = share?.takenByOthers(), others <= Self.smallShare else { return }
        // A run that ended early was another one than was forecast.
        guard let seconds = forecast.seconds, report.tokens >= forecast.trainingTokens * 9 / 10
        else { return }
        speeds.learn(
            inputs.speedSubject,
            on: inputs.model.pool,
            forecast: seconds,
            actual: report.elapsedSeconds
        )
    }

    private func measuredSpeed(
        _ inputs: TrainingInputs,
        _ isCancelled: () -> Bool
    ) throws -> RunSpeed? {
        let measured = try TrainingForecast.measure(
            model: inputs.model,
            examples: inputs.examples,
            evaluation: inputs.evaluation,
            configuration: inputs.configuration,
            isCancelled: isCancelled
        )
        let answering = try RunSampler(inputs, adapter: nil)?.seconds(isCancelled: isCancelled)
        return measured.rate.map { rate in
            RunSpeed(
                subject: inputs.speedSubject,
                work: measured.work,
                rate: rate,
                secondsPerAnswering: answering ?? 0
            )
        }
    }
}

extension TrainingInputs {
    /// What the time of a step depends on.
    var speedSubject: RunSpeed.Subject {
        RunSpeed.Subject(
            model: provenance.modelDigest,
            data: provenance.datasetDigest,
            options: TrainingOptions.all
                .filter { $0.changesStepTime && !["model", "data"].contains($0.name) }
                .map { "\($0.name)=\($0.texts(request).joined(separator: ","))" },
            arithmetic: configuration.precision == .fast
                ? "\(configuration.precision), \(model.formats)" : "\(configuration.precision)"
        )
    }
}

extension TrainingForecast {
    fileprivate func timed(by speed: RunSpeed) -> TrainingForecast {
        var forecast = self
        forecast.rate = speed.rate
        forecast.secondsPerAnswering = speed.secondsPerAnswering
        forecast.correction = speed.correction
        return forecast
    }
}
