import JSON
import Logging
import Platform
import Runs
package import Workflows

/// Calls the hooks of flows when their flow runs end.
///
/// The process that records the end calls them, on a thread of their own, so each end is reported
/// once. A call that fails is repeated; if the last one fails, an alert is raised.
package final class FlowHooks: Sendable {
    /// The end of a flow run.
    package struct Ending: Sendable {
        /// The flow run.
        package var run: FlowRunRecord
        /// The hooks of its flow.
        package var hooks: [FlowHook]
        /// How it ended.
        package var state: FlowState
        /// Why.
        package var reason: String?

        /// Creates an ending from its parts.
        package init(
            run: FlowRunRecord,
            hooks: [FlowHook],
            state: FlowState,
            reason: String? = nil
        ) {
            self.run = run
            self.hooks = hooks
            self.state = state
            self.reason = reason
        }
    }

    private let workspace: String
    private let queue = WorkQueue(name: "wb-hooks", owner: "The workspace")
    /// When calls are not repeated any more; nil until the service closes.
    private let end = Guarded<ContinuousClock.Instant?>(nil)
    private let waits: [Double]
    private let failed: @Sendable (_ ending: Ending, _ hook: FlowHook, _ reason: String) -> Void

    /// Creates the thread's queue.
    ///
    /// - Parameters:
    ///   - workspace: The workspace's folder.
    ///   - waits: The seconds before each repetition of a call that failed.
    ///   - failed: Receives a hook whose last call failed.
    package init(
        workspace: String,
        waits: [Double] = [1, 5, 25],
        failed: @escaping @Sendable (_ ending: Ending, _ hook: FlowHook, _ reason: String) -> Void
    ) {
        self.workspace = workspace
        self.waits = waits
        self.failed = failed
    }

    /// Calls the hooks of an end, in the order of the file; returns at once.
    package func call(_ ending: Ending) {
        guard let occasion = FlowHook.Occasion(ending.state) else { return }
        for hook in ending.hooks where hook.occasion == occasion {
            do throws(PlatformError) {
                Self.open.withLock { $0 += 1 }
                try queue.add { [self] in
                    perform(hook, ending)
                    Self.open.withLock { $0 -= 1 }
                }
            } catch {
                Self.open.withLock { $0 -= 1 }
                failed(ending, hook, error.message)
            }
        }
    }

    /// The number of calls of this process that have not ended.
    private static let open = Guarded(0)

    /// Waits for all calls of this process, at most twelve seconds: a command that only reads may have
    /// found a crash, and ends without closing its workspace.
    package static func finish() {
        _ = open.wait(seconds: 12) { $0 == 0 ? () : nil }
    }

    /// Waits for the calls; those that fail are repeated for ten more seconds.
    package func close() {
        end.withLock { $0 = .now + .seconds(10) }
        queue.close()
    }

    private func perform(_ hook: FlowHook, _ ending: Ending) {
        let call = HookCall(
            target: hook.target,
            folder: ending.run.folder,
            environment: ending.variables.merging(["WORKBENCH_HOME": workspace]) { $1 },
            payload: ending.payload,
            identity: "workbench-flow-\(ending.run.id)-\(ending.run.endedAt ?? 0)"
        )
        for wait in waits.map(Optional.some) + [nil] {
            do {
                return try call.perform(isCancelled: { false })
            } catch {
                guard let wait, pause(wait) else {
                    return failed(ending, hook, CodedError<ErrorKind>(error).message)
                }
            }
        }
    }

    /// Waits before a repetition; false if there is no time left for it.
    private func pause(_ seconds: Double) -> Bool {
        let next = ContinuousClock.now + .seconds(seconds)
        let isOver = end.wait(seconds: seconds) { end in
            if let end, end < next { true } else { nil as Bool? }
        }
        return isOver == nil
    }
}

extension FlowHook.Occasion {
    /// The occasion of an end; nil if no hook is called.
    init?(_ state: FlowState) {
        switch state {
        case .completed: self = .success
        case .failed: self = .failure
        case .crashed: self = .crash
        case .cancelled, .pending, .running, .paused, .waitingApproval: return nil
        }
    }
}

extension FlowHooks.Ending {
    /// The variables of a command.
    var variables: [String: String] {
        [
            "WORKBENCH_FLOW": run.flow, "WORKBENCH_FLOW_RUN": run.id,
            "WORKBENCH_FLOW_FILE": run.path, "WORKBENCH_STATE": state.rawValue,
            "WORKBENCH_REASON": reason ?? "", "WORKBENCH_RUN": run.run ?? "",
        ]
    }

    /// The object that a webhook gets; `text` is what Slack and Mattermost show.
    var payload: JSONObject {
        func optional(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        let sentence = "\(run.flow) \(state.rawValue)" + (reason.map { ": \($0)" } ?? "")
        return JSONObject([
            ("event", "flow_run"), ("text", .string(sentence)), ("flow", .string(run.flow)),
            ("flow_run", .string(run.id)), ("file", .string(run.path)),
            ("state", .string(state.rawValue)), ("reason", optional(reason)),
            ("run", optional(run.run)), ("created_at", .integer(run.createdAt)),
            ("ended_at", run.endedAt.map { .integer($0) } ?? .null),
        ])
    }
}
