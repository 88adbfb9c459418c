public import FoundationEssentials

/// What the machine's memory and accelerators do at one moment; every figure is measured.
public struct MachineReading: Equatable, Sendable, Codable {
    /// One accelerator.
    public struct GPU: Equatable, Sendable, Codable {
        /// The product's name.
        public var name: String
        /// Bytes in use by all processes.
        public var memoryUsed: Int64
        /// Bytes in all.
        public var memoryTotal: Int64
        /// Share of time in which it computed, 0 to 1; nil where the driver does not say.
        public var utilization: Double?

        /// Creates a reading of one accelerator.
        public init(name: String, memoryUsed: Int64, memoryTotal: Int64, utilization: Double?) {
            self.name = name
            self.memoryUsed = memoryUsed
            self.memoryTotal = memoryTotal
            self.utilization = utilization
        }
    }

    /// When it was measured.
    public var takenAt: Date
    /// Accelerators; empty on a machine without one.
    public var gpus: [GPU]
    /// Where the figures come from: `NVML`, `sysfs` or, without an accelerator, `process`.
    public var source: String
    /// Resident bytes of this process.
    public var residentBytes: Int64
    /// Bytes of the machine's memory that are in use.
    public var memoryUsed: Int64
    /// Bytes of the machine's memory.
    public var memoryTotal: Int64

    /// Creates a reading.
    public init(
        takenAt: Date,
        gpus: [GPU],
        source: String,
        residentBytes: Int64,
        memoryUsed: Int64,
        memoryTotal: Int64
    ) {
        self.takenAt = takenAt
        self.gpus = gpus
        self.source = source
        self.residentBytes = residentBytes
        self.memoryUsed = memoryUsed
        self.memoryTotal = memoryTotal
    }
}
