internal import CKernels

/// The measured peak rates of a machine, which speeds are compared with.
public struct Roofline: Sendable, Equatable, Codable {
    /// Billions of float32 operations a second, on all threads together.
    public let float32Gflops: Double
    /// Billions of bfloat16 operations a second with float32 sums.
    public let bfloat16Gflops: Double
    /// Billions of bfloat16 operations a second of the tile units, all threads using theirs at once,
    /// since two may share one; nil without them.
    public let tileGflops: Double?
    /// Billions of 8-bit integer operations a second.
    public let int8Gops: Double
    /// Billions of bytes a second read from memory.
    public let readGigabytesPerSecond: Double

    /// For measurements that are compared with no peak.
    static let unknown = Roofline(
        float32Gflops: 0,
        bfloat16Gflops: 0,
        tileGflops: nil,
        int8Gops: 0,
        readGigabytesPerSecond: 0
    )

    /// The faster of the two ways to multiply bfloat16 numbers.
    public var fastestBfloat16Gflops: Double { max(bfloat16Gflops, tileGflops ?? 0) }

    /// Measures what the threads of `pool` can do: about half a second.
    public static func measure(_ pool: WorkerPool) -> Roofline {
        let rounds = 500_000
        func rate(rounds: Int = rounds, perRound: Double, _ kernel: (Int) -> Void) -> Double {
            best(of: 5, amount: Double(rounds * pool.threadCount) * perRound) {
                pool.run(tiles: pool.threadCount, priority: .interactive) { _, _ in kernel(rounds) }
            }
        }
        return Roofline(
            float32Gflops: rate(perRound: 24 * 32) { _ = wb_peak_float32($0) },
            bfloat16Gflops: rate(perRound: 24 * 64) { _ = wb_peak_bfloat16($0) },
            tileGflops: InstructionSet.hasTiles
                ? rate(rounds: 50_000, perRound: 4 * 16_384) { _ = wb_peak_tiles($0) } : nil,
            int8Gops: rate(perRound: 24 * 128) { _ = wb_peak_int8($0) },
            readGigabytesPerSecond: readGigabytesPerSecond(pool)
        )
    }

    private static func readGigabytesPerSecond(_ pool: WorkerPool) -> Double {
        let perTile = 1 << 18  // 1 MiB
        let tiles = 256  // 256 MiB: far more than the caches hold
        let memory = FloatBuffer(count: tiles * perTile)
        let sums = FloatBuffer(count: tiles)
        return best(of: 6, amount: Double(tiles * perTile * 4)) {
            pool.run(tiles: tiles, priority: .interactive) { tile, _ in
                let start = memory.pointer + tile * perTile
                sums.pointer[tile] = wb_dot(start, start + perTile / 2, perTile / 2)
            }
        }
    }

    static func best(of rounds: Int, amount: Double, _ work: () -> Void) -> Double {
        let clock = ContinuousClock()
        let seconds = (0..<rounds).map { _ in
            let (seconds, attoseconds) = clock.measure(work).components
            return Double(seconds) + Double(attoseconds) * 1e-18
        }
        return amount / (seconds.min() ?? 1) / 1e9
    }
}
