internal import CKernels
internal import Platform

/// Memory of the machine and of this process, from `/proc`.
package struct SystemMemory: Equatable, Sendable {
    package var residentBytes: Int64
    package var usedBytes: Int64
    package var totalBytes: Int64

    /// Measures; figures that the system does not give are 0.
    package static func read(root: String = "/proc") -> SystemMemory {
        let meminfo = fields("\(root)/meminfo")
        let total = meminfo["MemTotal"] ?? 0
        let resident = fields("\(root)/self/status")["VmRSS"] ?? 0
        return SystemMemory(
            residentBytes: resident,
            usedBytes: total - (meminfo["MemAvailable"] ?? total),
            totalBytes: total
        )
    }

    /// The largest resident memory that this process had.
    package static var peakResidentBytes: Int64 { fields("/proc/self/status")["VmHWM"] ?? 0 }

    /// What this process holds now, the pages of one mapped file aside.
    package static func residentBytes(withoutFile path: String) -> Int64 {
        guard let text = try? Files.text("/proc/self/smaps") else { return 0 }
        var sum: Int64 = 0
        var isFile = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("Rss:") {
                let parts = line.split(separator: " ")
                if !isFile, parts.count == 3, let count = Int64(parts[1]) { sum += count * 1024 }
            } else if let first = line.split(separator: " ", maxSplits: 1).first,
                first.contains("-")
            {
                isFile = line.hasSuffix(path)
            }
        }
        return sum
    }

    /// What the machine can still give without swapping; nil where the system does not say.
    static func availableBytes(root: String = "/proc") -> Int64? {
        fields("\(root)/meminfo")["MemAvailable"]
    }

    /// Has large blocks go back to the system when they are freed, so that what a run takes is what
    /// it needs, whatever was computed before it.
    package static func returnFreedMemory() { wb_return_freed_memory(256 << 10) }

    /// Has the allocator keep what a call of the server frees for the next call.
    package static func keepFreedMemory() { wb_keep_freed_memory(32 << 20) }

    /// Lines such as `VmRSS:    1234 kB`, in bytes.
    static func fields(_ path: String) -> [String: Int64] {
        guard let text = try? Files.text(path) else { return [:] }
        var fields: [String: Int64] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == ":" || $0 == " " || $0 == "\t" })
            if parts.count == 3, parts[2] == "kB", let count = Int64(parts[1]) {
                fields[String(parts[0])] = count * 1024
            }
        }
        return fields
    }
}
