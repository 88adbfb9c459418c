public import FoundationEssentials

/// The state of the machine's memory and accelerators at one moment; every figure is measured.
public struct MachineReading: Equatable, Sendable, Codable {
    /// One accelerator.
    public struct GPU: Equatable, Sendable, Codable {
        /// The product's name.
        public var name: String
        /// Bytes in use by all processes.
        public var memoryUsed: Int64
        /// Total bytes.
        public var memoryTotal: Int64
        /// The share of time in which it computed, 0 to 1; nil if the driver does not report it.
        public var utilization: Double?

        /// Creates a reading of one accelerator.
        public init(name: String, memoryUsed: Int64, memoryTotal: Int64, utilization: Double?) {
            self.name = name
            self.memoryUsed = memoryUsed
            self.memoryTotal = memoryTotal
            self.utilization = utilization
        }
    }

    /// The time of the measurement.
    public var takenAt: Date
    /// Accelerators; empty on a machine without one.
    public var gpus: [GPU]
    /// The source of the figures: `NVML`, `sysfs` or, without an accelerator, `process`.
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
