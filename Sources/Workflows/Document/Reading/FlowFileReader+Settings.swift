extension FlowFileReader {
    /// Reads what a task or the defaults set.
    func readSettings(
        _ node: DocumentNode,
        _ defaults: DocumentNode?,
        _ task: inout FlowTask
    ) {
        func setting(_ name: String) -> DocumentNode? { node[name] ?? defaults?[name] }
        task.retries = setting("retries")?.int ?? 0
        if let delay = setting("retry_delay_seconds").flatMap(retryDelay) {
            task.retryDelay = delay
        }
        task.timeout = setting("timeout_seconds")?.seconds
        if task.timeout == 0, let timeout = setting("timeout_seconds") {
            faults.add(timeout.position, "`timeout_seconds` must be more than 0.")
        }
        task.cacheExpiration = setting("cache_expiration")?.seconds
        for tag in setting("tags")?.texts ?? [] where !task.tags.contains(tag) {
            task.tags.append(tag)
        }
        if let resources = node["resources"] {
            task.resources.cores = resources["cores"]?.int
            task.resources.memory = resources["memory"]?.byteCount
            task.resources.gpus = resources["gpus"]?.int
            task.resources.engine = resources["engine"]?.text ?? task.resources.engine
        }
        if let approval = node["approve"], approval.bool != false {
            task.approval = TaskApproval(timeout: approval["timeout_seconds"]?.seconds)
        }
    }

    private func retryDelay(_ node: DocumentNode) -> RetryDelay? {
        if let seconds = node.seconds { return .list([seconds]) }
        if let list = node.list {
            if list.isEmpty { faults.add(node.position, "`retry_delay_seconds` is an empty list.") }
            return .list(list.compactMap(\.seconds))
        }
        guard let first = node["first"]?.seconds else { return nil }
        return .growing(
            first: first,
            factor: node["factor"]?.scalar?.double ?? 2,
            max: node["max"]?.seconds ?? 3_600,
            jitter: node["jitter"]?.scalar?.double ?? 0
        )
    }
}
