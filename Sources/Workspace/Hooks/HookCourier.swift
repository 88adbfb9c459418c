import Database
import JSON
import Platform
import Runs
import Workflows

/// Makes the calls that are due, each once, and decides when those that fail are repeated.
struct HookCourier: RepeatedWork, Sendable {
    /// How a call ended.
    enum Outcome: Sendable {
        case made
        case failed(reason: String)
    }

    let store: FlowStore
    let waits: [Double]
    /// The outcomes that could not be stored, such as on a full disk: these calls are not made again.
    let unstored: Guarded<[String: Outcome]>
    /// Whether a call may still begin.
    let mayBegin: @Sendable (HookDelivery) -> Bool
    let call: @Sendable (HookDelivery, FlowRunRecord) throws -> Void
    let failed: @Sendable (HookDelivery, FlowRunRecord, String) throws -> Void

    func isNeeded() throws -> Bool { try store.hasDueCalls() }

    func evaluate() throws -> Double? {
        let start = store.now()
        for delivery in try store.dueCalls() where delivery.nextAt <= start && mayBegin(delivery) {
            try attempt(delivery)
        }
        guard let next = try store.dueCalls().first?.nextAt else { return nil }
        return max(0, Double(next - store.now()) / 1000)
    }

    private func attempt(_ delivery: HookDelivery) throws {
        let run = try store.run(delivery.flowRun)
        let key = "\(delivery.identity) \(delivery.attempts)"
        let outcome = unstored.read { $0[key] } ?? outcome(delivery, run)
        unstored.withLock { $0[key] = outcome }
        try settle(delivery, run, outcome)
        unstored.withLock { $0[key] = nil }
    }

    private func outcome(_ delivery: HookDelivery, _ run: FlowRunRecord) -> Outcome {
        do {
            try call(delivery, run)
            return .made
        } catch {
            return .failed(reason: CodedError<ErrorKind>(error).message)
        }
    }

    private func settle(
        _ delivery: HookDelivery,
        _ run: FlowRunRecord,
        _ outcome: Outcome
    ) throws {
        guard case .failed(let reason) = outcome else { return try store.remove(delivery) }
        guard delivery.attempts < waits.count else {
            return try store.database.write(.full) { _, changes in
                try failed(delivery, run, reason)
                try store.remove(delivery)
                changes.note(.flowRun, run.id, "hook")
            }
        }
        var delivery = delivery
        delivery.nextAt = store.now() + Int(waits[delivery.attempts] * 1000)
        delivery.attempts += 1
        try store.save(delivery)
    }
}

extension HookCall {
    /// The call of a hook about the end of a flow run.
    init(_ delivery: HookDelivery, _ run: FlowRunRecord, workspace: String) {
        self.init(
            target: delivery.hook.target,
            folder: run.folder,
            environment: [
                "WORKBENCH_FLOW": run.flow, "WORKBENCH_FLOW_RUN": run.id,
                "WORKBENCH_FLOW_FILE": run.path, "WORKBENCH_STATE": delivery.state.rawValue,
                "WORKBENCH_REASON": delivery.reason ?? "", "WORKBENCH_RUN": run.run ?? "",
                "WORKBENCH_HOOK_ID": delivery.identity, "WORKBENCH_HOME": workspace,
            ],
            payload: Self.payload(delivery, run),
            identity: delivery.identity
        )
    }

    /// The object that a webhook gets; `text` is what Slack and Mattermost show.
    private static func payload(_ delivery: HookDelivery, _ run: FlowRunRecord) -> JSONObject {
        func optional(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        let state = delivery.state.rawValue
        let sentence = "\(run.flow) \(state)" + (delivery.reason.map { ": \($0)" } ?? "")
        return JSONObject([
            ("event", "flow_run"), ("text", .string(sentence)), ("flow", .string(run.flow)),
            ("flow_run", .string(run.id)), ("file", .string(run.path)), ("state", .string(state)),
            ("reason", optional(delivery.reason)), ("run", optional(run.run)),
            ("created_at", .integer(run.createdAt)), ("ended_at", .integer(delivery.endedAt)),
        ])
    }
}
