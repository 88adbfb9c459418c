package import JSON

/// Records flow runs and their tasks in a tracker.
///
/// All calls are made within the transaction of the store that they belong to.
package protocol FlowRecorder: Sendable {
    /// Adds a run for a flow run, and returns its id.
    func created(_ run: FlowRunRecord) throws -> String?

    /// Records the state of a flow run: at its start and at its end.
    func changed(_ run: FlowRunRecord) throws

    /// Adds a run for a task whose first attempt begins, below that of its flow run, and returns its
    /// id.
    func started(_ task: TaskRecord, of run: FlowRunRecord) throws -> String?

    /// Records the end of a task that has a run.
    ///
    /// - Parameter log: The path of its log.
    func ended(_ task: TaskRecord, of run: FlowRunRecord, outputs: JSONObject, log: String) throws
}

/// Records nothing.
package struct NoFlowRecorder: FlowRecorder {
    package init() {}
    package func created(_ run: FlowRunRecord) -> String? { nil }
    package func changed(_ run: FlowRunRecord) {}
    package func started(_ task: TaskRecord, of run: FlowRunRecord) -> String? { nil }
    package func ended(
        _ task: TaskRecord,
        of run: FlowRunRecord,
        outputs: JSONObject,
        log: String
    ) {}
}
