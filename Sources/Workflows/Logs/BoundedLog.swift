internal import Glibc
internal import Platform

/// The log of a task: lines in a folder, whose first and last parts are kept.
///
/// The lines are in files whose names are the places of their first bytes in the whole log, so that a
/// cursor stays valid when files between the first and the last ones are removed. Several processes
/// may read while one writes.
public final class BoundedLog: Sendable {
    /// How much of a log is kept.
    public struct Limits: Sendable, Equatable {
        /// The bytes of a file.
        public var file = 1 << 20
        /// The number of files from the start that are never removed.
        public var first = 4
        /// The number of files up to the end that are kept.
        public var last = 12
        /// The bytes of a line; the rest of a longer one is left out.
        public var line = 1 << 16

        /// The default: 16 MiB.
        public init() {}
    }

    private struct State {
        var segments: [LogSegment]
        var descriptor: Descriptor?
        /// The bytes of the last file.
        var size = 0
        /// The lines that could not be written since the last one that was.
        var lost = 0
    }

    private let folder: String
    private let limits: Limits
    private let state: Guarded<State>

    /// Opens a log to append to; the folder is made with the first line.
    public init(folder: String, limits: Limits = Limits()) {
        self.folder = folder
        self.limits = limits
        let segments = LogSegment.all(in: folder)
        state = Guarded(State(segments: segments))
    }

    /// Appends a line, or several if it contains line feeds.
    ///
    /// A line that cannot be written, because the disk is full, is counted; the next one that can
    /// says how many are missing.
    public func append(_ text: String) {
        state.withLock { state in
            for line in text.utf8.split(
                separator: UInt8(ascii: "\n"),
                omittingEmptySubsequences: false
            ) {
                var bytes = Array(line.prefix(limits.line))
                bytes.append(UInt8(ascii: "\n"))
                if state.lost > 0 {
                    let note = "[\(state.lost) lines could not be written here]\n"
                    bytes = Array(note.utf8) + bytes
                }
                if write(bytes, &state) { state.lost = 0 } else { state.lost += 1 }
            }
        }
    }

    private func write(_ bytes: [UInt8], _ state: inout State) -> Bool {
        if state.descriptor == nil || state.size >= limits.file {
            guard open(&state) else { return false }
        }
        guard let descriptor = state.descriptor else { return false }
        guard descriptor.write(bytes) else {
            // Removes what was written of it.
            if !descriptor.truncate(to: state.size) { state.descriptor = nil }
            return false
        }
        state.size += bytes.count
        return true
    }

    /// Opens the last file, or the next one if that is full.
    private func open(_ state: inout State) -> Bool {
        if let last = state.segments.last, state.descriptor == nil,
            let size = FileStatus(last.path)?.byteCount, size < limits.file
        {
            return open(last, &state)
        }
        guard (try? Files.makeFolder(folder)) != nil else { return false }
        let next = LogSegment(folder, at: state.segments.last?.end ?? 0)
        guard open(next, &state) else { return false }
        state.segments.append(next)
        let kept = max(1, limits.first) + max(1, limits.last)
        while state.segments.count > kept {
            Files.removeFile(state.segments.remove(at: max(1, limits.first)).path)
        }
        return true
    }

    private func open(_ segment: LogSegment, _ state: inout State) -> Bool {
        guard let file = Descriptor.open(segment.path, O_WRONLY | O_CREAT | O_APPEND),
            var size = file.status?.byteCount
        else { return false }
        // A process that ended while it wrote left a part of a line.
        if size > 0, segment.byte(at: size - 1) != UInt8(ascii: "\n") {
            guard file.write([UInt8(ascii: "\n")]) else { return false }
            size += 1
        }
        state.descriptor = file
        state.size = size
        return true
    }
}

/// A file of a log.
struct LogSegment: Sendable {
    /// The place of its first byte in the whole log.
    let start: Int
    let path: String

    init(_ folder: String, at start: Int) {
        self.start = start
        // Names in byte order are in the order of their numbers.
        let digits = "\(start)"
        path = "\(folder)/\(String(repeating: "0", count: max(0, 16 - digits.count)))\(digits).log"
    }

    /// The files of a log in their order.
    static func all(in folder: String) -> [LogSegment] {
        Files.names(in: folder).compactMap { name in
            guard name.hasSuffix(".log"), let start = Int(name.dropLast(4)), start >= 0 else {
                return nil
            }
            return LogSegment(folder, at: start)
        }
    }

    /// The place after its last byte.
    var end: Int { start + (FileStatus(path)?.byteCount ?? 0) }

    /// Bytes from a place in the file; nil if the file is gone.
    func bytes(from offset: Int, limit: Int) -> [UInt8]? {
        guard let file = Descriptor.open(path, O_RDONLY) else { return nil }
        var bytes: [UInt8] = []
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            while bytes.count < limit {
                let part = UnsafeMutableRawBufferPointer(
                    rebasing: buffer[..<min(buffer.count, limit - bytes.count)]
                )
                let count = file.read(into: part, at: offset + bytes.count)
                guard count > 0 else { return }
                bytes += part[..<count]
            }
        }
        return bytes
    }

    func byte(at offset: Int) -> UInt8? { bytes(from: offset, limit: 1)?.first }
}
