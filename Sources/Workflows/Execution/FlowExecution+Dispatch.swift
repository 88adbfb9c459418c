import Platform

extension FlowExecution {
    /// Gives ready tasks to workers as long as there is room.
    func dispatch(_ board: inout TaskBoard) {
        let base = FlowScope(run)
        while board.busy.count < flow.maxParallel ?? TaskWorkers.most {
            let used = use(of: board)
            let isIdle = board.busy.isEmpty
            let place = board.next {
                used.fullTag(of: $0) == nil && (isIdle || used.fits($0))
            }
            guard let place else { return }
            let task = board.task(at: place)
            guard let kind = setting.kinds[task.kind] else {
                let error = FlowError(.invalid, "There is no kind of task \(task.kind).")
                state.withLock { $0.outcomes.append(.unrecorded(board.records[place], error)) }
                continue
            }
            let performer = TaskPerformer(
                setting: setting,
                run: run,
                job: TaskJob(
                    place: place,
                    task: task,
                    instance: graph.instances[place],
                    kind: kind,
                    record: board.records[place],
                    scope: board.scope(of: place, base: base),
                    isForced: forced.contains(place),
                    wasBlocked: board.isBlocked(place)
                ),
                mask: mask,
                limits: limits,
                stop: { [state] in state.read { $0.stop } },
                report: { [weak self] in self?.report($0, at: place) },
                claimed: { [state] in
                    state.withLock { $0.outcomes.append(.claimed(place: place)) }
                }
            )
            workers.add { [state] in
                let outcome = performer.perform()
                state.withLock { state in
                    state.progress[place] = nil
                    state.outcomes.append(outcome)
                }
            }
        }
    }

    private func use(of board: TaskBoard) -> TaskUse {
        board.busy.reduce(into: TaskUse(setting.kinds, limits)) { $0.add(board.task(at: $1)) }
    }
}
