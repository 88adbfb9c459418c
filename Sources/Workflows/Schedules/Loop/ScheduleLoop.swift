import Platform

/// Evaluates schedules and starts what is due; `ExclusiveWorker` is its thread.
///
/// Only the process that holds the lock of the scheduler calls it, on one thread. Two would still
/// start each instant once, since its id is the key of its row and of its flow run.
package final class ScheduleLoop: RepeatedWork {
    let store: ScheduleStore
    let actions: ScheduleActions
    let clock: () -> Moment
    let report: (ScheduleReport) -> Void

    /// The last evaluation, and the wait planned after it.
    private var last: (moment: Moment, wait: Double)?
    /// The instant up to which each schedule was evaluated by this loop.
    private var evaluated: [ScheduleName: Int] = [:]
    /// Why schedules cannot fire, as it was reported.
    private var problems: [ScheduleName: String] = [:]
    private var flows: [String: (stamp: FileStamp?, flow: Result<Flow, any Error>)] = [:]

    /// Creates a loop that has evaluated nothing.
    package init(
        store: ScheduleStore,
        actions: ScheduleActions,
        clock: @escaping () -> Moment,
        report: @escaping (ScheduleReport) -> Void = { _ in }
    ) {
        self.store = store
        self.actions = actions
        self.clock = clock
        self.report = report
    }

    /// Whether a schedule is on, or a firing has not ended.
    package func isNeeded() throws -> Bool {
        try store.schedules().contains { $0.isOn }
            || !store.firings(in: [.claimed, .waiting, .started]).isEmpty
    }

    /// Evaluates all schedules once.
    ///
    /// - Returns: The seconds until it must be called again; nil if nothing is on and nothing waits,
    ///   so that only a change can make something due.
    package func evaluate() throws -> Double? {
        let moment = clock()
        let gap = moment.gap(since: last?.moment, after: last?.wait ?? 0)
        // After an error it is called again soon, so this is no downtime.
        last = (moment, 0)
        try settleStarted()
        for schedule in try store.schedules() where schedule.isOn {
            try claimDue(of: schedule, moment.wall, gap)
            evaluated[ScheduleName(schedule)] = moment.wall
        }
        try decideClaimed(moment.wall, gap)
        try startWaiting()
        let wait = try secondsToWait(from: moment.wall)
        last = (moment, wait ?? .infinity)
        return wait
    }

    // MARK: - Due firings

    /// Records the due instants of a schedule as claimed.
    private func claimDue(
        of record: ScheduleRecord,
        _ now: Int,
        _ gap: DueInstants.Gap
    ) throws {
        var record = record
        // Times that pass while its file cannot be read are not made up for.
        guard let (schedule, timetable) = usable(record) else { return }
        let known = evaluated[ScheduleName(record)] ?? .min
        var since = min(now, max(record.evaluated, known))
        let isChanged = record.definition != schedule.definition
        if isChanged {
            since = now
            record.definition = schedule.definition
            record.digest = nil
        }
        let firings: [Firing]
        if case .dataset(let dataset) = timetable {
            let digest = try actions.digest(dataset) ?? ""
            // Nil: it was not evaluated since the schedule was switched on or edited.
            let isNew = record.digest != nil && !digest.isEmpty && digest != record.digest
            let isSeen = record.digest == digest
            record.digest = digest
            guard !isSeen || isChanged else { return }
            firings = isNew ? [firing(of: record, schedule, at: now, digest: digest)] : []
        } else {
            let due = DueInstants(
                of: timetable,
                after: since,
                now: now,
                catchup: Int((min(max(schedule.catchup, 0), 1e9) * 1000).rounded()),
                gap: gap
            )
            if due.hasMissed { report(.missed(path: record.path, schedule: record.name)) }
            guard !due.instants.isEmpty || isChanged || due.hasMissed else { return }
            firings = due.instants.map { firing(of: record, schedule, at: $0) }
        }
        record.evaluated = now
        _ = try store.record(due: firings, of: record)
    }

    private func firing(
        of record: ScheduleRecord,
        _ schedule: FlowSchedule,
        at instant: Int,
        digest: String? = nil
    ) -> Firing {
        let id =
            digest.map { Firing.id(of: record.path, schedule: record.name, digest: $0) }
            ?? Firing.id(of: record.path, schedule: record.name, at: instant)
        return Firing(
            id: id,
            path: record.path,
            schedule: record.name,
            instant: instant,
            overlap: schedule.overlap
        )
    }

    /// Decides what happens with each firing that is claimed: those of this evaluation, and those of a
    /// process that ended before it decided.
    private func decideClaimed(_ now: Int, _ gap: DueInstants.Gap) throws {
        let claimed = try store.firings(in: [.claimed])
        // Those started now count as live even if they end at once, since the others are due at the
        // same time.
        var started: [ScheduleName: [String]] = [:]
        for (place, firing) in claimed.enumerated() {
            let name = ScheduleName(firing)
            let schedule = try? self.schedule(of: firing)
            let window = max(60, schedule?.catchup ?? 0) * 1000
            if gap != .none, firing.cause == .due, Double(now - firing.instant) > window {
                try drop(firing, "No process executed schedules at its time.")
                continue
            }
            if firing.overlap.keepsLastOnly,
                claimed[(place + 1)...].contains(where: { ScheduleName($0) == name })
            {
                try drop(firing, "A later time was due as well.")
                continue
            }
            let waiting = try self.waiting(of: firing)
            let known = try actions.live(firing.path, firing.schedule)
            let live = known + (started[name] ?? []).filter { !known.contains($0) }
            let decision = firing.overlap.decide(live: live, waiting: waiting.count)
            for run in decision.ends {
                try actions.end(run, decision.isAbrupt, "Its schedule was due again.")
            }
            if decision.replacesWaiting {
                for other in waiting { try drop(other, "A later one replaced it.") }
            }
            switch decision.step {
            case .start:
                try start(firing)
                started[name, default: []].append(firing.id)
            case .wait: try store.move(firing, to: .waiting)
            case .drop(let reason): try drop(firing, reason)
            }
        }
    }

    /// Starts firings that wait and whose turn it is.
    private func startWaiting() throws {
        for firing in try store.firings(in: [.waiting]) {
            if firing.cause == .due,
                try store.schedule(firing.schedule, of: firing.path)?.isOn != true
            {
                try drop(firing, "Its schedule was switched off.")
            } else if try firing.overlap == .allow
                || actions.live(firing.path, firing.schedule).isEmpty
            {
                try start(firing)
            }
        }
    }

    private func waiting(of firing: Firing) throws -> [Firing] {
        try store.firings(in: [.waiting]).filter {
            ScheduleName($0) == ScheduleName(firing) && $0.cause == firing.cause
        }
    }

    private func drop(_ firing: Firing, _ reason: String) throws {
        try store.move(firing, to: .dropped, reason: reason)
        report(.dropped(firing.ended(as: .dropped, reason)))
    }

    // MARK: - Flow runs

    /// Adds the flow run of a firing; one that exists already was added before this process knew.
    private func start(_ firing: Firing) throws {
        if try actions.state(firing.id) == nil {
            do {
                try actions.start(
                    try flow(at: firing.path),
                    try schedule(of: firing).parameters,
                    .schedule(name: firing.schedule, instant: firing.instant),
                    firing.id
                )
            } catch {
                // Another process may have added it since.
                if try actions.state(firing.id) == nil { return try fail(firing, error) }
            }
        }
        try store.move(firing, to: .started)
        try store.update(firing.schedule, of: firing.path) { $0.problem = nil }
        report(.started(firing.ended(as: .started, nil)))
    }

    private func fail(_ firing: Firing, _ error: any Error) throws {
        let reason = CodedError<ErrorKind>(error).description
        try store.move(firing, to: .failed, reason: reason)
        try store.update(firing.schedule, of: firing.path) { $0.problem = reason }
        report(.failed(firing.ended(as: .failed, reason)))
    }

    /// Notes which flow runs have ended, and pauses the schedules of those that failed.
    private func settleStarted() throws {
        for firing in try store.firings(in: [.started]) {
            let state = try actions.state(firing.id)
            guard state?.isTerminal ?? true else { continue }
            try store.move(firing, to: .ended, reason: state?.rawValue)
            guard state == .failed || state == .crashed, firing.cause == .due,
                let schedule = try? self.schedule(of: firing), schedule.pausesOnFailure
            else { continue }
            let ending = state == .failed ? "failed" : "crashed"
            let reason = "It was paused because its flow run \(firing.id.prefix(8)) \(ending)."
            try store.update(firing.schedule, of: firing.path) {
                $0.isOn = false
                $0.reason = reason
            }
            report(.paused(path: firing.path, schedule: firing.schedule, reason: reason))
        }
    }

    // MARK: - Files

    /// The schedule as its file has it now; nil if it cannot fire, which is reported once.
    private func usable(
        _ record: ScheduleRecord
    ) -> (schedule: FlowSchedule, timetable: Timetable)? {
        let problem: String
        do {
            let schedule = try schedule(record.name, of: record.path)
            let timetable = try Timetable(schedule)
            problems[ScheduleName(record)] = nil
            return (schedule, timetable)
        } catch {
            problem = CodedError<ErrorKind>(error).message
        }
        if problems.updateValue(problem, forKey: ScheduleName(record)) != problem {
            report(.unusable(path: record.path, schedule: record.name, reason: problem))
        }
        return nil
    }

    private func schedule(of firing: Firing) throws -> FlowSchedule {
        try schedule(firing.schedule, of: firing.path)
    }

    private func schedule(_ name: String, of path: String) throws -> FlowSchedule {
        let flow = try flow(at: path)
        guard let schedule = flow.schedules.first(where: { $0.name == name }) else {
            throw FlowError(.notFound, "\(path) has no schedule \(name) any more.")
        }
        return schedule
    }

    /// The flow of a file, read again only if the file has changed.
    private func flow(at path: String) throws -> Flow {
        let stamp = FileStamp(path: path)
        if let known = flows[path], stamp != nil, known.stamp == stamp {
            return try known.flow.get()
        }
        let flow = Result { try actions.load(path) }
        flows[path] = (stamp, flow)
        return try flow.get()
    }

    // MARK: - Waiting

    /// The seconds until something may be due.
    private func secondsToWait(from now: Int) throws -> Double? {
        var wait = Double.infinity
        for record in try store.schedules() where record.isOn {
            // A clock that is set is seen after this time.
            wait = min(wait, Self.longestWait)
            guard let schedule = try? schedule(record.name, of: record.path),
                let timetable = try? Timetable(schedule), let next = timetable.next(after: now)
            else { continue }
            wait = min(wait, max(0, Double(next - clock().wall) / 1000))
        }
        let open = try store.firings(in: [.waiting, .started])
        if open.contains(where: { $0.state == .waiting }) { wait = min(wait, Self.pollWait) }
        if !open.isEmpty { wait = min(wait, Self.longestWait) }
        return wait == .infinity ? nil : wait
    }

    private static let longestWait = 20.0
    private static let pollWait = 2.0
}

/// A schedule by path and name.
private struct ScheduleName: Hashable {
    var path: String
    var name: String

    init(_ record: ScheduleRecord) {
        path = record.path
        name = record.name
    }

    init(_ firing: Firing) {
        path = firing.path
        name = firing.schedule
    }
}

extension Firing {
    /// The same firing in another state.
    fileprivate func ended(as state: State, _ reason: String?) -> Firing {
        var firing = self
        firing.state = state
        firing.reason = reason
        return firing
    }
}
