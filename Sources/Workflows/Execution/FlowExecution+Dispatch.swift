import Platform

extension FlowExecution {
    /// Gives ready tasks to workers as long as there is room.
    func dispatch(_ board: inout TaskBoard) {
        let base = FlowScope(run)
        while board.busy.count < flow.maxParallel ?? TaskWorkers.most {
            let used = use(of: board)
            let isIdle = board.busy.isEmpty
            let place = board.next {
                hasSlots($0, beside: used) && (isIdle || fits($0, beside: used))
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
        var tags: [String: Int] = [:]
    }

    private func use(of board: TaskBoard) -> Use {
        board.busy.reduce(into: Use()) { $0 = sum($0, board.task(at: $1)) }
    }

    private func sum(_ use: Use, _ task: FlowTask) -> Use {
        let cores = task.resources.cores ?? setting.kinds[task.kind]?.cores ?? 1
        var use = use
        use.cores += min(limits.cores, cores)
        use.memory += task.resources.memory ?? 0
        use.gpus += task.resources.gpus ?? 0
        for tag in task.tags { use.tags[tag, default: 0] += 1 }
        return use
    }

    /// Whether the tasks of this flow run leave a slot of each tag; other flow runs may use it.
    private func hasSlots(_ task: FlowTask, beside used: Use) -> Bool {
        task.tags.allSatisfy { used.tags[$0, default: 0] < limits.tags[$0] ?? .max }
    }

    /// Whether there are cores, memory and accelerators for a task beside those that run.
    private func fits(_ task: FlowTask, beside used: Use) -> Bool {
        let use = sum(used, task)
        return use.cores <= limits.cores && use.memory <= limits.memory ?? .max
            && use.gpus <= limits.gpus
    }
}
