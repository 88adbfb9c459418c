import ArgumentParser
import EventBus
import FoundationEssentials
import Glibc
import JSON
import Platform
import Synchronization
import Presentation
import Workflows
import Workspace

extension FlowCommand {
    struct Backfill: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backfill",
            abstract: "Run a schedule for past times, one after another.",
            discussion: """
                A time that has fired, or was backfilled before, is not repeated. The process that executes \
                schedules starts the flow runs; if there is none, this one does, and ends with them.

                EXAMPLES
                  workbench flow backfill nightly --from 2026-03-01 --to 2026-03-08
                """
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var target: ScheduleArgument
        @Option(help: "The first date, in the schedule's time zone, or time: 2026-03-01T02:00:00Z.")
        var from: String
        @Option(help: "The last date, with the whole of its day, or time.") var to: String
        @Option(
            help: """
                While an earlier flow run is live: buffer-all, buffer-one, skip, allow, cancel-other or \
                terminate-other.
                """
        )
        var overlap = FlowSchedule.Overlap.bufferAll.rawValue
        @Flag(help: "Print the times and the ids of their flow runs, without starting them.")
        var dryRun = false

        func run() throws {
            if dryRun {
                let (flow, backfill) = try backfill(in: try shared.open(), isTrial: true)
                return try report(backfill, of: flow)
            }
            let opened = OpenedWorkspace()
            let change = Condition()
            Signals.handle { _ in
                Console.note("stopping: tasks stop at a checkpoint; a second signal ends at once")
                opened.stop()
                change.signal()
            }
            Signals.beforeEnd { opened.workspace?.flows.terminateHere() }
            let workspace = try shared.open(isWatching: true, isChanging: true)
            opened.workspace = workspace
            let subscription = workspace.events.subscribe { event in
                if case .flow = event { change.signal() }
            }
            defer {
                subscription.cancel()
                workspace.close()
            }
            let (flow, backfill) = try backfill(in: workspace, isTrial: false)
            try report(backfill, of: flow)
            if let process = try workspace.flows.scheduler(), process != getpid() {
                return Console.note("process \(process) executes schedules and starts them")
            }
            try workspace.flows.startScheduling(always: true)
            var left = try workspace.flows.remaining(of: backfill)
            while left > 0, Signals.received.load(ordering: .relaxed) == 0 {
                change.wait(seconds: 1)
                let now = try workspace.flows.remaining(of: backfill)
                if now != left, !shared.json { Console.note("\(now) left") }
                left = now
            }
            workspace.flows.stopScheduling()
            workspace.flows.waitUntilIdle()
            let signal = Signals.received.load(ordering: .relaxed)
            if signal != 0 { throw ExitCode(128 + signal) }
            try check(backfill, workspace)
        }

        private func backfill(
            in workspace: Workspace,
            isTrial: Bool
        ) throws -> (flow: Flow, backfill: FlowService.Backfill) {
            let (flow, schedule) = try target.find(in: workspace)
            let zone = try schedule.timezone.map { try Zone($0) } ?? .current()
            let backfill = try workspace.flows.backfill(
                schedule.name,
                of: flow.path,
                from: try Self.date(from, in: zone, isEnd: false),
                through: try Self.date(to, in: zone, isEnd: true),
                overlap: FlowSchedule.Overlap(rawValue: overlap) ?? .bufferAll,
                isTrial: isTrial
            )
            return (flow, backfill)
        }

        private func report(_ backfill: FlowService.Backfill, of flow: Flow) throws {
            guard !shared.json else {
                return Console.printJSON([
                    "event": "backfill", "flow": .string(flow.name),
                    "flow_runs": .array(backfill.flowRuns.map { .string($0) }),
                    "instants": .array(
                        backfill.instants.map { .string($0.formatted(.iso8601)) }
                    ),
                    "existing": .integer(backfill.existing),
                ])
            }
            for (instant, run) in zip(backfill.instants, backfill.flowRuns) {
                Console.print("\(instant.formatted(.iso8601))  \(run)")
            }
            if backfill.existing > 0 {
                Console.note("\(backfill.existing) times have fired before and are not repeated")
            }
        }

        /// The exit status is 1 if a flow run of it did not end well.
        private func check(_ backfill: FlowService.Backfill, _ workspace: Workspace) throws {
            let states = backfill.flowRuns.map { (try? workspace.flows.find($0))?.state }
            let failed = states.filter { $0 != .completed }.count
            guard failed > 0 else { return }
            throw WorkspaceError(
                .failed,
                "\(failed) of \(states.count) flow runs did not complete.",
                hint: "`workbench flow list` shows them."
            )
        }

        /// A time in ISO 8601, or the first or last moment of a date on the clocks of a zone.
        private static func date(_ text: String, in zone: Zone, isEnd: Bool) throws -> Date {
            if let date = Date(instant: text) { return date }
            guard let day = zone.day(text) else {
                throw ValidationError(
                    "\(text.isEmpty ? "\"\"" : text) is not a date such as 2026-03-01, or a time such "
                        + "as 2026-03-01T02:00:00Z."
                )
            }
            return isEnd ? day.upperBound.addingTimeInterval(-0.001) : day.lowerBound
        }

        mutating func validate() throws {
            guard FlowSchedule.Overlap(rawValue: overlap) != nil else {
                let names = FlowSchedule.Overlap.allCases.map(\.rawValue)
                throw ValidationError("--overlap takes \(names.joined(separator: ", ")).")
            }
            let first = try Self.date(from, in: .utc, isEnd: false)
            guard first <= (try Self.date(to, in: .utc, isEnd: true)) else {
                throw ValidationError("--from is after --to.")
            }
        }
    }
}
