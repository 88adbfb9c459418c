import JSON
import Platform

/// What would become of the tasks of a flow run, one after another in the order of its graph.
struct FlowForecast {
    let setting: FlowSetting
    let flow: Flow
    let graph: FlowGraph
    /// The flow run as it would be.
    let run: FlowRunRecord
    /// Whether the order has been given now, and not with an earlier attempt.
    let isOrdered: Bool
    /// The tasks that use no result from before the order.
    let forced: Set<Int>
    /// The tasks of the flow run that is retried, by their ids.
    let tasks: [String: TaskRecord]
    /// The tasks of the newest flow run of the file.
    let latest: [String: TaskRecord]
    /// What is known of the tasks so far, by their places.
    private var outlooks: [TaskOutlook] = []
    /// The outputs that are known, by the same places.
    private var outputs: [FlowValue?] = []

    init(
        _ setting: FlowSetting,
        _ flow: Flow,
        _ graph: FlowGraph,
        _ run: FlowRunRecord,
        isOrdered: Bool,
        tasks: [String: TaskRecord]
    ) throws {
        self.setting = setting
        self.flow = flow
        self.graph = graph
        self.run = run
        self.isOrdered = isOrdered
        self.tasks = tasks
        forced = try run.order.forced(in: flow, graph)
        latest = try setting.store.latestTasks(of: flow.path)
    }

    /// What happens with the next task.
    mutating func next() throws -> FlowPlan.Step {
        let place = outlooks.count
        let (outlook, action, reasons) = try outlook(of: place)
        outlooks.append(outlook)
        outputs.append(outlook.outputs)
        return FlowPlan.Step(
            task: graph.instances[place].id,
            kind: flow.tasks[graph.instances[place].task].kind,
            action: action,
            reasons: reasons,
            cost: outlook.cost
        )
    }

    /// The number of tasks whose cost is forecast, which reads their data.
    private static let mostCosts = 16

    private typealias Answer = (TaskOutlook, FlowPlan.Action, [String])

    private func outlook(of place: Int) throws -> Answer {
        let instance = graph.instances[place]
        let task = flow.tasks[instance.task]
        guard let kind = setting.kinds[task.kind] else { return (.run, .run, []) }
        if let answer = verdict(on: place, task) { return answer }
        let scope = instance.scope(
            in: FlowScope(of: task, in: flow, graph, run, outputs: outputs)
        )
        do {
            let condition = try condition(of: task, scope)
            if case .skip(let reason) = condition {
                return (skip(place, task), .skip, [reason])
            }
            let mayBeSkipped = firstThatMayBeSkipped(before: place, task)
            var open = TaskOutlook.run
            open.maySkip = condition == nil || mayBeSkipped != nil || task.trigger == .failed
            let undecided = graph.references[place].filter { outlooks[$0].isOpen }
            guard undecided.isEmpty else {
                let (names, isOne) = names(of: undecided)
                return (
                    open, .open,
                    [
                        isOne
                            ? "\(names) comes first, and what it yields decides."
                            : "\(names) come first, and what they yield decides."
                    ]
                )
            }
            if task.trigger == .failed {
                let (names, isOne) = names(of: graph.needs[place].filter { outlooks[$0].mayFail })
                return (open, .open, ["It runs only if \(isOne ? "" : "one of ")\(names) fails."])
            }
            if let first = mayBeSkipped {
                let reason = "\(graph.instances[first].id) comes first, and may be skipped."
                return (open, .open, [reason])
            }
            return try work(of: place, task, kind, scope)
        } catch {
            return (.run, .run, [FlowError(flow: error).message])
        }
    }

    /// What follows for a task from what is certain of those before it; nil if nothing does.
    private func verdict(on place: Int, _ task: FlowTask) -> Answer? {
        if let skipped = graph.references[place].first(where: { outlooks[$0].isSkipped }) {
            let reason = "\(graph.instances[skipped].id), which it refers to, is skipped."
            return (skip(place), .skip, [reason])
        }
        let needs = graph.needs[place]
        switch task.trigger {
        case .done: return nil
        case .succeeded:
            guard let skipped = needs.first(where: { outlooks[$0].isSkipped }) else { return nil }
            let reason = "\(graph.instances[skipped].id), which it needs, is skipped."
            return (skip(place, task), .skip, [reason])
        case .failed:
            guard !needs.contains(where: { outlooks[$0].mayFail }) else { return nil }
            return (skip(place, task), .skip, ["Nothing that it needs can fail."])
        }
    }

