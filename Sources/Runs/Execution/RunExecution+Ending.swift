import Machine
import ModelFiles
import Platform
import Tracking
import Training

extension RunExecution {
    /// Why a run failed, and what to do if it can be resumed.
    static func failure(
        _ error: any Error,
        _ run: String,
        resumingAt step: Int
    ) -> RunError {
        var failure = RunError(error)
        if let error = error as? ModelFileError, error.code == .changed {
            failure.message += " What was computed with it since was not kept."
            failure.hint =
                "Put the file back as it was; `workbench train --resume \(run)` resumes at step "
                + "\(step). `workbench runs retry \(run)` trains on the new file."
        }
        return failure
    }

    /// Ends a run that this process may not continue, with a checkpoint if it may write one.
    func end(
        lost loss: RunLoss,
        _ trainer: Trainer?,
        _ recorder: RunRecorder?
    ) -> RunOutcome {
        var failure = loss.error
        failure.code = .failed
        if loss.keepsCheckpoint, let trainer {
            do {
                try hold.restoreFolder()
                try trainer.keep()
                failure.message +=
                    " The run stopped before step \(trainer.completedSteps), with a checkpoint."
            } catch {
                failure.message +=
                    " No checkpoint could be written: \(RunError(error).message)"
            }
        }
        return end(.failed, steps: recorder?.stepsDone ?? 0, recorder, failure: failure)
    }

    /// A run is finished only if its row and its files are where the next command reads them.
    func verified(_ outcome: RunOutcome) -> RunOutcome {
        guard outcome.status == .finished else { return outcome }
        var outcome = outcome
        do throws(RunError) {
            try opened.place.checkFolder()
            try opened.place.checkDatabase()
            if let path = outcome.resultPath, !FilePaths.exists(path) {
                throw RunError(.failed, "The run was finished, but \(path) is gone.")
            }
        } catch {
            outcome.status = .failed
            outcome.failure = error
        }
        return outcome
    }

    /// Writes the end to the store.
    func end(
        _ status: RunCondition,
        steps: Int,
        _ recorder: RunRecorder?,
        result: String? = nil,
        conclusion: String? = nil,
        failure: RunError? = nil
    ) -> RunOutcome {
        var tags = [Tag(RunTag.paused, "")]
        if let recorder { tags.append(Tag(RunTag.lossTail, recorder.lossTail)) }
        if status == .stopped { tags.append(Tag(RunTag.ending, "stopped")) }
        if let failure { tags.append(Tag(RunTag.failure, failure.description)) }
        let stored: RunStatus =
            switch status {
            case .finished: .finished
            case .failed: .failed
            default: .killed
            }
        let ending = status
        var (status, failure) = (status, failure)
        do {
            try retrying(steps) {
                try opened.store.endRun(run, stored, tags: tags, marked: hold.mark) { request in
                    switch request.kind {
                    case .stop: "stopped before step \(steps)"
                    case .checkpoint where recorder?.resumableStep == steps:
                        "checkpoint before step \(steps)"
                    default: "\(ending)"
                    }
                }
            }
        } catch {
            let unstored = RunError(error)
            opened.report(unstored, doing: "The end of run \(run) could not be stored")
            if status == .finished { (status, failure) = (.failed, unstored) }
        }
        return RunOutcome(
            run: run,
            status: status,
            stepsDone: steps,
            resultPath: result,
            peakResidentBytes: SystemMemory.peakResidentBytes,
            conclusion: conclusion,
            failure: failure
        )
    }
}
