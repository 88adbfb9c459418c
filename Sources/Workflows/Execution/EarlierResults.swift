import JSON
import Platform

/// Finds results that a task may use instead of running.
struct EarlierResults: Sendable {
    let setting: FlowSetting
    let run: FlowRunRecord

    /// The newest result of a key that may be used and is intact; nil if there is none.
    ///
    /// A result of the same chain of flow runs is used whatever its age, since a retry continues
    /// from it. Others must not have expired. An order that uses no earlier results leaves out all
    /// from before it, those of the same flow run too.
    ///
    /// - Parameter isForced: Whether results of this task from before the order are not used.
    func result(
        for key: String,
        of task: FlowTask,
        kind: any TaskKind,
        isForced: Bool
    ) throws -> StoredResult? {
        let now = setting.store.now()
        return try setting.store.results(for: key, lineage: run.lineage).first { result in
            if isForced || run.order.ignoresCache, result.id <= run.floor { return false }
            if result.flowRun != run.id {
                let isOwn = result.chain == run.lineage
                if !isOwn, let expiration = task.cacheExpiration {
                    let age = Double(now - result.madeAt) / 1000
                    // After the clock was set back, a result can seem to be from the future.
                    if age < 0 || age >= expiration { return false }
                }
            }
            return kind.isIntact(result.values)
                && result.files.allSatisfy { setting.files.isIntact($0) }
        }
    }
}

extension ResultFiles {
    /// The outputs of a result as expressions see them, with `files`.
    func outputs(of result: StoredResult) -> FlowValue {
        guard !result.files.isEmpty, case .object(let values) = result.outputs.value,
            case .object(let contents) = result.outputs.content
        else { return result.outputs }
        let paths = JSONObject(result.files.map { ($0.name, .string(path(of: $0))) })
        let digests = JSONObject(result.files.map { ($0.name, .string($0.digest)) })
        return FlowValue(
            .object(values.setting("files", .object(paths))),
            content: .object(contents.setting("files", .object(digests)))
        )
    }
}