    /// A task that is skipped, unless something fails that is asked first: see ``TaskVerdict``.
    ///
    /// - Parameter task: The task, if what it only needs is asked too.
    private func skip(_ place: Int, _ task: FlowTask? = nil) -> TaskOutlook {
        let needs = task?.trigger == .succeeded ? graph.needs[place] : []
        var outlook = TaskOutlook.skip
        outlook.mayFail = (graph.references[place] + needs).contains { outlooks[$0].mayFail }
        return outlook
    }

    /// The first task that may be skipped, and with which it is skipped.
    private func firstThatMayBeSkipped(before place: Int, _ task: FlowTask) -> Int? {
        let first = graph.references[place].first { outlooks[$0].maySkip }
        guard first == nil, task.trigger == .succeeded else { return first }
        return graph.needs[place].first { outlooks[$0].maySkip }
    }

    /// Whether the condition of a task holds; nil if it is not known yet.
    private func condition(of task: FlowTask, _ scope: FlowScope) throws -> TaskVerdict? {
        guard let when = task.when else { return .run }
        let places = when.references.compactMap { graph.places(ofTask: $0) }.flatMap { Array($0) }
        guard places.allSatisfy({ outlooks[$0].outputs != nil }) else { return nil }
        return try TaskVerdict(condition: when, in: scope)
    }

    /// What happens with a task whose inputs are known.
    private func work(
        of place: Int,
        _ task: FlowTask,
        _ kind: any TaskKind,
        _ scope: FlowScope
    ) throws -> Answer {
        let id = graph.instances[place].id
        let before = tasks[id]
        let isForced = forced.contains(place)
        let resolution = try TaskResolution(task.inputs, of: kind, in: scope, as: id, of: run)
        let key = resolution.key.text
        let isApproved = task.approval == nil || before?.approvedKey == key
        if isApproved,
            let result = try EarlierResults(setting: setting, run: run)
                .result(for: key, of: task, kind: kind, isForced: isForced)
        {
            // What only runs before it may write a file that it reads.
            if let first = graph.needs[place].first(where: { outlooks[$0].isOpen }) {
                let first = graph.instances[first].id
                return (.run, .open, ["\(first) runs first, and may change its inputs."])
            }
            let origin = result.flowRun.prefix(8)
            let place = result.flowRun == run.id ? "this flow run" : "flow run \(origin)"
            let sentence = "The result of \(place) is used: its inputs are the same."
            return (.reuse(setting.files.outputs(of: result)), .reuse, [sentence])
        }
        let ending = before.flatMap { TaskEnding(of: $0) }
        // An order from before the last attempt does not ask for another one.
        let isAskedFor = isForced && (isOrdered || ending == nil)
        let reasons = TaskReasons(
            task: task,
            run: run,
            before: before?.contents == nil ? latest[id] : before,
            ending: ending,
            unusable: try setting.store.results(for: key, lineage: run.lineage).first,
            isAskedFor: isAskedFor
        ).sentences(
            for: SecretMask(run.parameters).fingerprinted(resolution.contents),
            resolution.reuse,
            now: setting.store.now()
        )
        let resumes = before?.reservation != nil && before?.reservedFor == key && !isForced
        var outlook = TaskOutlook.run
        if !resumes, outlooks.count(where: \.isForecast) < Self.mostCosts {
            outlook.isForecast = true
            outlook.cost = kind.cost(of: resolution.inputs, folder: flow.folder)
        }
        if !isApproved { return (outlook, .approve, reasons) }
        return (outlook, resumes ? .resume : .run, reasons)
    }

    /// The names of tasks in a sentence, and whether it is one.
    private func names(of places: [Int]) -> (text: String, isOne: Bool) {
        let names = places.prefix(3).map { graph.instances[$0].id }
        guard names.count > 1 else { return (names.first ?? "", true) }
        let shown = places.count > 3 ? names.prefix(2) : names.dropLast()
        let last = places.count > 3 ? "\(places.count - 2) more" : names[names.count - 1]
        return ("\(shown.joined(separator: ", ")) and \(last)", false)
    }
}
