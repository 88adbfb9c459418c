/// A value that changes when a file is replaced or written: its identity, size and modification
/// time.
package struct FileStamp: Hashable, Sendable {
    private let identity: FileIdentity
    private let content: ContentStamp

    /// The stamp of the file at `path` now; nil if there is none.
    package init?(path: String) {
        guard let status = FileStatus(path) else { return nil }
        self.init(status)
    }

    /// The stamp of a file with this status.
    package init(_ status: FileStatus) {
        identity = FileIdentity(status)
        content = ContentStamp(status)
    }
}

/// A value that changes when a file, or a file in a folder, is written; a copy that keeps the times
/// has the same.
package struct ContentStamp: Hashable, Sendable, Codable {
    package var byteCount: Int64 = 0
    package var nanoseconds = 0

    /// The stamp of a missing file.
    package init() {}

    /// The stamp of a file, or of all files in a folder, or of a missing file.
    package init(_ path: String) {
        self.init()
        guard let status = FileStatus(path) else { return }
        self = ContentStamp(status)
        guard status.kind == .folder else { return }
        for name in Files.names(in: path) {
            let part = ContentStamp("\(path)/\(name)")
            byteCount &+= part.byteCount
            nanoseconds = max(nanoseconds, part.nanoseconds)
        }
    }

    fileprivate init(_ status: FileStatus) {
        byteCount = Int64(status.byteCount)
        // Wraps after the year 2262, which is harmless for a stamp.
        nanoseconds = status.modified.seconds &* 1_000_000_000 &+ status.modified.nanoseconds
    }
}
