import Glibc
import JSON
import Platform

/// One attempt at a task, as long as its kind works: its lock, its log, its deadline.
final class TaskAttempt: Sendable {
    private struct State {
        var lock: OwnerLock?
        var log: BoundedLog?
        var scratch: String?
        var reservation: String?
        var isTimedOut = false
    }

    private let performer: TaskPerformer
    private let record: TaskRecord
    private let resolution: TaskResolution
    private let deadline: ContinuousClock.Instant?
    private let state: Guarded<State>

    init(
        _ performer: TaskPerformer,
        _ record: TaskRecord,
        _ resolution: TaskResolution,
        reservation: String?
    ) {
        self.performer = performer
        self.record = record
        self.resolution = resolution
        deadline = performer.job.task.timeout.map { .now + .seconds(min($0, 1e9)) }
        state = Guarded(State(reservation: reservation))
    }

    /// What was reserved, now or by an earlier attempt.
    var reservation: String? { state.withLock { $0.reservation } }
    /// Whether it was ended because it took too long.
    var isTimedOut: Bool { state.withLock { $0.isTimedOut } }

    /// The attempt as its kind sees it.
    var call: TaskCall {
        let run = performer.run
        let setting = performer.setting
        return TaskCall(
            flowRun: run.id,
            task: record.task,
            attempt: record.attempt,
            key: resolution.key.text,
            inputs: resolution.inputs,
            folder: run.folder,
            reservation: reservation,
            run: record.run,
            parentRun: run.run,
            grace: { [stop = performer.stop] in
                if case .terminate = stop() { 0 } else { setting.grace() }
            },
            scratch: { try self.scratch() },
            lock: { try self.lock() },
            reserve: { try self.reserve($0) },
            started: { self.taskLock.record(group: $0) },
            log: { self.append($0) },
            progress: { [report = performer.report] in
                report(TaskProgress(fraction: $0, text: $1))
            },
            isCancelled: { self.isCancelled }
        )
    }

    /// Frees the lock and removes the files of the attempt.
    func end() {
        let (lock, scratch) = state.withLock { ($0.lock, $0.scratch) }
        if let lock { taskLock.release(lock) }
        if let scratch { Files.remove(scratch) }
    }

    private var taskLock: TaskLock {
        TaskLock(
            path: performer.setting.folders.lock(of: performer.job.place, in: performer.run.id)
        )
    }

    private var isCancelled: Bool {
        if let deadline, ContinuousClock.now > deadline {
            state.withLock { $0.isTimedOut = true }
            return true
        }
        return performer.stop() != nil
    }

    private func lock() throws -> Int32? {
        if let lock = state.withLock({ $0.lock }) { return lock.descriptor }
        try FormerPrograms(setting: performer.setting, run: performer.run, task: record.task)
            .end { isCancelled }
        let lock = try taskLock.take(
            grace: performer.setting.grace(),
            isCancelled: { self.isCancelled }
        )
        state.withLock { $0.lock = lock }
        return lock.descriptor
    }

    private func scratch() throws -> String {
        let folder = performer.setting.folders.scratch(
            of: performer.job.place,
            attempt: record.attempt,
            in: performer.run.id
        )
        return try state.withLock { state in
            if state.scratch == nil {
                Files.remove(folder)
                try Files.makeFolder(folder)
                state.scratch = folder
            }
            return folder
        }
    }

    private func reserve(_ text: String) throws {
        try performer.setting.store.reserve(text, for: record, of: performer.run.id)
        state.withLock { $0.reservation = text }
    }

    private func append(_ line: String) {
        let run = performer.run.id
        let folder = performer.setting.folders.log(of: performer.job.place, in: run)
        let log = state.withLock { state in
            let log = state.log ?? BoundedLog(folder: folder)
            state.log = log
            return log
        }
        log.append(performer.mask.masked(line))
        performer.setting.publish(.log(flowRun: run, task: record.task))
    }
}
