internal import FoundationEssentials
internal import Platform
internal import Synchronization

/// The parts of one file, and which of them are still missing.
package struct PartGathering: Sendable {
    let path: String
    let byteCount: Int
    /// The parts whose bytes are not yet in the file itself.
    let missing: [FilePart]
    /// The number of bytes of parts that were joined before.
    let settled: Int
    private let parts: [FilePart]

    /// Continues an earlier attempt at `path`.
    init(path: String, byteCount: Int, connections: Int) throws(PlatformError) {
        try self.init(
            path: path,
            byteCount: byteCount,
            parts: FilePart.parts(of: byteCount, at: path, atMost: connections)
        )
    }

    private init(path: String, byteCount: Int, parts: [FilePart]) throws(PlatformError) {
        self.path = path
        self.byteCount = byteCount
        self.parts = parts
        guard parts.count > 1 else {
            (missing, settled) = (parts, 0)
            return
        }
        // The joining of parts may have been interrupted, within one or between two of them.
        let file = try PartialFile(path: path)
        let joined = parts.filter { $0.range.upperBound <= file.byteCount }
        if let end = joined.last?.range.upperBound, file.byteCount <= byteCount {
            if file.byteCount > end { try file.truncate(to: end) }
            for part in joined.dropFirst() { Files.removeFile(part.path) }
            (missing, settled) = (Array(parts[joined.count...]), end)
        } else {
            (missing, settled) = (parts, 0)
        }
    }

    /// The same file in one part, for servers that do not send ranges.
    func inOnePart() throws(PlatformError) -> PartGathering {
        for part in parts.dropFirst() { Files.removeFile(part.path) }
        return try PartGathering(
            path: path,
            byteCount: byteCount,
            parts: FilePart.parts(of: byteCount, at: path, atMost: 1)
        )
    }

    /// Appends the parts to the file, one after the other.
    func join() throws {
        guard parts.count > 1 else { return }
        let file = try PartialFile(path: path)
        for part in missing where part.path != path {
            try Files.read(part.path) { try file.append($0) }
            try file.synchronize()
            Files.removeFile(part.path)
        }
    }

    /// Removes all downloaded parts.
    package static func clear(_ path: String) {
        Files.removeFile(path)
        for part in others(path) { Files.removeFile(part) }
    }

    /// The number of downloaded bytes.
    package static func byteCount(_ path: String) -> Int {
        ([path] + others(path)).reduce(0) { sum, part in
            sum + (FileStatus(part)?.byteCount ?? 0)
        }
    }

    /// The files of the parts after the first.
    private static func others(_ path: String) -> [String] {
        let folder = FilePaths.parent(path)
        let start = FilePaths.name(path) + "."
        let names = Files.names(in: folder)
        return names.filter { $0.hasPrefix(start) }.map { "\(folder)/\($0)" }
    }
}

/// Sums the progress of several connections.
final class PartProgress: Sendable {
    private let counts: Mutex<[Int]>
    private let settled: Int
    private let report: @Sendable (Int) -> Void

    init(_ parts: Int, settled: Int, _ report: @escaping @Sendable (Int) -> Void) {
        counts = Mutex([Int](repeating: 0, count: parts))
        self.settled = settled
        self.report = report
    }

    /// Sets the progress of a part; sums are reported one at a time, in order.
    func update(_ part: Int, _ count: Int) {
        counts.withLock { counts in
            counts[part] = count
            report(counts.reduce(settled, +))
        }
    }
}
