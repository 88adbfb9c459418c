import EventBus
import Logging
import Platform
import Runs
import Tracking
import Workflows

extension FlowService {
    /// Executes schedules on a thread of this process; while another process does, it waits to take
    /// over.
    ///
    /// - Parameter always: Whether this process claims the schedules even while none is on, as
    ///   `flow serve` does.
    public func startScheduling(always: Bool = false) throws {
        if always { try checkScheduling() } else { try opened.checkWritable() }
        let log = opened.log
        let make: @Sendable () -> any RepeatedWork = { [weak self] in
            guard let self else { return NoWork() }
            return scheduleLoop()
        }
        try WorkspaceError.translating {
            try scheduleWorker.start(keepsLock: always, make) { error in
                log.error("Schedules could not be executed: \(error)")
            }
        }
        scheduleWorker.wake()
        try startExpiring()
    }

    /// Refuses if this process could not execute schedules: the workspace is read-only, or its folder
    /// of locks cannot be written.
    public func checkScheduling() throws {
        try opened.checkWritable()
        try WorkspaceError.translating {
            // The worker would try it again and again, and nobody would notice.
            try OwnerLock.take(Self.schedulerLock(opened))?.release()
        }
    }

    /// Ends the execution of schedules by this process; flow runs continue.
    public func stopScheduling() {
        scheduleWorker.stop()
        approvalWorker.stop()
        expires.withLock { $0 = false }
    }

    struct NoWork: RepeatedWork {
        func isNeeded() -> Bool { false }
        func evaluate() -> Double? { nil }
    }

    private func scheduleLoop() -> ScheduleLoop {
        let start = ContinuousClock.now
        return ScheduleLoop(
            store: scheduleStore,
            actions: scheduleActions,
            clock: { [scheduleStore] in
                Moment(
                    wall: scheduleStore.now(),
                    steady: start.duration(to: .now) / .seconds(1)
                )
            },
            report: { [weak self] in self?.handle($0) }
        )
    }

    private var scheduleActions: ScheduleActions {
        // The worker's thread, which ends before the service, keeps it alive.
        ScheduleActions(
            load: { [reader] path in try reader.read(path) },
            live: { [self] path, name in
                try store.liveRuns().filter { record in
                    guard record.path == path, case .schedule(name, _) = record.origin else {
                        return false
                    }
                    return try !summary(of: record.id).state.isTerminal
                }
                .map(\.id)
            },
            state: { [self] id in
                do throws(WorkspaceError) {
                    return try WorkspaceError.translating { try summary(of: id).state }
                } catch {
                    guard error.code == .notFound else { throw error }
                    return nil
                }
            },
            start: { [self] flow, parameters, origin, id in
                _ = try start(flow, FlowOrder(parameters: parameters), origin: origin, id: id)
            },
            end: { [self] id, isAbrupt, _ in
                do {
                    if isAbrupt { try terminate(id) } else { try cancel(id) }
                } catch let error as WorkspaceError where error.code == .conflict {
                    // It has ended by itself.
                }
            },
            digest: { [self] name in digest(ofDataset: name, in: opened.layout.folder) }
        )
    }

    /// Logs what was done, and raises alerts for what needs a person's attention.
    private func handle(_ report: ScheduleReport) {
        switch report {
        case .started(let firing):
            opened.log.info("The schedule \(Self.name(firing)) started the flow run \(firing.id).")
        case .dropped(let firing):
            opened.log.info(
                "The schedule \(Self.name(firing)) left out a time: \(firing.reason ?? "")"
            )
        case .failed(let firing):
            raise(.error, "did not start", firing.path, firing.schedule, firing.reason ?? "")
        case .missed(let path, let schedule):
            opened.log.warning(
                "The schedule \(schedule) of \(path) left out times for which it was too late."
            )
        case .paused(let path, let schedule, let reason):
            raise(.warning, "is paused", path, schedule, reason)
        case .unusable(let path, let schedule, let reason):
            raise(.warning, "cannot fire", path, schedule, reason)
        }
        events.publish(.schedulesChanged)
    }

    private static func name(_ firing: Firing) -> String { "\(firing.schedule) of \(firing.path)" }

    private func raise(
        _ level: Alert.Level,
        _ what: String,
        _ path: String,
        _ schedule: String,
        _ reason: String
    ) {
        raiseAlert(
            AlertRequest(
                level,
                "\(FilePaths.name(path)): the schedule \(schedule) \(what)",
                text: reason,
                source: Alert.Source(.schedule, name: "\(path)#\(schedule)")
            )
        )
    }

    /// Raises an alert; a failure is logged, since nobody waits for it.
    func raiseAlert(_ request: AlertRequest) {
        opened.log.warning("\(request.title): \(request.text)")
        do {
            try opened.store.raise(request)
        } catch {
            opened.log.error("An alert could not be raised: \(error)")
        }
    }
}
