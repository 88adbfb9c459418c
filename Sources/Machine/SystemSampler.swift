/// Measures the machine while a run trains, with MLflow's names of the metrics.
///
/// One trainer's thread uses it.
package final class SystemSampler {
    /// The time between measurements, as in MLflow's own sampling.
    private static let interval = Duration.seconds(10)

    private let machine: MachineMonitor
    private var last: ContinuousClock.Instant?
    private var processor: ProcessorTime?

    package init(_ machine: MachineMonitor) {
        self.machine = machine
        processor = ProcessorTime.read()
    }

    /// The measurements, if the interval has passed; the first ones at once.
    package func sample() -> [(String, Double)] {
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
