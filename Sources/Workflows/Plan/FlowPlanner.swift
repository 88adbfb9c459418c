import JSON
import Platform

/// Finds out what a flow run would do, without doing it.
package struct FlowPlanner: Sendable {
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
        return try plan(flow, run, former: nil, isOrdered: true, tasks: [:])
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
        let isFork = run.parameters != record.parameters || flow.source != record.source
        if isFork || !order.isPlain {
            // A retry goes on with the order of its flow run, a fork has only its own.
            run.order = order
            run.floor = order.isPlain ? 0 : try setting.store.newestResult()
        }
        let tasks = try setting.store.tasks(of: record.id).map { task in
            var task = task
            // A fork begins with nothing reserved.
            if isFork { task.reservation = nil }
            return task
        }
        return try plan(
            flow,
            run,
            former: record.parameters,
            isOrdered: !order.isPlain,
            tasks: Dictionary(tasks.map { ($0.task, $0) }) { first, _ in first }
        )
    }

    private func plan(
        _ flow: Flow,
        _ run: FlowRunRecord,
        former: JSONObject?,
        isOrdered: Bool,
        tasks: [String: TaskRecord]
    ) throws -> FlowPlan {
        let graph = try FlowGraph(flow, parameters: run.parameters)
        let mask = SecretMask(run.parameters)
        var forecast = try FlowForecast(
            setting,
            flow,
            graph,
            run,
            isOrdered: isOrdered,
            tasks: tasks
        )
        let steps = try graph.instances.map { _ in
            var step = try forecast.next()
            step.reasons = step.reasons.map { mask.masked($0) }
            return step
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
