import JSON

/// The tasks of a flow run while it is executed: which have ended, and which can run next.
struct TaskBoard {
    private let flow: Flow
    private let graph: FlowGraph
    /// The tasks, by their places in the graph.
    private(set) var records: [TaskRecord]
    /// The outputs of tasks that ended well and that others refer to.
    private var outputs: [FlowValue?]
    /// The tasks that others refer to.
    private let referred: Set<Int>
    /// How many of its dependencies have not ended.
    private var remaining: [Int]
    /// Tasks whose dependencies have ended and that are not decided yet.
    private var undecided: [Int] = []
    /// Tasks that can run, the next one last.
    private(set) var ready: [Int] = []
    /// Tasks that a worker performs.
    private(set) var busy: Set<Int> = []
    /// Tasks that wait for a time, in milliseconds of a steady clock.
    private(set) var timers: [Int: Int] = [:]
    /// Tasks whose key or tag another flow run or process uses.
    private var blocks: [Int: Block] = [:]

    private struct Block {
        /// The milliseconds after which it is tried again.
        var wait: Int
        /// The tag that is in use; nil if it is the key.
        var tag: String?
    }

    /// The first and the longest wait before a blocked task is tried again, in milliseconds.
    static let blockWaits = (first: 100, most: 2_000)

    init(_ flow: Flow, _ graph: FlowGraph, _ records: [TaskRecord], outputs: [FlowValue?]) {
        self.flow = flow
        self.graph = graph
        self.records = records
        referred = Set(graph.references.joined())
        self.outputs = outputs.indices.map { [referred] in referred.contains($0) ? outputs[$0] : nil
        }
        remaining = records.indices.map { place in
            graph.dependencies(of: place).reduce(0) { $0 + (records[$1].state.isTerminal ? 0 : 1) }
        }
        undecided = records.indices.filter { remaining[$0] == 0 && records[$0].state == .pending }
    }

    func task(at place: Int) -> FlowTask { flow.tasks[graph.instances[place].task] }

    /// Makes tasks ready whose dependencies have ended; returns those to skip or fail.
    mutating func decide() -> [(place: Int, transition: TaskTransition, reason: String?)] {
        var changes: [(place: Int, transition: TaskTransition, reason: String?)] = []
        var decided = false
        // Those that were cancelled since need no decision.
        for place in undecided where records[place].state == .pending {
            let verdict = TaskVerdict(
                references: states(graph.references[place]),
                needs: states(graph.needs[place]),
                trigger: task(at: place).trigger
            )
            switch verdict {
            case .run:
                ready.append(place)
                decided = true
            case .skip(let reason): changes.append((place, .skip, reason))
            case .failUpstream(let reason): changes.append((place, .failUpstream, reason))
            }
        }
        undecided = []
        if decided { ready.sort(by: >) }
        return changes
    }

    /// How many ready tasks are looked at for one that fits.
    private static let reach = 256

    /// Takes the next task that fits, in the order of the graph.
    mutating func next(where fits: (FlowTask) -> Bool) -> Int? {
        // One task asks whether a tag is free again; the others come after it.
        let full = Set(blocks.values.compactMap(\.tag))
        let index = ready.suffix(Self.reach).lastIndex { place in
            let task = task(at: place)
            return task.tags.allSatisfy { !full.contains($0) || blocks[place] != nil } && fits(task)
        }
        guard let index else { return nil }
        let place = ready.remove(at: index)
        busy.insert(place)
        return place
    }

    /// Records that a task ended.
    mutating func end(_ record: TaskRecord, outputs: FlowValue?) {
        let place = record.position
        busy.remove(place)
        blocks[place] = nil
        records[place] = record
        records[place].dropInputs()
        if referred.contains(place) { self.outputs[place] = outputs }
        for dependent in graph.dependents[place] {
            remaining[dependent] -= 1
            if remaining[dependent] == 0, records[dependent].state == .pending {
                undecided.append(dependent)
            }
        }
    }

    /// Records that a task waits: for a time if one is given, else for a person or another process.
    mutating func hold(_ record: TaskRecord, until time: Int?) {
        busy.remove(record.position)
        blocks[record.position] = nil
        records[record.position] = record
        timers[record.position] = time
    }

    /// Records that the key or a tag of a task is in use: it is tried again, later each time.
    mutating func block(_ record: TaskRecord, on tag: String?, at time: Int) {
        let former = blocks[record.position]?.wait
        let wait = min(former.map { $0 * 2 } ?? Self.blockWaits.first, Self.blockWaits.most)
        hold(record, until: time + wait)
        blocks[record.position] = Block(wait: wait, tag: tag)
    }

    /// Lets blocked tasks be tried soon, since something has ended; the same one not more often than
    /// each first wait.
    mutating func hasten(at time: Int) {
        for (place, block) in blocks {
            guard let timer = timers[place] else { continue }
            let first = Self.blockWaits.first
            timers[place] = min(timer, max(time, timer - block.wait + first))
            // If it is still in use then, the waits begin anew.
            blocks[place]?.wait = first / 2
        }
    }

    /// Records that a task has its key and its tags.
    mutating func unblock(_ place: Int) { blocks[place] = nil }

    /// Whether a task has been found blocked since it could run.
    func isBlocked(_ place: Int) -> Bool { blocks[place] != nil }

    /// Whether a task is blocked now.
    var hasBlocked: Bool { !blocks.isEmpty }

    /// Makes the tasks ready whose time has come.
    mutating func wake(at time: Int) {
        let due = timers.filter { $0.value <= time }.keys
        guard !due.isEmpty else { return }
        for place in due {
            timers[place] = nil
            ready.append(place)
        }
        ready.sort(by: >)
    }

    /// Makes a task ready that a person has approved or resumed, once all that it comes after has
    /// ended.
    mutating func release(_ record: TaskRecord) {
        records[record.position] = record
        if remaining[record.position] == 0 { undecided.append(record.position) }
    }

    /// Removes and returns the tasks that have not ended and that no worker performs.
    mutating func withdraw() -> [Int] {
        ready = []
        undecided = []
        timers = [:]
        blocks = [:]
        return records.indices.filter { !records[$0].state.isTerminal && !busy.contains($0) }
    }

    /// Removes and returns the tasks that could run and that no worker performs.
    mutating func withdrawReady() -> [Int] {
        let places = (ready + timers.keys).sorted()
        ready = []
        timers = [:]
        blocks = [:]
        return places
    }

    mutating func replace(_ records: [TaskRecord]) { self.records = records }

    /// The time of the first timer.
    var nextTime: Int? { timers.values.min() }

    /// Whether this process has nothing left to do.
    var isAtRest: Bool { busy.isEmpty && ready.isEmpty && timers.isEmpty && undecided.isEmpty }

    var counts: [TaskState: Int] {
        records.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    /// What the expressions of a task can refer to: `base` and the tasks that it refers to.
    func scope(of place: Int, base: FlowScope) -> FlowScope {
        var scope = base
        scope.add(task(at: place).references, of: flow, graph, outputs)
        return scope
    }

    private func states(_ places: [Int]) -> [(task: String, state: TaskState)] {
        places.map { (records[$0].task, records[$0].state) }
    }
}

extension TaskRecord {
    /// Drops what the store has of a task that has ended and no other task needs: of thousands of
    /// tasks it is most of the memory.
    fileprivate mutating func dropInputs() {
        (key, inputs, contents) = (nil, nil, nil)
        (reservation, reservedFor, approvedKey, run) = (nil, nil, nil, nil)
    }
}
