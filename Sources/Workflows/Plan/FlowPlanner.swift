import JSON
import Platform

/// Finds out what a flow run would do, without doing it.
package struct FlowPlanner: Sendable {
    private enum Fate {
        /// Its result is used.
        case reused(FlowValue)
        /// It runs, or this is not known yet.
        case open
        /// It does not run.
        case skipped
    }

    private let setting: FlowSetting

    /// Creates a planner.
    package init(_ setting: FlowSetting) { self.setting = setting }

    /// What starting a flow would do.
    package func plan(_ flow: Flow, _ order: FlowOrder) throws -> FlowPlan {
        let values = try flow.parameterObject(order.parameters)
        var run = FlowRunRecord(
            id: "",
            flow: flow,
            parameters: values,
            origin: .person,
            createdAt: setting.store.now()
        )
        run.order = order
        run.floor = try setting.store.newestResult()
        return try plan(flow, run, former: nil, tasks: [:])
    }

    /// What retrying a flow run would do.
    ///
    /// - Parameter flow: The flow of its file as it is now.
    package func plan(
        retrying record: FlowRunRecord,
        _ flow: Flow,
        _ order: FlowOrder
    ) throws
        -> FlowPlan
    {
        var run = record
        run.parameters = try flow.parameterObject(order.parameters, over: record.parameters)
        if !order.isPlain {
            run.order = order
            run.floor = try setting.store.newestResult()
        }
        let tasks = try setting.store.tasks(of: record.id)
        return try plan(
            flow,
            run,
            former: record.parameters,
            tasks: Dictionary(tasks.map { ($0.task, $0) }) { first, _ in first }
        )
    }

    private func plan(
        _ flow: Flow,
        _ run: FlowRunRecord,
        former: JSONObject?,
        tasks: [String: TaskRecord]
    ) throws -> FlowPlan {
        let graph = try FlowGraph(flow, parameters: run.parameters)
        let forced = try run.order.forced(in: flow, graph)
        let mask = SecretMask(run.parameters)
        let latest = try setting.store.latestTasks(of: flow.path)
        var outputs: [FlowValue?] = []
        var fates: [Fate] = []
        var steps: [FlowPlan.Step] = []
        for (place, instance) in graph.instances.enumerated() {
            let task = flow.tasks[instance.task]
            let (fate, action, reasons) = try fate(
                of: place,
                in: graph,
                flow,
                run,
                fates: fates,
                outputs: outputs,
                isForced: forced.contains(place),
                before: tasks[instance.id],
                latest: latest[instance.id]
            )
            fates.append(fate)
            let reused: FlowValue? = if case .reused(let value) = fate { value } else { nil }
            outputs.append(reused)
            steps.append(
                FlowPlan.Step(
                    task: instance.id,
                    kind: task.kind,
                    action: action,
                    reasons: reasons.map { mask.masked($0) }
                )
            )
        }
        let hasNewFile = former != nil && flow.source != run.source
        let changes = former.map { Self.changes(from: $0, to: run.parameters) } ?? []
        let formerMask = SecretMask(former ?? JSONObject())
        return FlowPlan(
            flow: flow.name,
            parameters: flow.parameters,
            values: mask.masked(run.parameters),
            changes: changes.map { change in
                FlowPlan.Change(
                    parameter: change.parameter,
                    before: formerMask.masked(change.before),
                    after: mask.masked(change.after)
                )
            },
            steps: steps,
            isFork: hasNewFile || !changes.isEmpty,
            hasNewFile: hasNewFile
        )
    }

    private func fate(
        of place: Int,
        in graph: FlowGraph,
        _ flow: Flow,
        _ run: FlowRunRecord,
        fates: [Fate],
        outputs: [FlowValue?],
        isForced: Bool,
        before: TaskRecord?,
        latest: TaskRecord?
    ) throws -> (Fate, FlowPlan.Action, [String]) {
        let instance = graph.instances[place]
        let task = flow.tasks[instance.task]
        guard let kind = setting.kinds[task.kind] else { return (.open, .run, []) }
        var open: [String] = []
        for dependency in graph.references[place] {
            switch fates[dependency] {
            case .skipped:
                return (.skipped, .skip, ["\(graph.instances[dependency].id) is skipped."])
            case .open: open.append(graph.instances[dependency].id)
            case .reused: break
            }
        }
        guard open.isEmpty else {
            let names = open.prefix(3).joined(separator: ", ") + (open.count > 3 ? ", …" : "")
            return (.open, .open, ["\(names) comes first, and what it yields decides."])
        }
        let scope = instance.scope(in: FlowScope(of: task, in: flow, graph, run, outputs: outputs))
        do {
            if let when = task.when, try when.resolved(in: scope).value == .boolean(false) {
                return (.skipped, .skip, ["Its condition is false."])
            }
            let resolution = try TaskResolution(
                task.inputs,
                of: kind,
                in: scope,
                as: instance.id,
                of: run
            )
            let earlier = EarlierResults(setting: setting, run: run)
            let key = resolution.key.text
            let isApproved = task.approval == nil || before?.approvedKey == key
            if isApproved,
                let result = try earlier.result(
                    for: key,
                    of: task,
                    kind: kind,
                    isForced: isForced
                )
            {
                // What only runs before it may write a file that it reads.
                if let first = graph.needs[place].first(where: { isOpen(fates[$0]) }) {
                    let id = graph.instances[first].id
                    return (.open, .open, ["\(id) runs first, and may change its inputs."])
                }
                let origin = result.flowRun.prefix(8)
                let place = result.flowRun == run.id ? "this flow run" : "flow run \(origin)"
                let sentence = "The result of \(place) is used: its inputs are the same."
                return (.reused(setting.files.outputs(of: result)), .reuse, [sentence])
            }
            let former = before ?? latest
            let reasons = TaskReasons(
                before: former,
                unusable: try setting.store.results(for: key, lineage: run.lineage).first
            ).sentences(
                for: SecretMask(run.parameters).fingerprinted(resolution.contents),
                inputs: resolution.inputs,
                isForced: isForced,
                of: task,
                resolution.reuse,
                now: setting.store.now()
            )
            if !isApproved { return (.open, .approve, reasons) }
            let resumes = before?.reservation != nil && before?.reservedFor == key && !isForced
            return (.open, resumes ? .resume : .run, reasons)
        } catch {
            return (.open, .run, [FlowError(flow: error).message])
        }
    }

    private func isOpen(_ fate: Fate) -> Bool {
        if case .open = fate { true } else { false }
    }

    private static func changes(from before: JSONObject, to after: JSONObject) -> [FlowPlan.Change]
    {
        after.members.filter { before[$0.name] != $0.value }.map { member in
            FlowPlan.Change(
                parameter: member.name.text,
                before: before[member.name] ?? .null,
                after: member.value
            )
        }
    }
}
