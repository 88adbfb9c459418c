package import FoundationEssentials
import JSON
import Platform
package import Workflows

/// Flow runs, tasks, schedules and plans as lines of text.
package enum FlowTables {
    /// All flow runs, a row each.
    package static func runs(_ runs: [FlowRunSummary], at now: Date) -> TextTable {
        var table = TextTable(["ID", "FLOW", "STATE", "TASKS", "STARTED", "TIME"])
        for run in runs {
            table.add([
                String(run.id.prefix(8)), run.flow, FlowText.state(run.state),
                FlowText.progress(run),
                Figures.moment(run.startedAt ?? run.createdAt, at: now),
                FlowText.seconds(run, at: now).map(Figures.duration) ?? Figures.none,
            ])
        }
        return table
    }

    /// The properties of a flow run, which are shown above its tasks.
    package static func heading(_ run: FlowRunSummary, at now: Date) -> TextTable {
        var table = TextTable(["flow", run.flow])
        table.add(["id", run.id])
        table.add(["state", state(run)])
        if let seconds = FlowText.seconds(run, at: now) {
            table.add(["time", Figures.duration(seconds)])
        }
        table.add(["started by", origin(run.origin)])
        if let process = run.ownerProcess { table.add(["process", "\(process)"]) }
        table.add(["file", run.path])
        if let tracked = run.run { table.add(["run", tracked]) }
        for member in run.parameters.members {
            table.add([member.name.text, FlowText.value(member.value)])
        }
        return table
    }

    /// The state with its reason.
    package static func state(_ run: FlowRunSummary) -> String {
        [FlowText.state(run.state), run.reason].compactMap { $0 }.joined(separator: ": ")
    }

    /// What started a flow run, in words.
    package static func origin(_ origin: FlowRunOrigin) -> String {
        switch origin {
        case .person: "a person or a program"
        case .schedule(let name, let instant):
            "the schedule \(name) for "
                + Date(timeIntervalSince1970: Double(instant) / 1000).formatted(.iso8601)
        case .forked(let run):
            "a retry of \(run.prefix(8)), with other parameters or an edited file"
        case .task(let run, let task): "the task \(task) of \(run.prefix(8))"
        }
    }

    /// The tasks as a list, indented below what they come after, with states, times and reasons.
    package static func tasks(_ tasks: [TaskSummary], at now: Date) -> [String] {
        let depths = depths(tasks)
        let ordered = tasks.enumerated().sorted {
            (depths[$0.element.id] ?? 0, $0.offset) < (depths[$1.element.id] ?? 0, $1.offset)
        }.map(\.element)
        var table = TextTable(["TASK", "STATE", "TIME", "ATTEMPT", "AFTER", "WHY"])
        for task in ordered {
            let indent = String(repeating: "  ", count: min(depths[task.id] ?? 0, maxIndent))
            table.add([
                indent + task.id, FlowText.state(task.state),
                FlowText.seconds(task, at: now).map(Figures.duration) ?? Figures.none,
                task.attempt > 1 ? "\(task.attempt)" : "",
                task.dependencies.joined(separator: ", "), why(task),
            ])
        }
        return table.lines
    }

    private static let maxIndent = 8

    private static func why(_ task: TaskSummary) -> String {
        if let reason = task.reason { return reason }
        return task.state.isTerminal ? "" : task.progress?.text ?? ""
    }

    /// The longest way from a task without dependencies to each task.
    private static func depths(_ tasks: [TaskSummary]) -> [String: Int] {
        var depths: [String: Int] = [:]
        // A flow has no cycle; the bound is for summaries of a damaged store.
        for _ in 0..<max(1, tasks.count) {
            var isChanged = false
            for task in tasks {
                let depth = (task.dependencies.compactMap { depths[$0] }.max() ?? -1) + 1
                guard depths[task.id] != depth, depth < tasks.count else { continue }
                depths[task.id] = depth
                isChanged = true
            }
            if !isChanged { break }
        }
        return depths
    }

    /// A plan: what differs, then a line for each task with what happens and why.
    package static func plan(_ plan: FlowPlan) -> [String] {
        let secret = Set(plan.parameters.filter(\.isSecret).map(\.name))
        var lines = [plan.isFork ? "\(plan.flow), as a flow run of its own" : plan.flow]
        lines += plan.changes.map { change in
            "  " + FlowPlan.text(change, isSecret: secret.contains(change.parameter))
        }
        var table = TextTable([])
        for step in plan.steps {
            table.add([
                "  \(FlowPlan.verb(step.action))", step.task, step.kind, step.explanation,
            ])
        }
        return (lines + table.lines.dropFirst() + [plan.sentence]).map(VisibleText.line)
    }

    /// The schedules of all known files.
    package static func schedules(_ schedules: [ScheduleSummary], at now: Date) -> TextTable {
        var table = TextTable(["FLOW", "SCHEDULE", "STATE", "FIRES", "LAST", "NEXT", "WHY"])
        for schedule in schedules {
            table.add([
                schedule.flow, schedule.schedule.name, schedule.isOn ? "on" : "off",
                FlowText.trigger(schedule.schedule),
                schedule.lastFiredAt.map { Figures.moment($0, at: now) } ?? Figures.none,
                schedule.nextAt.map(Figures.localTime) ?? Figures.none,
                schedule.reason ?? "",
            ])
        }
        return table
    }

    /// Everything about one task.
    package static func task(_ task: TaskDetail, at now: Date) -> [String] {
        var table = TextTable(["task", task.summary.id])
        table.add(["kind", task.summary.kind])
        table.add(["state", FlowText.state(task.summary.state)])
        if let reason = task.summary.reason { table.add(["reason", reason]) }
        if let seconds = FlowText.seconds(task.summary, at: now) {
            table.add(["time", Figures.duration(seconds)])
        }
        if let run = task.summary.run { table.add(["run", run]) }
        for (title, values) in [("input", task.inputs), ("output", task.outputs)] {
            for member in values.members {
                table.add(["\(title) \(member.name.text)", FlowText.value(member.value)])
            }
        }
        for file in task.files { table.add(["file", file]) }
        var history = TextTable(["TIME", "ATTEMPT", "STATE", "BY", "WHY"])
        for change in task.history {
            history.add([
                Figures.clock(change.at), "\(change.attempt)", FlowText.state(change.to),
                change.owner, change.reason ?? "",
            ])
        }
        return table.lines + (task.history.isEmpty ? [] : [""] + history.lines)
            + task.reasons.map(VisibleText.line)
    }
}
