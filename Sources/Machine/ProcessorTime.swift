internal import Platform

/// Time that the machine's processors have spent, from `/proc/stat`, in ticks.
package struct ProcessorTime: Equatable, Sendable {
    package var idle: Int64
    package var total: Int64

    /// Nil if the system does not report it.
    package static func read(root: String = "/proc") -> ProcessorTime? {
        guard let line = try? Files.text("\(root)/stat").split(separator: "\n").first,
            line.hasPrefix("cpu ")
        else { return nil }
        // user, nice, system, idle, waiting for devices, …; time of guests is in user already.
        let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Int64($0) }
        guard ticks.count >= 5 else { return nil }
        return ProcessorTime(idle: ticks[3] + ticks[4], total: ticks.reduce(0, +))
    }

    /// The busy share since an earlier reading, 0 to 1; nil if no time has passed.
    package func busyShare(since earlier: ProcessorTime) -> Double? {
        guard total > earlier.total else { return nil }
        let idleShare = Double(idle - earlier.idle) / Double(total - earlier.total)
        return min(1, max(0, 1 - idleShare))
    }
}
