import Presentation
import Runs
package import Tracking
package import Training
import Workspace

/// The calls of the Run pane.
package enum RunWork {
    package static func detail(_ run: String) -> Effect {
        .work("run detail", run) {
            .run(.detailed(try $0.runs.detail(run)))
        } failed: {
            .run(.detailFailed($0))
        }
    }

    /// A forecast of what a run would take.
    ///
    /// - Parameter isMeasured: Whether a time that is not known is measured, which takes seconds; the
    ///   other kind does not wait for it.
    package static func plan(_ request: TrainingRequest, isMeasured: Bool) -> Effect {
        let lane: Lane = isMeasured ? .measurement : .planning
        return .work("plan run", request, isMeasured, lane: lane) { workspace, isCancelled in
            let plan = try workspace.runs.plan(
                request,
                isMeasured: isMeasured,
                isCancelled: isCancelled
            )
            return .run(.planned(plan, request: request, isMeasured: isMeasured))
        } failed: {
            .run(.planFailed($0, request: request, isMeasured: isMeasured))
        }
    }

    package static func start(_ request: TrainingRequest) -> Effect {
        let command = CommandText.train(request)
        return .work("start run", request, lane: .engine) {
            .run(.started(try $0.runs.start(request), command: command))
        } failed: {
            .run(.startFailed($0))
        }
    }

    package static func resume(_ run: String, name: String) -> Effect {
        let command = CommandText.resume(name)
        return .work("resume run", run, lane: .engine) {
            .run(.started(try $0.runs.resume(run), command: command))
        } failed: {
            .run(.startFailed($0))
        }
    }

    package static func again(_ run: String, name: String) -> Effect {
        let command = CommandText.retry(name)
        return .work("start run again", run, lane: .engine) {
            .run(.started(try $0.runs.retry(run), command: command))
        } failed: {
            .run(.startFailed($0))
        }
    }

    package static func ask(_ request: RunRequest.Kind, of run: String) -> Effect {
        .work("ask run", request, run) { workspace in
            _ = try workspace.runs.ask(request, of: run)
            return .run(.asked(request, run: run))
        }
    }

    package static func retryPlan(_ run: String) -> Effect {
        .work("plan retry", run) { .run(.retryPlanned(try $0.runs.retryPlan(run))) }
    }

    package static func samples(_ run: String) -> Effect {
        .work("read samples", run) { .run(.samplesRead(try $0.runs.samples(of: run), run: run)) }
    }

    package static func delete(_ run: String, name: String) -> Effect {
        .work("delete run", run) { workspace in
            try workspace.runs.delete(run)
            return .run(.deleted(name: name))
        }
    }
}
