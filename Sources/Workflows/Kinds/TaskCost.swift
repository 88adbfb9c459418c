/// A forecast of what a task would take.
public struct TaskCost: Sendable, Equatable {
    /// The seconds; nil if nothing comparable was measured on this machine.
    public var seconds: Double?
    /// Whether the seconds are scaled from other work.
    public var isScaled: Bool
    /// The peak memory of the process in bytes.
    public var memoryBytes: Int64

    /// A cost.
    public init(seconds: Double?, isScaled: Bool, memoryBytes: Int64) {
        self.seconds = seconds
        self.isScaled = isScaled
        self.memoryBytes = memoryBytes
    }
}
