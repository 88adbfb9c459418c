/// What tasks use of the machine and of the slots of tags.
struct TaskUse {
    let kinds: TaskKinds
    let limits: FlowLimits
    private(set) var cores = 0
    private(set) var memory: Int64 = 0
    private(set) var gpus = 0
    private(set) var tags: [String: Int] = [:]

    init(_ kinds: TaskKinds, _ limits: FlowLimits) {
        self.kinds = kinds
        self.limits = limits
    }

    /// The cores that a task uses, which may be all, but not more.
    func cores(of task: FlowTask) -> Int {
        min(limits.cores, task.resources.cores ?? kinds[task.kind]?.cores ?? 1)
    }

    mutating func add(_ task: FlowTask) {
        cores += cores(of: task)
        memory += task.resources.memory ?? 0
        gpus += task.resources.gpus ?? 0
        for tag in task.tags { tags[tag, default: 0] += 1 }
    }

    /// The first tag of a task of which no slot is left; other flow runs may use slots too.
    func fullTag(of task: FlowTask) -> String? {
        task.tags.first { tags[$0, default: 0] >= limits.tags[$0] ?? .max }
    }

    /// Whether there are cores, memory and accelerators for a task beside those that run.
    func fits(_ task: FlowTask) -> Bool {
        cores + cores(of: task) <= limits.cores
            && memory + (task.resources.memory ?? 0) <= limits.memory ?? .max
            && gpus + (task.resources.gpus ?? 0) <= limits.gpus
    }
}
