import Database
import Glibc
import JSON
import Platform

/// Performs one job: condition, key, earlier result, approval, locks, the attempt itself, its end.
struct TaskPerformer: Sendable {
    let setting: FlowSetting
    let run: FlowRunRecord
    let job: TaskJob
    let mask: SecretMask
    let limits: FlowLimits
    /// Why running tasks must end; nil if they go on.
    let stop: @Sendable () -> FlowStop?
    let report: @Sendable (TaskProgress) -> Void
    /// Called when a task that was blocked has its key and its tags.
    let claimed: @Sendable () -> Void

    func perform() -> TaskOutcome {
        var record = job.record
        do {
            return try perform(&record)
        } catch {
            return failed(record, FlowError(flow: error), isRetried: false)
        }
    }

    private func perform(_ record: inout TaskRecord) throws -> TaskOutcome {
        // Preparing it again, with the digests of its files, would not make the key or tag free.
        if job.wasBlocked, let key = record.key, let block = block(of: key) {
            return .blocked(record, tag: block.tag)
        }
        if let reason = try reasonToSkip() {
            try advance(&record, [.skip], reason: reason)
            return .ended(record, nil)
        }
        try checkResources()
        let resolution = try TaskResolution(
            job.task.inputs,
            of: job.kind,
            in: job.instance.scope(in: job.scope),
            as: job.instance.id,
            of: run
        )
        let key = resolution.key.text
        // Without an approval in this flow run, no result is used either.
        if job.task.approval != nil, record.approvedKey != key {
            try advance(&record, [.schedule, .awaitApproval]) { $0.set(resolution, mask) }
            return .waits(record)
        }
        if let result = try usableResult(key) {
            return try used(result, resolution, &record)
        }
        let held: TaskClaims
        switch try TaskClaims.take(key: key, job.task.tags, limits, setting.folders) {
        case .success(let claims): held = claims
        case .failure(let block):
            if record.state == .pending {
                try advance(&record, [.schedule], reason: block.reason) { $0.set(resolution, mask) }
            }
            return .blocked(record, tag: block.tag)
        }
        defer { held.release() }
        if job.wasBlocked { claimed() }
        // Another task may have done the work between the first look and the lock.
        if let result = try usableResult(key) {
            return try used(result, resolution, &record)
        }
        return try attempt(resolution, &record)
    }

    private func block(of key: String) -> TaskBlock? {
        TaskClaims.block(key: key, job.task.tags, limits, setting.folders)
    }

    /// Applies transitions in one transaction; those that the state is past are left out.
    func advance(
        _ record: inout TaskRecord,
        _ transitions: [TaskTransition],
        reason: String? = nil,
        isDurable: Bool = false,
        before: (inout TaskRecord) throws -> Void = { _ in },
        after: (inout TaskRecord) throws -> Void = { _ in }
    ) throws {
        var transitions = transitions
        if transitions.first == .schedule, record.state != .pending { transitions.removeFirst() }
        try setting.store.advance(
            &record,
            transitions,
            of: run.id,
            reason: reason.map { mask.masked($0) },
            isDurable ? .full : .normal,
            before: before,
            after: after
        )
        let state = record
        setting.publish(
            .task(
                flowRun: run.id,
                task: state.task,
                state: state.state,
                attempt: state.attempt,
                reason: state.reason
            )
        )
    }

    private func reasonToSkip() throws -> String? {
        guard job.record.state != .retrying, let when = job.task.when else { return nil }
        let verdict = try TaskVerdict(condition: when, in: job.instance.scope(in: job.scope))
        return if case .skip(let reason) = verdict { reason } else { nil }
    }

