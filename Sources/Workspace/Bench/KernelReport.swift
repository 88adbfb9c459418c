import Machine
import Platform
import Tensors

/// The speeds of the kernels in use.
public struct KernelReport: Sendable, Equatable, Codable {
    /// The speed of one kernel, on all threads together.
    public struct Speed: Sendable, Equatable, Codable {
        /// The kernel's name.
        public var kernel: String
        /// The sizes that it was measured with.
        public var sizes: String
        /// Billions a second of `unit`.
        public var rate: Double
        /// What is counted, such as `GFLOP/s`.
        public var unit: String
        /// The peak rate of the unit of the processor that does the work; nil where there is none to
        /// compare with.
        public var peak: Double?
    }

    /// The processor's name.
    public var processor: String
    /// The threads that computed at once.
    public var threads: Int
    /// The kernels in use, as `WORKBENCH_ISA` names them.
    public var instructionSet: String
    /// The speed of each.
    public var kernels: [Speed]
}

extension Workspace {
    /// Measures the kernels, for some seconds.
    ///
    /// Blocks.
    public func measureKernels() throws -> KernelReport {
        try WorkspaceError.translating { try InstructionSet.check() }
        let pool = WorkerPool.shared
        let speeds = KernelSpeed.measure(pool, Roofline.measure(pool))
        return KernelReport(
            processor: Processor.name,
            threads: pool.threadCount,
            instructionSet: InstructionSet.name,
            kernels: speeds.map {
                KernelReport.Speed(
                    kernel: $0.kernel,
                    sizes: $0.sizes,
                    rate: $0.rate,
                    unit: $0.unit.rawValue,
                    peak: $0.peak
                )
            }
        )
    }
}
