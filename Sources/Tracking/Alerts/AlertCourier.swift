import Platform

/// Delivers alerts to a command and a webhook, with retries; `ExclusiveWorker` is its thread.
///
/// A delivery is a row, so its retries survive restarts. It is at least once: a process that ends
/// between a delivery and its row delivers it again, with the same number.
package final class AlertCourier: RepeatedWork {
    private let store: TrackingStore
    private let targets: (Alert.Level) -> [String]
    private let send: (Alert, String) throws -> Void

    /// Creates a courier.
    ///
    /// - Parameters:
    ///   - targets: The targets of an alert of a level, as the settings have them now.
    ///   - send: Sends an alert to a target; throws if that failed.
    package init(
        _ store: TrackingStore,
        targets: @escaping (Alert.Level) -> [String],
        send: @escaping (Alert, String) throws -> Void
    ) {
        self.store = store
        self.targets = targets
        self.send = send
    }

    /// Whether an alert is not delivered yet.
    package func isNeeded() throws -> Bool { try store.hasOpenDeliveries() }

    /// Tries the deliveries that are due, each once.
    ///
    /// - Returns: The seconds until the next one is due; nil if none is pending.
    package func evaluate() throws -> Double? {
        try store.routeAlerts(to: targets)
        let start = store.configuration.now()
        for (alert, delivery) in try store.pendingDeliveries() where delivery.nextAt <= start {
            try store.save(tried(delivery, alert), of: alert.id)
        }
        guard let next = try store.pendingDeliveries().first?.delivery.nextAt else { return nil }
        return max(0, Double(next - store.configuration.now()) / 1000)
    }

    private func tried(_ delivery: AlertDelivery, _ alert: Alert) throws -> AlertDelivery {
        var delivery = delivery
        delivery.attempts += 1
        do {
            try send(alert, delivery.target)
            delivery.state = .delivered
            delivery.problem = nil
        } catch is CancellationError {
            // This process ends; the next one tries again.
            throw CancellationError()
        } catch {
            delivery.problem = CodedError<ErrorKind>(error).message
            if let wait = Self.wait(after: delivery.attempts) {
                delivery.nextAt = store.configuration.now() + wait
            } else {
                delivery.state = .failed
            }
        }
        return delivery
    }

    /// The milliseconds between two tries: 5 s, doubled each time, at most an hour; nil after the
    /// last one.
    package static func wait(after attempts: Int) -> Int? {
        attempts < limit ? min(5_000 << (attempts - 1), 3_600_000) : nil
    }

    /// How often a delivery is tried: over four and a half hours.
    package static let limit = 14
}
