import Platform
import Testing
import Workflows

/// Schedules that start real flow runs.
@Suite struct ScheduledExecutionTests {
    private static let minute = 60_000

    /// A flow that counts its executions, due every minute.
    private func flow(_ test: TestFlows, _ overlap: FlowSchedule.Overlap) -> Flow {
        var flow = Flow([
            FlowTask(name: "count", kind: "count", position: .init(line: 1, column: 1))
        ])
        var schedule = FlowSchedule(trigger: .cron("* * * * *"))
        schedule.timezone = "UTC"
        schedule.overlap = overlap
        schedule.catchup = 86_400
        flow.schedules = [schedule]
        return flow
    }

    private func actions(_ test: TestFlows, _ flow: Flow) -> ScheduleActions {
        ScheduleActions(
            load: { _ in flow },
            live: { path, name in
                try test.store.liveRuns().filter { run in
                    if case .schedule(name, _) = run.origin { run.path == path } else { false }
                }
                .map(\.id)
            },
            state: { id in try test.store.runs().first { $0.id == id }?.state },
            start: { flow, parameters, origin, id in
                let order = FlowOrder(parameters: parameters)
                let execution = try test.executor(flow)
                    .create(flow, order, origin: origin, id: id)
                execution.execute()
                _ = execution.wait()
            },
            end: { _, _, _ in },
            digest: { _ in nil }
        )
    }

    @Test(arguments: [FlowSchedule.Overlap.allow, .bufferAll])
    func eachInstantIsOneFlowRunWithSeveralExecutors(_ overlap: FlowSchedule.Overlap) throws {
        let executed = Guarded(0)
        let test = try TestFlows(kinds: [
            TestKind("count", isReusable: false) { _ in
                executed.withLock { $0 += 1 }
                return TaskResult()
            }
        ])
        let flow = flow(test, overlap)
        let wall = Guarded(1_772_323_200_000)
        let store = ScheduleStore(test.database) { wall.withLock { $0 } }
        try store.switchOn(flow.schedules[0], of: flow.path)
        let isDone = Guarded(false)
        let faults = Guarded<[String]>([])
        let loop: @Sendable () -> ScheduleLoop = {
            ScheduleLoop(
                store: store,
                actions: self.actions(test, flow),
                clock: {
                    let now = wall.withLock { $0 }
                    return Moment(wall: now, steady: Double(now) / 1000)
                }
            )
        }
        let threads = try (0..<3).map { _ in
            try ServiceThread(name: "test-loop") {
                let loop = loop()
                while !isDone.withLock({ $0 }) {
                    do {
                        _ = try loop.evaluate()
                    } catch {
                        faults.withLock { $0.append("\(error)") }
                    }
                }
            }
        }
        let own = loop()
        for _ in 0..<8 {
            wall.withLock { $0 += Self.minute }
            _ = try own.evaluate()
        }
        isDone.withLock { $0 = true }
        for thread in threads { thread.join() }
        while try own.evaluate() ?? 20 < 3 {}
        #expect(faults.withLock { $0 } == [])
        let runs = try test.store.runs()
        #expect(runs.count == 8 && executed.withLock { $0 } == 8)
        #expect(runs.allSatisfy { $0.state == .completed })
        let instants = runs.compactMap { run in
            if case .schedule("schedule", let instant) = run.origin { instant } else { nil as Int? }
        }
        #expect(instants.sorted() == (1...8).map { 1_772_323_200_000 + $0 * Self.minute })
        #expect(
            zip(runs, instants).allSatisfy { run, instant in
                run.id == Firing.id(of: flow.path, schedule: "schedule", at: instant)
            }
        )
    }
}
