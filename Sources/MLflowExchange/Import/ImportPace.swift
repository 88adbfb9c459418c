import Glibc

/// How much an import writes at once, so that other writers wait for a fraction of a second at most.
struct ImportPace {
    /// The number of rows of the next transaction.
    private(set) var rows = 500

    /// How long a transaction should take.
    private static let target = Duration.milliseconds(50)
    private static let most = 200_000

    /// Adapts the size to how long the last transaction took.
    mutating func adapt(to duration: Duration) {
        let rate = Self.target / max(duration, .microseconds(100))
        // A slow one is taken seriously at once, a fast one step by step.
        let next = Int(Double(rows) * min(rate, 2))
        rows = min(max(next, 50), Self.most)
    }

    /// Lets others write: those that wait for the database look for it every few milliseconds.
    func rest() { usleep(10_000) }
}
