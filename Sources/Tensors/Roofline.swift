internal import CKernels

/// What a machine can do at most, measured: the limits that speeds are compared with.
public enum Roofline {
    /// Billions of float32 operations a second in matrix products on all threads.
    ///
    /// OpenBLAS must be loaded, see `BLAS.load`.
    public static func float32Gflops(_ pool: WorkerPool) -> Double {
        let size = 768
        let matrices = (0..<pool.threadCount).map { _ in
            (
                FloatBuffer(count: size * size), FloatBuffer(count: size * size),
                FloatBuffer(count: size * size)
            )
        }
        let operations = 2 * Double(size * size * size) * Double(pool.threadCount)
        return best(of: 8, amount: operations) {
            pool.run(tiles: pool.threadCount, priority: .interactive) { tile, _ in
                let (c, a, b) = matrices[tile]
                BLAS.multiply(
                    c.pointer,
                    ldc: size,
                    a.pointer,
                    lda: size,
                    b.pointer,
                    ldb: size,
                    m: size,
                    n: size,
                    k: size
                )
            }
        }
    }

    /// Billions of bytes a second that all threads read together.
    public static func readGigabytesPerSecond(_ pool: WorkerPool) -> Double {
        let perThread = 64 << 18  // 64 MiB: more than the caches hold
        let buffers = (0..<pool.threadCount).map { _ in FloatBuffer(count: perThread) }
        let half = perThread / 2
        let sums = FloatBuffer(count: pool.threadCount)
        return best(of: 6, amount: Double(perThread * 4 * pool.threadCount)) {
            pool.run(tiles: pool.threadCount, priority: .interactive) { tile, _ in
                sums.pointer[tile] = wb_dot(
                    buffers[tile].pointer,
                    buffers[tile].pointer + half,
                    half
                )
            }
        }
    }

    private static func best(of rounds: Int, amount: Double, _ work: () -> Void) -> Double {
        let clock = ContinuousClock()
        let seconds = (0..<rounds).map { _ in
            let (seconds, attoseconds) = clock.measure(work).components
            return Double(seconds) + Double(attoseconds) * 1e-18
        }
        return amount / (seconds.min() ?? 1) / 1e9
    }
}
