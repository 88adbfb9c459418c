import Database
import Foundation
import Platform
import Synchronization
import Workflows

/// A database, a clock and flow runs that tests control.
final class ScheduleWorld: Sendable {
    struct Run: Equatable {
        var id: String
        var schedule: String
        var instant: Int
        var parameters: [String: String] = [:]
        var state = FlowState.running
    }

    struct Values {
        var wall = ScheduleWorld.start
        var steady = 0.0
        var schedules: [FlowSchedule] = []
        var fault: FlowError?
        var startFault: FlowError?
        var liveFault: FlowError?
        var endsAtOnce = false
        var runs: [Run] = []
        var ended: [String] = []
        var digests: [String: String] = [:]
        var reports: [ScheduleReport] = []
    }

    /// 2026-03-01 00:00 UTC.
    static let start = 1_772_323_200_000
    static let path = "/flows/nightly.yaml"
    let values = Mutex(Values())
    let store: ScheduleStore
    private let folder: String
    private let database: DatabaseFile

    init(_ schedules: FlowSchedule...) throws {
        folder = "\(FileManager.default.temporaryDirectory.path())/schedules-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        database = try DatabaseFile(
            path: "\(folder)/workbench.db",
            migrations: Migration.list([.workflows, .changeFeed])
        )
        let clock = Clock()
        store = ScheduleStore(database) { clock.wall.withLock { $0 } }
        self.clock = clock
        values.withLock { $0.schedules = schedules }
    }

    private final class Clock: Sendable {
        let wall = Mutex(ScheduleWorld.start)
    }
    private let clock: Clock

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A loop as a process would make it.
    func loop() -> ScheduleLoop {
        ScheduleLoop(
            store: store,
            actions: actions,
            clock: { self.values.withLock { Moment(wall: $0.wall, steady: $0.steady) } },
            report: { report in self.values.withLock { $0.reports.append(report) } }
        )
    }

    private var actions: ScheduleActions {
        ScheduleActions(
            load: { path in
                try self.values.withLock { values in
                    if let fault = values.fault { throw fault }
                    return Flow(
                        name: "nightly",
                        path: path,
                        folder: "/flows",
                        source: "",
                        tasks: [],
                        schedules: values.schedules
                    )
                }
            },
            live: { _, schedule in
                try self.values.withLock { values in
                    if let fault = values.liveFault { throw fault }
                    return
                        values.runs.filter { $0.schedule == schedule && !$0.state.isTerminal }
                        .map(\.id)
                }
            },
            state: { id in
                self.values.withLock { $0.runs.first { $0.id == id }?.state }
            },
            start: { _, parameters, origin, id in
                try self.values.withLock { values in
                    if let fault = values.startFault { throw fault }
                    guard case .schedule(let name, let instant) = origin,
                        !values.runs.contains(where: { $0.id == id })
                    else { throw FlowError(.conflict, "twice") }
                    values.runs.append(
                        Run(
                            id: id,
                            schedule: name,
                            instant: instant,
                            parameters: parameters,
                            state: values.endsAtOnce ? .completed : .running
                        )
                    )
                }
            },
            end: { id, isAbrupt, _ in
                self.values.withLock { $0.ended.append("\(isAbrupt ? "kill" : "cancel") \(id)") }
            },
            digest: { name in self.values.withLock { $0.digests[name] } }
        )
    }

    /// Lets time pass on both clocks; `wall` alone sets the wall clock.
    func advance(hours: Double = 0, minutes: Double = 0, setting wall: Bool = false) {
        values.withLock { values in
            values.wall += Int((hours * 3600 + minutes * 60) * 1000)
            if !wall { values.steady += hours * 3600 + minutes * 60 }
            clock.wall.withLock { $0 = values.wall }
        }
    }

    /// Ends the flow runs that are live.
    func end(_ state: FlowState = .completed) {
        values.withLock { values in
            for place in values.runs.indices where !values.runs[place].state.isTerminal {
                values.runs[place].state = state
            }
        }
    }

    /// The hours after the start of the instants that have a flow run.
    var hours: [Double] {
        values.withLock { values in
            values.runs.map { Double($0.instant - Self.start) / 3_600_000 }
        }
    }

    func switchOn() throws {
        for schedule in values.withLock({ $0.schedules }) {
            try store.switchOn(schedule, of: Self.path)
        }
    }

    /// Evaluates every minute, as the thread would do, for so many hours.
    func run(_ loop: ScheduleLoop, hours: Double) throws {
        for _ in 0..<Int(hours * 60) {
            advance(minutes: 1)
            _ = try loop.evaluate()
        }
    }
}

/// A schedule of every hour.
func hourly(
    _ overlap: FlowSchedule.Overlap = .allow,
    catchup: Double = 60,
    adjust: (inout FlowSchedule) -> Void = { _ in }
) -> FlowSchedule {
    var schedule = FlowSchedule(trigger: .cron("0 * * * *"))
    schedule.timezone = "UTC"
    schedule.overlap = overlap
    schedule.catchup = catchup
    adjust(&schedule)
    return schedule
}
