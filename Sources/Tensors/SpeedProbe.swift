internal import CKernels

/// How fast the machine computes just now, told in some milliseconds.
public enum SpeedProbe {
    /// The seconds that a fixed amount of work on all threads takes now.
    ///
    /// Two readings are compared: a processor that is throttled, or a virtual one that gets less of its
    /// host, has a longer one.
    public static func seconds(_ pool: WorkerPool) -> Double {
        let clock = ContinuousClock()
        var readings: [Double] = []
        while readings.count < fewest || readings.count < most && readings.reduce(0, +) < limit {
            let (seconds, attoseconds) = clock.measure {
                pool.run(tiles: pool.threadCount, priority: .interactive) { _, _ in
                    _ = wb_peak_float32(rounds)
                }
            }.components
            readings.append(Double(seconds) + Double(attoseconds) * 1e-18)
        }
        return readings.sorted()[readings.count / 2]
    }

    private static let rounds = 100_000
    private static let (fewest, most) = (3, 25)
    /// The seconds after which no other reading begins.
    private static let limit = 0.005
}