    private func checkResources() throws {
        let needed = job.task.resources
        for (needs, has, unit) in [
            (needed.gpus ?? 0, limits.gpus, "GPU"), (needed.cores ?? 0, limits.cores, "core"),
        ] where needs > has {
            throw FlowError(
                .invalid,
                "It needs \(needs) \(unit)\(needs == 1 ? "" : "s"), and this machine has \(has).",
                hint: "Change `resources` of \(job.task.name)."
            )
        }
        if let memory = needed.memory, let most = limits.memory, memory > most {
            throw FlowError(
                .invalid,
                "It needs \(memory >> 20) MiB of memory, and this machine has \(most >> 20) MiB.",
                hint: "Change `resources` of \(job.task.name)."
            )
        }
        guard needed.engine == "local" else {
            throw FlowError(
                .invalid,
                "There is no engine \(VisibleText.name(needed.engine)).",
                hint: "Only `engine: local` runs tasks in this version."
            )
        }
    }

    // MARK: - Earlier results

    /// The newest result of a key that may be used and is intact.
    private func usableResult(_ key: String) throws -> StoredResult? {
        try EarlierResults(setting: setting, run: run).result(
            for: key,
            of: job.task,
            kind: job.kind,
            isForced: job.isForced
        )
    }

    private func used(
        _ result: StoredResult,
        _ resolution: TaskResolution,
        _ record: inout TaskRecord
    ) throws -> TaskOutcome {
        for file in result.files { try setting.files.restore(file, below: run.folder) }
        let origin =
            result.flowRun == run.id
            ? "an earlier attempt of this flow run"
            : "flow run "
                + result.flowRun.prefix(8)
        try advance(&record, [.schedule, .reuse], reason: "The result of \(origin) is used.") {
            $0.set(resolution, mask)
            $0.result = result.id
        } after: { record in
            if record.run == nil { record.run = try setting.recorder.started(record, of: run) }
            try setting.recorder.ended(record, of: run, outputs: result.values, log: log)
        }
        return .ended(record, setting.files.outputs(of: result))
    }

    // MARK: - The attempt

    private var log: String { setting.folders.log(of: job.place, in: run.id) }

    private func attempt(
        _ resolution: TaskResolution,
        _ record: inout TaskRecord
    ) throws -> TaskOutcome {
        let isSame = record.reservedFor == resolution.key.text
        let reservation = isSame ? record.reservation : nil
        try advance(&record, [.schedule, .start]) { record in
            record.set(resolution, mask)
            if !isSame { (record.reservation, record.reservedFor) = (nil, nil) }
        } after: { record in
            if record.run == nil { record.run = try setting.recorder.started(record, of: run) }
        }
        let attempt = TaskAttempt(self, record, resolution, reservation: reservation)
        defer { attempt.end() }
        let outcome: Result<FlowValue, any Error>
        switch job.kind.effect {
        case .once:
            var changed = record
            outcome = Result {
                try setting.store.database.write(.full) { _, changes in
                    changes.note(.flowRun, run.id)
                    let result = try job.kind.run(attempt.call)
                    return try complete(&changed, result, resolution, attempt)
                }
            }
            if case .success = outcome { record = changed }
        case .atLeastOnce:
            outcome = Result {
                let result = try job.kind.run(attempt.call)
                return try complete(&record, result, resolution, attempt)
            }
        }
        record.keep(attempt.reservation, for: resolution)
        switch outcome {
        case .success(let outputs): return .ended(record, outputs)
        case .failure(let error):
            if attempt.isTimedOut {
                let seconds = job.task.timeout ?? 0
                return failed(
                    record,
                    FlowError(.timedOut, "The attempt took longer than \(seconds.seconds)."),
                    isRetried: true
                )
            }
            if let stop = stop() { return stopped(record, stop) }
            let error = FlowError(flow: error)
            return failed(record, error, isRetried: error.code == .failed)
        }
    }

