import Platform

extension FlowExecution {
    /// Gives ready tasks to workers as long as there is room.
    func dispatch(_ board: inout TaskBoard) {
        let base = FlowScope(run)
        while board.busy.count < flow.maxParallel ?? TaskWorkers.most {
            let used = use(of: board)
            let isIdle = board.busy.isEmpty
            guard let place = board.next(where: { isIdle || fits($0, beside: used) })
            else { return }
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
                    isForced: forced.contains(place)
                ),
                mask: mask,
                limits: limits,
                stop: { [state] in state.read { $0.stop } },
                report: { [weak self] in self?.report($0, at: place) }
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

    /// What tasks use of the machine.
    private struct Use {
        var cores = 0
        var memory: Int64 = 0
        var gpus = 0
    }

    private func use(of board: TaskBoard) -> Use {
        board.busy.reduce(into: Use()) { $0 = sum($0, board.task(at: $1)) }
    }

    private func sum(_ use: Use, _ task: FlowTask) -> Use {
        let cores = task.resources.cores ?? setting.kinds[task.kind]?.cores ?? 1
        return Use(
            cores: use.cores + min(limits.cores, cores),
            memory: use.memory + (task.resources.memory ?? 0),
            gpus: use.gpus + (task.resources.gpus ?? 0)
        )
    }

    /// Whether there are cores, memory and accelerators for a task beside those that run.
    private func fits(_ task: FlowTask, beside used: Use) -> Bool {
        let use = sum(used, task)
        return use.cores <= limits.cores && use.memory <= limits.memory ?? .max
            && use.gpus <= limits.gpus
    }
}
