import Platform

/// What the machine does while a run trains, under the names that MLflow gives such figures.
///
/// One trainer's thread uses it.
final class SystemSampler {
    /// How far measurements are apart: MLflow's own sampling.
    private static let interval = Duration.seconds(10)

    private let machine: MachineMonitor
    private var last: ContinuousClock.Instant?
    private var processor: ProcessorTime?

    init(_ machine: MachineMonitor) {
        self.machine = machine
        processor = ProcessorTime.read()
    }

    /// The figures, if it is time for some; the first at once.
    func sample() -> [(String, Double)] {
        let now = ContinuousClock.now
        if let last, now - last < Self.interval { return [] }
        last = now
        let reading = machine.read()
        let megabyte = 1e6
        var values: [(String, Double)] = [
            ("system/system_memory_usage_megabytes", Double(reading.memoryUsed) / megabyte)
        ]
        if reading.memoryTotal > 0 {
            let share = Double(reading.memoryUsed) / Double(reading.memoryTotal)
            values.append(("system/system_memory_usage_percentage", share * 100))
        }
        let time = ProcessorTime.read()
        if let busy = time.flatMap({ time in processor.flatMap(time.busyShare) }) {
            values.append(("system/cpu_utilization_percentage", busy * 100))
        }
        processor = time
        for (index, gpu) in reading.gpus.enumerated() {
            let name = "system/gpu_\(index)"
            values.append(("\(name)_memory_usage_megabytes", Double(gpu.memoryUsed) / megabyte))
            if gpu.memoryTotal > 0 {
                let share = Double(gpu.memoryUsed) / Double(gpu.memoryTotal)
                values.append(("\(name)_memory_usage_percentage", share * 100))
            }
            if let busy = gpu.utilization {
                values.append(("\(name)_utilization_percentage", busy * 100))
            }
        }
        return values
    }
}

/// Time that the machine's processors have spent, from `/proc/stat`, in ticks.
package struct ProcessorTime: Equatable, Sendable {
    package var idle: Int64
    package var total: Int64

    /// nil where the system does not say.
    package static func read(root: String = "/proc") -> ProcessorTime? {
        guard let line = try? Files.text("\(root)/stat").split(separator: "\n").first,
            line.hasPrefix("cpu ")
        else { return nil }
        // user, nice, system, idle, waiting for devices, …; time of guests is in user already.
        let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Int64($0) }
        guard ticks.count >= 5 else { return nil }
        return ProcessorTime(idle: ticks[3] + ticks[4], total: ticks.reduce(0, +))
    }

    /// The share of time worked since an earlier reading, 0 to 1; nil where none has passed.
    package func busyShare(since earlier: ProcessorTime) -> Double? {
        guard total > earlier.total else { return nil }
        let idleShare = Double(idle - earlier.idle) / Double(total - earlier.total)
        return min(1, max(0, 1 - idleShare))
    }
}
