import EventBus
import FlowTasks
public import FoundationEssentials
import Platform
import Runs
import Tracking
public import Workflows

extension FlowService {
    /// The schedules of all known files, and those that are on although their file has no such
    /// schedule any more.
    public func schedules() throws -> [ScheduleSummary] {
        try WorkspaceError.translating {
            let records = try scheduleStore.schedules()
            var lost = records
            var faults: [String: String] = [:]
            var summaries: [ScheduleSummary] = []
            for file in try scheduleFiles(with: records.map(\.path)) {
                let flow: Flow
                do throws(FlowError) {
                    flow = try reader.read(file)
                } catch {
                    faults[file] = error.details?.first ?? error.message
                    continue
                }
                for schedule in flow.schedules {
                    let isSame = { (record: ScheduleRecord) in
                        record.path == flow.path && record.name == schedule.name
                    }
                    summaries.append(
                        ScheduleSummary(
                            flow: flow.name,
                            path: flow.path,
                            schedule: schedule,
                            record: records.first(where: isSame),
                            now: scheduleStore.now()
                        )
                    )
                    lost.removeAll(where: isSame)
                }
            }
            return summaries
                + lost.filter { $0.isOn || $0.reason != nil }.map { record in
                    ScheduleSummary(
                        lost: record,
                        flow: FilePaths.name(record.path),
                        reason: faults[record.path]
                            ?? (FilePaths.exists(record.path)
                                ? "The file has no schedule \(record.name) any more."
                                : "The file is gone.")
                    )
                }
        }
    }

    private func scheduleFiles(with known: [String]) throws -> [String] {
        var seen: Set<String> = []
        return (try filePaths() + known.filter(FilePaths.exists))
            .filter { seen.insert($0).inserted }
    }

    /// The schedule that a person names, as ``schedules()`` lists it; its file may be gone or have
    /// faults.
    ///
    /// - Parameters:
    ///   - name: The schedule's name; nil for the only one.
    ///   - reference: The path of a flow's file, or the name of the file or of the flow.
    /// - Returns: Nil if no such schedule is listed.
    /// - Throws: ``WorkspaceError`` with the code `ambiguous` if there are several.
    public func schedule(_ name: String?, listedFor reference: String) throws -> ScheduleSummary? {
        let all = try schedules()
        let path = ResolvedPath.entry(reference).text
        var found = all.filter { $0.path == path }
        if found.isEmpty {
            found = all.filter { schedule in
                let file = FilePaths.name(schedule.path)
                return schedule.flow == reference
                    || ["", ".yaml", ".yml"].contains { file == reference + $0 }
            }
        }
        if let name { found = found.filter { $0.schedule.name == name } }
        guard found.count > 1 else { return found.first }
        let isOneFile = Set(found.map(\.path)).count == 1
        throw WorkspaceError(
            .ambiguous,
            "\(VisibleText.name(reference)) has \(found.count) schedules.",
            hint: isOneFile
                ? "Name one with --name: \(found.map(\.schedule.name).joined(separator: ", "))."
                : "Give the path of one file: \(found.map(\.path).joined(separator: ", "))."
        )
    }

    /// Switches a schedule on or off; once it is on, it fires from now on.
    ///
    /// - Parameters:
    ///   - name: Its name in the file.
    ///   - path: The path of the flow's file.
    public func setSchedule(_ name: String, of path: String, isOn: Bool) throws {
        try opened.checkWritable()
        try WorkspaceError.translating {
            if isOn {
                let flow = try reader.read(path)
                let schedule = try Self.schedule(name, of: flow)
                try scheduleStore.switchOn(
                    schedule,
                    of: flow.path,
                    digest: try digest(schedule, in: flow.folder)
                )
            } else {
                // The file may be gone.
                let known = (try? reader.read(path).path) ?? path
                try scheduleStore.switchOff(name, of: known)
            }
        }
        scheduleWorker.wake()
    }

    private static func schedule(_ name: String, of flow: Flow) throws(FlowError) -> FlowSchedule {
        if let schedule = flow.schedules.first(where: { $0.name == name }) { return schedule }
        let names = flow.schedules.map(\.name)
        throw FlowError(
            .notFound,
            "\(flow.name) has no schedule \(VisibleText.name(name)).",
            hint: names.isEmpty ? nil : "Its schedules are \(names.joined(separator: ", "))."
        )
    }

    /// The content that a schedule's dataset has now; nil if it waits for none, and empty if there is
    /// no such dataset.
    private func digest(_ schedule: FlowSchedule, in folder: String) throws -> String? {
        guard case .dataset(let name) = schedule.trigger else { return nil }
        return digest(ofDataset: name, in: folder) ?? ""
    }

    /// The digest of a dataset; nil if there is no such dataset.
    func digest(ofDataset name: String, in folder: String) -> String? {
        try? tasks.dataset(name, in: folder).digest
    }

    /// The process that executes schedules; nil if none does.
    public func scheduler() throws -> Int32? { OwnerLock.holder(of: Self.schedulerLock(opened)) }

    /// The lock of the process that executes schedules.
    static func schedulerLock(_ opened: OpenedFolder) -> String {
        "\(opened.layout.locks)/scheduler"
    }

    /// The flow runs of a backfill.
    public struct Backfill: Sendable, Equatable {
        /// The ids of the flow runs to come, the oldest instant first.
        public var flowRuns: [String]
        /// Their instants.
        public var instants: [Date]
        /// How many instants of the span had fired before, and are not repeated.
        public var existing: Int
    }

    /// Runs a flow for the instants of a schedule in a span of time, one after another.
    ///
    /// The process that executes schedules starts them; see ``startScheduling(always:)``. The schedule
    /// need not be on.
    ///
    /// - Parameters:
    ///   - first: The beginning of the span.
    ///   - last: The end of the span, inclusive.
    ///   - overlap: What happens while an earlier flow run of the schedule is live.
    ///   - isTrial: Whether nothing is recorded or started: what would be done.
    /// - Throws: ``WorkspaceError`` for a span without an instant or with more than 1,000.
    public func backfill(
        _ name: String,
        of path: String,
        from first: Date,
        through last: Date,
        overlap: FlowSchedule.Overlap = .bufferAll,
        isTrial: Bool = false
    ) throws -> Backfill {
        if !isTrial { try opened.checkWritable() }
        let backfill = try WorkspaceError.translating {
            let flow = try reader.read(path)
            let made = try scheduleStore.backfill(
                try Self.schedule(name, of: flow),
                of: flow.path,
                from: Self.milliseconds(first),
                through: Self.milliseconds(last),
                overlap: overlap,
                isTrial: isTrial
            )
            return Backfill(
                flowRuns: made.new.map(\.id),
                instants: made.new.map { date($0.instant) },
                existing: made.existing
            )
        }
        if !isTrial { scheduleWorker.wake() }
        return backfill
    }

    /// How many flow runs of a backfill have not ended.
    public func remaining(of backfill: Backfill) throws -> Int {
        try WorkspaceError.translating {
            let open = try scheduleStore.firings(in: [.claimed, .waiting, .started]).map(\.id)
            return Set(open).intersection(backfill.flowRuns).count
        }
    }

    private static func milliseconds(_ date: Date) -> Int {
        Int((min(max(date.timeIntervalSince1970, -1e11), 1e11) * 1000).rounded(.down))
    }
}