    /// Stores a result with the state, in one transaction.
    private func complete(
        _ record: inout TaskRecord,
        _ result: TaskResult,
        _ resolution: TaskResolution,
        _ attempt: TaskAttempt
    ) throws -> FlowValue {
        var stored = StoredResult(
            key: resolution.key.text,
            lineage: resolution.reuse == .anywhere ? nil : run.lineage,
            chain: run.lineage,
            outputs: FlowValue(result.outputs),
            files: try result.files.flatMap {
                try setting.files.keep($0, leaveOut: attempt.call.log)
            },
            flowRun: run.id,
            task: record.task,
            madeAt: setting.store.now()
        )
        // A change of the store is durable, as the registry's others are.
        let isDurable = job.kind.effect == .once
        try advance(&record, [.complete], isDurable: isDurable) { record in
            record.keep(attempt.reservation, for: resolution)
            stored.id = try setting.store.add(stored)
            record.result = stored.id
        } after: { record in
            try setting.recorder.ended(record, of: run, outputs: stored.values, log: log)
        }
        return setting.files.outputs(of: stored)
    }

    // MARK: - Ends without a result

    private func failed(
        _ record: TaskRecord,
        _ error: FlowError,
        isRetried: Bool
    ) -> TaskOutcome {
        var record = record
        let text = error.sentences
        let retry = record.attempt - record.base
        do {
            if isRetried, retry <= job.task.retries, record.state == .running {
                let wait = job.task.retryDelay.seconds(before: retry, random: setting.random())
                try advance(&record, [.retry], reason: text) { record in
                    record.retryAt = setting.store.now() + Int(max(0, min(wait, 1e9)) * 1000)
                }
                return .waits(record)
            }
            try advance(&record, [.schedule, .fail], reason: text, isDurable: true) { record in
                record.isRefused = error.code == .refused
            } after: { record in
                if record.run != nil {
                    try setting.recorder.ended(record, of: run, outputs: JSONObject(), log: log)
                }
            }
            return .ended(record, nil)
        } catch {
            return .unrecorded(record, FlowError(flow: error))
        }
    }

    private func stopped(_ record: TaskRecord, _ stop: FlowStop) -> TaskOutcome {
        var record = record
        do {
            switch stop {
            case .cancel(let reason), .terminate(let reason):
                try advance(
                    &record,
                    [.cancel],
                    reason: reason,
                    isDurable: true,
                    after: { record in
                        try setting.recorder.ended(record, of: run, outputs: JSONObject(), log: log)
                    }
                )
                return .ended(record, nil)
            case .leave(let reason):
                try advance(&record, [.pause], reason: reason, isDurable: true)
                return .waits(record)
            }
        } catch {
            return .unrecorded(record, FlowError(flow: error))
        }
    }
}

/// Why a flow run ends before all its tasks have.
enum FlowStop: Sendable, Equatable {
    /// A person or a program cancelled it: programs get TERM and their grace.
    case cancel(String)
    /// It is ended at once.
    case terminate(String)
    /// Its process ends: what runs is interrupted and goes on later.
    case leave(String)
}

extension TaskRecord {
    mutating func set(_ resolution: TaskResolution, _ mask: SecretMask) {
        key = resolution.key.text
        inputs = mask.masked(resolution.inputs)
        contents = mask.fingerprinted(resolution.contents)
    }

    mutating func keep(_ reservation: String?, for resolution: TaskResolution) {
        self.reservation = reservation
        reservedFor = reservation.map { _ in resolution.key.text }
    }
}

extension FlowError {
    /// The error of any target, as an error of a task.
    init(flow error: any Error) {
        switch error {
        case let error as FlowError: self = error
        case let error as any AnyCodedError:
            let general = error.general
            let code: FlowErrorCode =
                switch general.code {
                case .invalid, .notFound, .ambiguous, .readOnly, .networkFileSystem: .invalid
                case .cancelled: .cancelled
                case .conflict, .failed, .inaccessible, .full: .failed
                }
            self.init(code, general.message, hint: general.hint, details: general.details)
        case is CancellationError: self.init(.cancelled, "It was cancelled.")
        default: self.init(.failed, "\(error)")
        }
    }
}

extension Double {
    /// A number of seconds with its unit.
    var seconds: String {
        self == rounded() && abs(self) < 1e15 ? "\(Int(self)) s" : "\(self) s"
    }
}
