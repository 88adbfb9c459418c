internal import CKernels

/// How fast one kernel is on all threads together, each with its own operands.
public struct KernelSpeed: Sendable, Equatable, Codable {
    /// The kernel's name.
    public let kernel: String
    /// The sizes that it was measured with.
    public let sizes: String
    /// Billions a second of `unit`.
    public let rate: Double
    /// What is counted: operations, numbers or bytes.
    public let unit: Unit
    /// The peak rate of the unit of the processor that does the work; nil where there is none to
    /// compare with.
    public let peak: Double?

    /// What a rate counts.
    public enum Unit: String, Sendable, Codable {
        /// Operations on floating-point numbers.
        case operations = "GFLOP/s"
        /// Operations on integers.
        case integerOperations = "Gop/s"
        /// Numbers that are packed or rounded.
        case numbers = "Gnumbers/s"
        /// Bytes of a weight that are read.
        case bytes = "GB/s"
    }

    /// Measures the kernels in use, for about two seconds.
    ///
    /// The sizes are those of a small model's products: weights of 576 and 1,536 columns.
    ///
    /// - Parameter peaks: What the same pool can do at most.
    public static func measure(_ pool: WorkerPool, _ peaks: Roofline) -> [KernelSpeed] {
        let bench = KernelBench(pool)
        return [
            bench.bfloat16Matrix(T: 512, N: 32, K: 576, peaks),
            bench.bfloat16Matrix(T: 512, N: 32, K: 1536, peaks),
            bench.bfloat16Matrix(T: 16, N: 64, K: 512, peaks),
            bench.float32Matrix(T: 512, N: 32, K: 576, peaks),
            bench.int8Matrix(.q4_1, T: 512, N: 32, K: 576, peaks),
            bench.int8Matrix(.q8_0, T: 512, N: 32, K: 1536, peaks),
            bench.int8Vector(.q4_0, N: 1536, K: 576),
            bench.int8Vector(.q8_0, N: 1536, K: 576),
            bench.attention(backward: false, peaks),
            bench.attention(backward: true, peaks),
            bench.packing("bf16_panels_of_rows", .q4_1),
            bench.packing("bf16_panels_of_columns", .q4_1),
            bench.packing("f32_panels_of_rows", .q4_1),
            bench.packing("int8_panels", .q4_1),
            bench.rounding(),
        ]
    }
}
