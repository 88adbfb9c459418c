import Platform
package import Workflows

/// Calls the hooks of flow runs that have ended.
///
/// A call that is due is a row, added in the transaction that ends the flow run, so it survives the
/// process. One process at a time calls, on a thread of its own. A process that ends between a call
/// and the removal of its row leaves it to the next one, with the same identity.
package final class FlowHooks: Sendable {
    private struct State {
        var isClosed = false
        /// When closing began.
        var closing: ContinuousClock.Instant?
        /// Whether this process has tried to call.
        var hasStarted = false
        /// The flow runs that have ended in this process.
        var ended: Set<String> = []

        /// Whether it is the first call about a flow run of this process, which is waited for.
        func isAwaited(_ delivery: HookDelivery) -> Bool {
            delivery.attempts == 0 && ended.contains(delivery.flowRun)
        }
    }

    private let store: FlowStore
    private let workspace: String
    private let lock: String
    private let waits: [Double]
    private let now: @Sendable () -> ContinuousClock.Instant
    private let failed: @Sendable (HookDelivery, FlowRunRecord, _ reason: String) throws -> Void
    private let report: @Sendable (any Error) -> Void
    private let worker: ExclusiveWorker
    private let unstored = Guarded<[String: HookCourier.Outcome]>([:])
    private let state = Guarded(State())

    /// Those of this process that have something to call and were not closed.
    private static let unclosed = Guarded<[ObjectIdentifier: FlowHooks]>([:])

    /// Creates the hooks of a workspace; nothing is called yet.
    ///
    /// - Parameters:
    ///   - workspace: The workspace's folder.
    ///   - lock: The path of the lock of the process that calls.
    ///   - waits: The seconds before each repetition of a call that failed.
    ///   - now: The clock that limits closing.
    ///   - failed: Receives a call that failed for the last time, in the transaction that removes it.
    ///   - report: Receives errors of the store, after which it is tried again.
    package init(
        _ store: FlowStore,
        workspace: String,
        lock: String,
        waits: [Double] = [1, 5, 25],
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        failed: @escaping @Sendable (HookDelivery, FlowRunRecord, _ reason: String) throws -> Void,
        report: @escaping @Sendable (any Error) -> Void
    ) {
        self.store = store
        self.workspace = workspace
        self.lock = lock
        self.waits = waits
        self.now = now
        self.report = report
        self.failed = failed
        worker = ExclusiveWorker(name: "wb-hooks", lock: lock)
    }

    /// Calls what is due in this process, unless another one does; returns at once.
    ///
    /// - Parameter ended: A flow run that has ended in this process, so that ``close()`` waits for its
    ///   calls.
    package func look(at ended: String? = nil) {
        do {
            guard !state.read({ $0.isClosed }), try store.hasDueCalls() else { return }
            let holder = OwnerLock.holder(of: lock)
            if let ended { state.withLock { _ = $0.ended.insert(ended) } }
            if ended != nil || holder == nil {
                Self.unclosed.withLock { $0[ObjectIdentifier(self)] = self }
            }
            // To try for a lock that another process holds would wake those who watch its folder.
            guard holder == nil else {
                if holder == ProcessEnvironment.number { worker.wake() }
                return
            }
            state.withLock { $0.hasStarted = true }
            try worker.start { [self] in
                courier { [state] _ in !state.read { $0.isClosed } }
            } failed: { [report] error in
                report(error)
            }
            worker.wake()
        } catch {
            report(error)
        }
    }

    /// Waits for the call in progress, and then calls what is still due.
    ///
    /// The first calls about flow runs of this process begin within a minute, other calls within ten
    /// seconds. The next process that looks makes the rest.
    package func close() {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        guard !wasClosed else { return }
        let start = now()
        state.withLock { $0.closing = start }
        let isUnclosed =
            Self.unclosed.withLock { $0.removeValue(forKey: ObjectIdentifier(self)) } != nil
        worker.stop()
        guard isUnclosed else { return }
        do {
            try callLast(since: start)
        } catch {
            report(error)
        }
    }

    /// Closes those of this process that were not closed: a command that only reads may have found a
    /// crash, and ends without closing its workspace.
    package static func finish() {
        for hooks in unclosed.withLock({ Array($0.values) }) { hooks.close() }
    }

    private func callLast(since start: ContinuousClock.Instant) throws {
        let state = state.read { $0 }
        let mayBegin: @Sendable (HookDelivery) -> Bool = { [now] delivery in
            guard state.hasStarted || state.ended.contains(delivery.flowRun) else { return false }
            return now() < start + .seconds(state.isAwaited(delivery) ? 60 : 10)
        }
        let courier = courier(mayBegin)
        let pause = Guarded(())
        while try store.dueCalls().contains(where: mayBegin) {
            var wait = 0.1
            if OwnerLock.holder(of: lock) == nil, let held = try OwnerLock.take(lock) {
                defer { held.release() }
                guard let next = try courier.evaluate() else { return }
                wait = max(next, 0.001)
            }
            guard now() + .seconds(wait) < start + .seconds(10) else { return }
            _ = pause.wait(seconds: wait) { _ in Void?.none }
        }
    }

    private func courier(_ mayBegin: @escaping @Sendable (HookDelivery) -> Bool) -> HookCourier {
        HookCourier(
            store: store,
            waits: waits,
            unstored: unstored,
            mayBegin: mayBegin,
            call: { [self] in try call($0, $1) },
            failed: failed
        )
    }

    private func call(_ delivery: HookDelivery, _ run: FlowRunRecord) throws {
        let begun = now()
        do {
            try HookCall(delivery, run, workspace: workspace).perform {
                // A command is not interrupted: it would be done in part, and then again.
                guard case .webhook = delivery.hook.target else { return false }
                return state.read { $0.closing != nil && !$0.isAwaited(delivery) }
                    && now() > begun + .seconds(10)
            }
        } catch is CancellationError {
            throw WorkspaceError(
                .failed,
                "The webhook had not answered when the program ended."
            )
        }
    }
}
