internal import Platform

/// The folders of flow runs in a workspace.
package struct FlowFolders: Sendable {
    /// Locks of flow runs, tasks, keys and tags.
    package let locks: String
    /// A folder for each flow run: logs and files of attempts.
    package let runs: String
    /// The files of results, by content.
    package let results: String

    /// Creates the paths; the folders are not accessed.
    package init(locks: String, runs: String, results: String) {
        self.locks = locks
        self.runs = runs
        self.results = results
    }

    /// The folder of a flow run.
    package func folder(of run: String) -> String { "\(runs)/\(run)" }

    /// The log of a task.
    package func log(of position: Int, in run: String) -> String {
        "\(folder(of: run))/\(position).log"
    }

    /// The folder for files of one attempt.
    func scratch(of position: Int, attempt: Int, in run: String) -> String {
        "\(folder(of: run))/\(position)-\(attempt)"
    }

    /// The lock of a flow run.
    package func lock(of run: String) -> String { "\(locks)/flow-\(run)" }

    /// The lock of a task, which the programs that it starts inherit.
    func lock(of position: Int, in run: String) -> String { "\(locks)/task-\(run)-\(position)" }

    /// The locks of the tasks of a flow run that have begun.
    package func taskLocks(of run: String) -> [String] {
        Files.names(in: locks).filter { $0.hasPrefix("task-\(run)-") && !$0.hasSuffix(".group") }
            .map { "\(locks)/\($0)" }
    }

    /// The lock of a key that is being computed.
    func lock(key: String) -> String { "\(locks)/key-\(key.prefix(40))" }

    /// The lock of one slot of a tag.
    func lock(tag: String, slot: Int) -> String { "\(locks)/tag-\(slot)-\(tag)" }
}

/// What tasks may use of the machine at once.
package struct FlowLimits: Sendable {
    /// Processor cores.
    package var cores: Int
    /// Bytes of memory; nil if not known.
    package var memory: Int64?
    /// Accelerators.
    package var gpus: Int
    /// The most tasks with a tag at once, over all flow runs.
    package var tags: [String: Int]

    /// Creates limits.
    package init(cores: Int, memory: Int64? = nil, gpus: Int = 0, tags: [String: Int] = [:]) {
        self.cores = cores
        self.memory = memory
        self.gpus = gpus
        self.tags = tags
    }
}
