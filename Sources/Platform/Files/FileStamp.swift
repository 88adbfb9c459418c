internal import Glibc

/// Which file or folder something is, by device and number.
package struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// What a path names, through links; nil where it names nothing.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// What is open under a descriptor.
    package init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    fileprivate init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}

/// What changes when a file is replaced or written: which it is, its length, and when it was last
/// written.
package struct FileStamp: Hashable, Sendable {
    private let identity: FileIdentity
    private let content: ContentStamp

    /// The stamp of the file that stands at `path` now; nil if there is none.
    package init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The stamp of an open file.
    package init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        identity = FileIdentity(status)
        content = ContentStamp(status)
    }
}

/// What changes when a file, or a file in a folder, is written; a copy that keeps the times has the
/// same.
package struct ContentStamp: Hashable, Sendable, Codable {
    package var byteCount: Int64 = 0
    package var nanoseconds = 0

    /// The stamp of nothing.
    package init() {}

    /// The stamp of a file, or of all that is in a folder; that of nothing where nothing is.
    package init(_ path: String) {
        self.init()
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        self = ContentStamp(status)
        guard status.st_mode & S_IFMT == S_IFDIR else { return }
        for name in Files.names(in: path) {
            let part = ContentStamp("\(path)/\(name)")
            byteCount &+= part.byteCount
            nanoseconds = max(nanoseconds, part.nanoseconds)
        }
    }

    fileprivate init(_ status: stat) {
        byteCount = Int64(status.st_size)
        // Wraps after the year 2262, which does not matter to a stamp.
        nanoseconds = status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec
    }
}
