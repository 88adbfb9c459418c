import Glibc

/// The recent duration of a step.
public struct Pace: Sendable, Equatable {
    /// A smoothed mean, or nil before the first step.
    public private(set) var secondsPerStep: Double?

    /// The weight of the newest step in the mean.
    private static let newestShare = 0.2

    mutating func add(seconds: Double) {
        let mean = secondsPerStep ?? seconds
        secondsPerStep = mean + Self.newestShare * (seconds - mean)
    }

    /// Seconds of the system's monotonic clock.
    public static func monotonicSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
