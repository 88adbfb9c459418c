package import Machine

/// Recent measurements of the machine's memory and accelerators.
package struct MachineHistory: Equatable, Sendable {
    private static let capacity = 240

    /// The newest reading; nil before the first.
    package private(set) var latest: MachineReading?
    /// Bytes in use by the first accelerator, or resident without one; oldest first.
    package private(set) var memory: [Double] = []

    package init() {}

    package mutating func append(_ reading: MachineReading) {
        latest = reading
        memory.append(Double(reading.gpus.first?.memoryUsed ?? reading.residentBytes))
        if memory.count > Self.capacity { memory.removeFirst(memory.count - Self.capacity) }
    }
}
