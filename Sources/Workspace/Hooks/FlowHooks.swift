import Platform
package import Workflows

/// Calls the hooks of flow runs that have ended.
///
/// A call that is due is a row, added in the transaction that ends the flow run, so it survives the
/// process. One process at a time calls, on a thread of its own. A process that ends between a call
/// and the removal of its row leaves it to the next one, with the same identity.
package final class FlowHooks: Sendable {
    private let store: FlowStore
    private let workspace: String
    private let lock: String
    private let waits: [Double]
    private let failed: @Sendable (HookDelivery, FlowRunRecord, _ reason: String) throws -> Void
    private let report: @Sendable (any Error) -> Void
    private let worker: ExclusiveWorker
    private let isClosed = Guarded(false)

    /// Those of this process that have called something and were not closed.
    private static let started = Guarded<[ObjectIdentifier: FlowHooks]>([:])

    /// Creates the hooks of a workspace; nothing is called yet.
    ///
    /// - Parameters:
    ///   - workspace: The workspace's folder.
    ///   - lock: The path of the lock of the process that calls.
    ///   - waits: The seconds before each repetition of a call that failed.
    ///   - failed: Receives a call that failed for the last time, in the transaction that removes it.
    ///   - report: Receives errors of the store, after which it is tried again.
    package init(
        _ store: FlowStore,
        workspace: String,
        lock: String,
        waits: [Double] = [1, 5, 25],
        failed: @escaping @Sendable (HookDelivery, FlowRunRecord, _ reason: String) throws -> Void,
        report: @escaping @Sendable (any Error) -> Void
    ) {
        self.store = store
        self.workspace = workspace
        self.lock = lock
        self.waits = waits
        self.report = report
        self.failed = failed
        worker = ExclusiveWorker(name: "wb-hooks", lock: lock)
    }

    /// Calls what is due in this process, unless another one does; returns at once.
    package func look() {
        do {
            // To try for a held lock would wake those who watch its folder, who would try too.
            guard !isClosed.withLock({ $0 }), try store.hasDueCalls(),
                OwnerLock.holder(of: lock) == nil
            else { return }
            Self.started.withLock { $0[ObjectIdentifier(self)] = self }
            try worker.start { [courier] in
                courier
            } failed: { [report] error in
                report(error)
            }
            worker.wake()
        } catch {
            report(error)
        }
    }

    /// Waits for the calls; those that fail are repeated for ten more seconds, and later by the next
    /// process that looks.
    package func close() {
        let wasClosed = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return isClosed
        }
        guard !wasClosed else { return }
        let isStarted =
            Self.started.withLock { $0.removeValue(forKey: ObjectIdentifier(self)) } != nil
        // A call in progress is not interrupted: it would be made twice.
        worker.stop()
        guard isStarted else { return }
        do {
            try callLast(before: .now + .seconds(10))
        } catch {
            report(error)
        }
    }

    /// Closes those of this process that were not closed: a command that only reads may have found a
    /// crash, and ends without closing its workspace.
    package static func finish() {
        for hooks in started.withLock({ Array($0.values) }) { hooks.close() }
    }

    private func callLast(before deadline: ContinuousClock.Instant) throws {
        let pause = Guarded(())
        while try store.hasDueCalls(), .now < deadline {
            var wait = 0.1
            if let held = try OwnerLock.take(lock) {
                defer { held.release() }
                guard let next = try courier.evaluate() else { return }
                wait = max(next, 0.001)
            }
            guard .now + .seconds(wait) < deadline else { return }
            _ = pause.wait(seconds: wait) { _ in Void?.none }
        }
    }

    private var courier: HookCourier {
        HookCourier(
            store: store,
            waits: waits,
            call: { [workspace] delivery, run in
                try HookCall(delivery, run, workspace: workspace).perform(isCancelled: { false })
            },
            failed: failed
        )
    }
}
