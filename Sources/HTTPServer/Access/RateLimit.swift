import NIOConcurrencyHelpers

/// A limit of calls per second for each caller.
///
/// A caller that paused may make a burst of calls; a steady one gets the rate.
package final class RateLimit: Sendable {
    private struct Account {
        var calls: Double
        var since: ContinuousClock.Instant
    }

    /// The size of a burst, in seconds of the rate.
    private static let burst = 5.0
    private static let maximumAccounts = 10_000

    private let rate: Double
    private let accounts = NIOLockedValueBox<[String: Account]>([:])

    /// - Parameter callsPerSecond: More than 0.
    package init(callsPerSecond: Int) { rate = Double(callsPerSecond) }

    /// Counts a call; false if there were too many.
    package func admits(_ caller: String, at now: ContinuousClock.Instant = .now) -> Bool {
        accounts.withLockedValue { accounts in
            // An account that is full again is the same as a new one.
            if accounts.count >= Self.maximumAccounts {
                accounts = accounts.filter { seconds(from: $0.value.since, to: now) < Self.burst }
            }
            var account = accounts[caller] ?? Account(calls: rate * Self.burst, since: now)
            let earned = max(0, seconds(from: account.since, to: now)) * rate
            account.calls = min(rate * Self.burst, account.calls + earned)
            account.since = now
            let isAdmitted = account.calls >= 1
            if isAdmitted { account.calls -= 1 }
            accounts[caller] = account
            return isAdmitted
        }
    }

    private func seconds(
        from start: ContinuousClock.Instant,
        to end: ContinuousClock.Instant
    ) -> Double {
        let (seconds, attoseconds) = (end - start).components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
