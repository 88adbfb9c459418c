import Glibc
import Runs
import Presentation
package import Workflows
import Workspace

/// The calls of the Flows pane.
package enum FlowsWork {
    /// Executes schedules while the screen is open, unless another process does.
    package static let startScheduling = Effect.work("start scheduling", lane: .engine) {
        try $0.flows.startScheduling()
        return nil
    }

    package static func detail(_ run: String) -> Effect {
        .work("flow detail", run) {
            .flows(.detailed(try $0.flows.detail(run)))
        } failed: {
            .flows(.detailFailed($0, run: run))
        }
    }

    package static func task(_ task: String, of run: String) -> Effect {
        .work("flow task", run, task) {
            .flows(.taskRead(try $0.flows.task(task, of: run), run: run))
        } failed: {
            .flows(.taskFailed($0, task: task, run: run))
        }
    }

    package static func log(of task: String, in run: String, after cursor: Int) -> Effect {
        .work("task log", run, task, cursor) { workspace in
            let page = try workspace.flows.log(of: task, in: run, after: cursor)
            return .flows(.logRead(page, task: task, run: run, after: cursor))
        } failed: {
            .flows(.logFailed($0, task: task, run: run))
        }
    }

    package static let files = Effect.work("flow files") { workspace in
        let process = try workspace.flows.scheduler()
        let executor = process.map { $0 == getpid() ? FlowFiles.Executor.here : .process($0) }
        return .flows(
            .filesRead(
                try workspace.flows.files(),
                try workspace.flows.schedules(),
                executor ?? .nobody
            )
        )
    } failed: {
        .flows(.filesFailed($0))
    }

    package static func why(_ task: String, of run: String) -> Effect {
        .work("why task", run, task) {
            .flows(.whyRead(try $0.flows.why(task, of: run), task: task))
        }
    }

    package static func outline(_ path: String) -> Effect {
        .work("flow outline", path) { workspace in
            let flow = try workspace.flows.flow(path)
            return .flows(
                .outlined(
                    FlowOutline(name: flow.name, path: flow.path, parameters: flow.parameters)
                )
            )
        } failed: {
            .flows(.outlineFailed($0, path: path))
        }
    }

    /// The plan of a new flow run; it may read files to compute their digests.
    package static func plan(_ path: String, _ order: FlowOrder) -> Effect {
        .work("plan flow", path, order, lane: .measurement) { workspace in
            let flow = try workspace.flows.flow(path)
            return .flows(.planned(try workspace.flows.plan(flow, order), order))
        } failed: {
            .flows(.planFailed($0, order))
        }
    }

    /// The plan of a retry, for the form.
    package static func planFork(_ run: String, _ order: FlowOrder) -> Effect {
        .work("plan fork", run, order, lane: .measurement) {
            .flows(.planned(try $0.flows.retryPlan(run, order), order))
        } failed: {
            .flows(.planFailed($0, order))
        }
    }

    /// The plan of a retry, for the question.
    package static func planRetry(_ run: String, _ order: FlowOrder) -> Effect {
        .work("plan flow retry", run, order, lane: .measurement) {
            .flows(.retryPlanned(try $0.flows.retryPlan(run, order), order, run: run))
        }
    }

    package static func start(
        _ path: String,
        _ order: FlowOrder,
        secret: Set<String>
    ) -> Effect {
        let command = CommandText.runFlow(path, order, secret: secret)
        return .work("start flow", path, order, lane: .engine) { workspace in
            let flow = try workspace.flows.flow(path)
            return .flows(.started(try workspace.flows.start(flow, order), command: command))
        } failed: {
            .flows(.startFailed($0))
        }
    }

    package static func retry(
        _ run: String,
        _ order: FlowOrder,
        secret: Set<String>
    ) -> Effect {
        let command = CommandText.retryFlow(String(run.prefix(8)), order, secret: secret)
        return .work("retry flow", run, order, lane: .engine) {
            .flows(.started(try $0.flows.retry(run, order), command: command))
        } failed: {
            .flows(.startFailed($0))
        }
    }

    package static func control(_ verb: FlowControl, _ run: String) -> Effect {
        // Resuming executes the flow here; the others only write a request.
        .work("control flow", verb, run, lane: verb == .resume ? .engine : .store) { workspace in
            switch verb {
            case .cancel: try workspace.flows.cancel(run)
            case .pause: try workspace.flows.pause(run)
            case .resume: try workspace.flows.resume(run)
            case .delete: try workspace.flows.delete(run)
            }
            return .flows(.controlled(verb, run: run))
        }
    }

    package static func decide(
        _ task: String,
        of run: String,
        isApproved: Bool,
        reason: String
    ) -> Effect {
        .work("decide", run, task, isApproved, reason, lane: .engine) { workspace in
            if isApproved {
                try workspace.flows.approve(run, task: task, reason: reason)
            } else {
                try workspace.flows.deny(run, task: task, reason: reason)
            }
            return .reported(
                Notice(.success, "\(task) is \(isApproved ? "approved" : "denied")."),
                command: CommandText.decide(
                    isApproved,
                    task,
                    of: String(run.prefix(8)),
                    reason: reason
                )
            )
        }
    }

    package static func setSchedule(_ schedule: ScheduleSummary, isOn: Bool) -> Effect {
        let (name, path) = (schedule.schedule.name, schedule.path)
        return .work("set schedule", path, name, isOn) { workspace in
            try workspace.flows.setSchedule(name, of: path, isOn: isOn)
            let what = name == "schedule" ? schedule.flow : "\(name) of \(schedule.flow)"
            return .reported(
                Notice(.success, "The schedule of \(what) is \(isOn ? "on" : "off")."),
                command: CommandText.schedule(name, of: path, isOn: isOn)
            )
        }
    }

    /// Hands a flow run to a process of its own.
    package static func detach(_ run: String) -> Effect {
        .work("detach flow", run, lane: .engine) { workspace in
            .screen(.detached(run: run, process: try workspace.flows.detach(run)))
        } failed: {
            .screen(.detachFailed($0))
        }
    }
}
