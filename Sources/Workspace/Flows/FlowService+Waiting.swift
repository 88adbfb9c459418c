import Platform
import Workflows

extension FlowService {
    /// The tasks of a flow run, as they are shown: one that could run and waits for room is
    /// `scheduled`, with what it waits for.
    func shownTasks(of run: FlowRunRecord) throws -> [TaskRecord] {
        var tasks = try store.tasks(of: run.id)
        guard run.state == .running, TaskRoom.hasWaiting(tasks), let room = try room(of: run) else {
            return tasks
        }
        for (place, reason) in room.reasons(tasks) {
            tasks[place].state = .scheduled
            tasks[place].reason = reason
        }
        return tasks
    }

    /// The room of a flow run: of one that another process executes, as this process sees the machine
    /// when it looks first.
    private func room(of run: FlowRunRecord) throws -> TaskRoom? {
        if let execution = state.withLock({ $0.executions[run.id] }) { return execution.room }
        if let known = known.withLock({ $0 }), known.id == run.id { return known.room }
        guard let flow = try? reader.stored(run.source, path: run.path) else { return nil }
        let room = TaskRoom(flow, setting.kinds, setting.limits())
        known.withLock { $0 = (run.id, room) }
        return room
    }
}
