internal import COpenBLAS
internal import Platform
internal import Synchronization

/// Large float32 matrix products by OpenBLAS, on the calling thread.
public enum BLAS {
    private static let loading = Mutex(false)

    /// Loads OpenBLAS if it is not loaded yet; a model does so before it computes.
    ///
    /// - Throws: `TensorError` if the library is not installed.
    public static func load() throws {
        let isLoaded = loading.withLock { isLoaded in
            if !isLoaded { isLoaded = wb_blas_load() }
            return isLoaded
        }
        guard isLoaded else {
            throw TensorError(
                .missingLibrary,
                "OpenBLAS cannot be loaded (\(String(cString: wb_blas_error()))).",
                hint: "install it, on Debian with: apt-get install libopenblas-dev"
            )
        }
    }

    /// The name of the kernels OpenBLAS chose; results may differ in bits between them.
    public static func coreName() throws -> String {
        try load()
        return String(cString: wb_blas_core())
    }

    /// `C = alpha * op(A) * op(B) + beta * C` in row-major order.
    ///
    /// - Parameters:
    ///   - c: The result, (m, n), rows `ldc` apart.
    ///   - a: `op(A)` is (m, k); rows of A as stored are `lda` apart.
    ///   - b: `op(B)` is (k, n); rows of B as stored are `ldb` apart.
    @inline(__always)
    public static func multiply(
        _ c: UnsafeMutablePointer<Float>,
        ldc: Int,
        _ a: UnsafePointer<Float>,
        lda: Int,
        transposeA: Bool = false,
        _ b: UnsafePointer<Float>,
        ldb: Int,
        transposeB: Bool = false,
        m: Int,
        n: Int,
        k: Int,
        alpha: Float = 1,
        beta: Float = 0
    ) {
        wb_sgemm(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
    }
}
