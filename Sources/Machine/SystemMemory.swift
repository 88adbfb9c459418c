internal import CKernels
internal import Platform

/// Memory of the machine and of this process, from `/proc`.
package struct SystemMemory: Equatable, Sendable {
    package var residentBytes: Int64
    package var usedBytes: Int64
    package var totalBytes: Int64

    /// Measures; figures that the system does not report are 0.
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

    /// The peak resident memory of this process.
    package static var peakResidentBytes: Int64 { fields("/proc/self/status")["VmHWM"] ?? 0 }

    /// The current resident memory of this process, without the pages of one mapped file.
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

    /// The memory that is available without swapping; nil if the system does not report it.
    static func availableBytes(root: String = "/proc") -> Int64? {
        fields("\(root)/meminfo")["MemAvailable"]
    }

    /// Makes the allocator return large blocks to the system when they are freed, so that the
    /// memory of a run does not depend on what was computed before it.
    package static func returnFreedMemory() { wb_return_freed_memory(256 << 10) }

    /// Makes the allocator keep the memory that a call of the server frees for the next call.
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
