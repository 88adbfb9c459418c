import Database
import EventBus
public import FoundationEssentials
import Logging
import Platform
import Runs
public import Tracking

/// Raises, lists, acknowledges and delivers alerts.
///
/// The calls block, and throw ``WorkspaceError``.
public final class AlertService: Sendable {
    private let opened: OpenedFolder
    private let events: EventBus<WorkspaceEvent>
    private let calls: AlertCalls
    private let worker: ExclusiveWorker

    init(_ opened: OpenedFolder, _ events: EventBus<WorkspaceEvent>, calls: AlertCalls) {
        self.opened = opened
        self.events = events
        self.calls = calls
        worker = ExclusiveWorker(name: "wb-alert", lock: Self.lock(opened))
    }

    private static func lock(_ opened: OpenedFolder) -> String { "\(opened.layout.locks)/alerts" }

    private var store: TrackingStore { opened.store }

    // MARK: - Alerts

    /// Raises an alert, which is shown wherever the workspace is open, and delivered.
    ///
    /// The same alert within ten minutes, or more than 20 of one run or flow run in them, only counts
    /// up the one before.
    ///
    /// - Returns: The alert; nil if it got no row of its own.
    @discardableResult
    public func raise(_ request: AlertRequest) throws -> Alert? {
        try opened.checkWritable()
        return try WorkspaceError.translating { try store.raise(request) }
    }

    /// Alerts, the newest first.
    ///
    /// - Parameters:
    ///   - since: Only those raised or repeated since then; nil for all.
    ///   - open: Only those that nobody has acknowledged.
    ///   - limit: At most this many.
    public func list(since: Date? = nil, open: Bool = false, limit: Int = 1_000) throws -> [Alert] {
        let first = since.map { Int(($0.timeIntervalSince1970 * 1000).rounded()) } ?? 0
        return try WorkspaceError.translating {
            try store.alerts(since: first, open: open, limit: limit)
        }
    }

    /// The number of alerts that nobody has acknowledged.
    public func openCount() throws -> Int {
        try WorkspaceError.translating { try store.openAlertCount() }
    }

    /// Acknowledges alerts.
    ///
    /// - Parameter ids: Their numbers; nil for all.
    /// - Returns: How many nobody had acknowledged before.
    @discardableResult
    public func acknowledge(_ ids: [Int]? = nil) throws -> Int {
        try opened.checkWritable()
        return try WorkspaceError.translating { try store.acknowledge(ids) }
    }

    // MARK: - Changes

    /// Publishes the change feed's entries about alerts, of all processes and clients.
    func publish(_ changes: [Change]) throws {
        let changes = changes.filter { $0.kind == .alert }
        let raised = changes.filter { $0.what == "raised" }
        for change in raised {
            if let id = Int(change.item), let alert = try store.alert(id) {
                events.publish(.alert(alert))
            }
        }
        if changes.count > raised.count { events.publish(.alertsChanged) }
        if !raised.isEmpty { worker.wake() }
    }

    // MARK: - Delivery

    /// Delivers alerts in this process, unless another one does: at its start if the workspace is
    /// watched, and whenever this process has raised one.
    func startDelivering() {
        guard opened.access == .full else { return }
        do throws(PlatformError) {
            try worker.start { [store, calls, worker] in
                calls.courier(store) { worker.isStopped }
            } failed: { [log = opened.log] error in
                guard !(error is CancellationError) else { return }
                log.warning("Alerts could not be delivered: \(error)")
            }
            worker.wake()
        } catch {
            opened.log.warning("\(error)")
        }
    }

    /// Ends deliveries; those that were never tried are tried now, for at most five seconds.
    func close() {
        worker.stop()
        guard opened.access == .full else { return }
        let deadline = ContinuousClock.now + .seconds(5)
        do {
            guard
                try store.hasUnroutedAlerts()
                    || store.pendingDeliveries().contains(where: { $0.delivery.attempts == 0 }),
                let lock = try OwnerLock.take(Self.lock(opened))
            else { return }
            defer { lock.release() }
            _ = try calls.courier(store) { ContinuousClock.now > deadline }.evaluate()
        } catch is CancellationError {
            return
        } catch {
            opened.log.warning("Alerts could not be delivered: \(error)")
        }
    }
}
