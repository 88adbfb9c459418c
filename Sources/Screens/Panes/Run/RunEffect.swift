import Presentation
package import Training
package import Workspace

/// Work on runs.
package enum RunEffect: WorkspaceEffect {
    case list
    case detail(String)
    case plan(TrainingRequest, isMeasured: Bool)
    case start(TrainingRequest)
    case ask(RunRequest, run: String)
    case retryPlan(String)
    case resume(id: String, name: String)
    case again(id: String, name: String)
    case next(after: String)
    case answers(String)
    case delete(id: String, name: String)
    case detach(String)

    package var lane: Lane {
        switch self {
        case .list, .detail, .ask, .retryPlan, .delete, .answers: .store
        case .plan: .measurement
        case .start, .resume, .again, .next, .detach: .engine
        }
    }

    package func perform(in workspace: Workspace) throws -> [Action] {
        try perform(in: workspace) { false }
    }

    package func perform(in workspace: Workspace, isCancelled: () -> Bool) throws -> [Action] {
        let runs = workspace.runs
        switch self {
        case .list:
            return [.run(.listed(try runs.list()))]
        case .detail(let id):
            return [.run(.detailed(try runs.detail(id)))]
        case .plan(let request, let isMeasured):
            let plan = try runs.plan(request, isMeasured: isMeasured, isCancelled: isCancelled)
            return [.run(.planned(plan, request: request, isMeasured: isMeasured))]
        case .start(let request):
            let command = CommandText.train(request)
            return [.run(.started(try runs.start(request), command: command))]
        case .ask(let request, let run):
            _ = try runs.ask(request, of: run)
            return [.run(.asked(request, run: run))]
        case .retryPlan(let id):
            return [.run(.retryPlanned(try runs.retryPlan(id)))]
        case .resume(let id, let name):
            let command = "workbench train --resume \(CommandText.quoted(name))"
            return [.run(.started(try runs.resume(id), command: command))]
        case .again(let id, let name):
            let command = "workbench runs retry \(CommandText.quoted(name))"
            return [.run(.started(try runs.retry(id), command: command))]
        case .next(let id):
            // Losses that cannot be computed keep nothing from going on.
            var told: [Action] = []
            var losses: [StageLoss] = []
            do {
                losses = try runs.heldOutLosses(after: id, isCancelled: isCancelled)
            } catch let error as WorkspaceError where error.code != .cancelled {
                told.append(.failed(error))
            }
            let next = try runs.startNext(after: id)
            return told + [.run(.stageEnded(id, losses, next: next))]
        case .answers(let id):
            return [.run(.answersRead(try runs.answers(of: id), run: id))]
        case .delete(let id, let name):
            try runs.delete(id)
            let notice = Notice(.success, "Deleted \(name).", hint: "runs restore brings it back.")
            let command = "workbench runs delete \(CommandText.quoted(name))"
            return [.told(notice, command: command), .run(.listed(try runs.list()))]
        case .detach(let id):
            return [.run(.detached(id: id, process: try runs.detach(id)))]
        }
    }

    package func failure(_ error: WorkspaceError) -> [Action] {
        switch self {
        case .list: [.run(.listingFailed(error))]
        case .detail: [.run(.detailFailed(error))]
        case .plan(let request, _): [.run(.planFailed(error, request: request))]
        case .start, .resume, .again: [.run(.startFailed(error))]
        case .detach: [.run(.detachFailed(error))]
        case .next(let id): [.run(.nextFailed(error, after: id))]
        case .ask, .retryPlan, .answers, .delete: [.failed(error)]
        }
    }
}
