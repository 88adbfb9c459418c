import EventBus
import Machine
import Platform
public import Tracking
import Training

extension RunService {
    /// Sends a request to the process that executes a run, this one or another.
    ///
    /// Blocks.
    ///
    /// - Returns: The number of the request, for ``answer(to:)``.
    /// - Throws: ``RunError`` with the code `conflict` for a run that no process executes.
    @discardableResult
    public func ask(_ request: RunRequest.Kind, of id: String) throws -> Int64 {
        try opened.checkWritable()
        let summary = try summary(id)
        guard summary.isMine || summary.ownerProcess != nil else {
            throw RunError(
                .conflict,
                "\(summary.name) is not being trained: it is \(summary.status.rawValue).",
                hint: summary.status == .finished || summary.resumableStep == nil
                    ? nil : "Resume it with `workbench train --resume`."
            )
        }
        return try RunError.translating {
            let asked = try opened.store.addRequest(request, run: id)
            execution(id)?.wake()
            return Int64(asked.id)
        }
    }

    /// The answer to a request; nil while it is open.
    ///
    /// Blocks.
    public func answer(to request: Int64) throws -> String? {
        try RunError.translating { try opened.store.request(id: Int(request)).answer }
    }

    /// Blocks until a run of this process has ended, and returns how.
    ///
    /// - Throws: ``RunError`` with the code `conflict` for a run executed elsewhere.
    public func wait(for id: String) throws -> RunOutcome {
        if let execution = execution(id) { return execution.wait() }
        let summary = try summary(id)
        guard summary.ownerProcess == nil else {
            throw RunError(.conflict, "\(summary.name) is executed by another process.")
        }
        if let outcome = state.withLock({ $0.outcomes[id] }) { return outcome }
        return RunOutcome(
            run: id,
            status: summary.status,
            stepsDone: summary.stepsDone,
            resultPath: summary.resultPath,
            peakResidentBytes: SystemMemory.peakResidentBytes,
            conclusion: summary.conclusion,
            failure: summary.failure.map { RunError(.failed, $0) }
        )
    }

    /// Ends every run of this process: after its step, with a checkpoint, or at once without one.
    ///
    /// One that is still loading ends before its first step; its ``start(_:)`` throws
    /// ``RunError`` with the code `cancelled` if it was not in the store yet. Does not block;
    /// ``wait(for:)`` does.
    public func stopHere(checkpointing: Bool = true) {
        let executions = state.withLock { state in
            state.stopCount += 1
            return Array(state.executions.values)
        }
        for execution in executions {
            if checkpointing { execution.stop() } else { execution.cancel() }
        }
    }

    /// Hands a run of this process over to a new process in a session of its own, at a checkpoint.
    ///
    /// Blocks until the checkpoint is written.
    ///
    /// - Returns: The number of the new process.
    public func detach(_ id: String) throws -> Int32 {
        try hand(id, to: ProcessLauncher(self))
    }

    /// Hands a run of this process over to a launcher, at a checkpoint.
    package func hand(_ id: String, to launcher: any RunLauncher) throws -> Int32 {
        guard let execution = execution(id) else {
            throw RunError(
                .conflict,
                "Run \(id) is not executed by this process.",
                hint: "It keeps running."
            )
        }
        execution.waitUntilBegun()
        execution.stop()
        let outcome = execution.wait()
        guard outcome.status == .stopped else {
            throw RunError(
                .conflict,
                "Run \(id) is \(outcome.status.rawValue) by now.",
                hint: nil
            )
        }
        return try launcher.launch(.stored(run: id, changing: [:])).process
    }

    /// Makes every run of this process read its requests now.
    package func wake() {
        for execution in state.withLock({ Array($0.executions.values) }) { execution.wake() }
    }

    /// Waits for the runs of this process, which were asked to stop, and refuses new ones.
    package func close() {
        let threads = state.withLock { state in
            state.isClosed = true
            return Array(state.threads.values)
        }
        for thread in threads { thread.join() }
    }

    func execution(_ id: String) -> RunExecution? {
        state.withLock { $0.executions[id] }
    }

    /// If a run's process has ended without ending the run, writes that to the store and returns true.
    ///
    /// It takes the lock, so that a run that is being resumed is not changed.
    func markCrashed(_ record: RunRecord) throws -> Bool {
        guard !record.status.isTerminal, record.tags[RunTag.owner] != nil,
            execution(record.id) == nil
        else { return false }
        let path = opened.layout.lock(run: record.id)
        guard opened.executor(of: record) == nil else { return false }
        guard opened.access == .full else {
            events.publish(.crashed(run: record.id))
            return true
        }
        guard let lock = try RunLock.take(path) else { return false }
        defer { lock.release() }
        let current = try opened.store.run(record.id, details: [])
        guard !current.status.isTerminal else { return false }
        let tail = try reader.lossTail(of: record.id)
        let tags = [
            Tag(RunTag.ending, "crashed"), Tag(RunTag.paused, ""), Tag(RunTag.lossTail, tail),
        ]
        try opened.store.log(Batch(tags: tags), run: record.id)
        try opened.store.updateRun(record.id, status: .killed)
        events.publish(.crashed(run: record.id))
        return true
    }
}
