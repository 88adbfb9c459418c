internal import Glibc

/// The system's information about a file or folder.
package struct FileStatus: Sendable {
    /// The kind of an entry.
    package enum Kind: Sendable {
        case folder, file, link
        /// A device, a pipe or a socket.
        case special
    }

    /// A point in time, since 1970.
    package struct Time: Hashable, Comparable, Sendable {
        package let seconds: Int
        package let nanoseconds: Int

        package var milliseconds: Int { seconds &* 1000 &+ nanoseconds / 1_000_000 }

        package static func < (left: Time, right: Time) -> Bool {
            (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
        }

        fileprivate init(_ time: timespec) {
            seconds = time.tv_sec
            nanoseconds = time.tv_nsec
        }
    }

    package let kind: Kind
    /// The length of a file.
    package let byteCount: Int
    /// The permissions, without the kind.
    package let mode: UInt32
    /// The user who owns it.
    package let owner: UInt32
    /// The number of its names; 0 after it is removed.
    package let linkCount: Int
    package let device: UInt64
    package let inode: UInt64
    /// When its content was last written.
    package let modified: Time
    /// When it or its names, times or permissions last changed: the kernel's own time, which cannot
    /// be set.
    package let changed: Time

    /// The status of the entry at a path, through links or not; nil if there is none, with the
    /// reason in `errno`.
    package init?(_ path: String, followsLink: Bool = true) {
        var status = stat()
        guard (followsLink ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        self.init(status)
    }

    /// The status of an open descriptor.
    package init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFDIR: .folder
            case S_IFREG: .file
            case S_IFLNK: .link
            default: .special
            }
        byteCount = Int(status.st_size)
        mode = UInt32(status.st_mode & ~S_IFMT)
        owner = status.st_uid
        linkCount = Int(status.st_nlink)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        modified = Time(status.st_mtim)
        changed = Time(status.st_ctim)
    }
}

/// The identity of a file or folder: its device and inode.
package struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64

    /// The file at a path, following links; nil if there is none.
    package init?(_ path: String) {
        guard let status = FileStatus(path) else { return nil }
        self.init(status)
    }

    /// The file open under a descriptor.
    package init?(descriptor: Int32) {
        guard let status = FileStatus(descriptor: descriptor) else { return nil }
        self.init(status)
    }

    package init(_ status: FileStatus) {
        device = status.device
        inode = status.inode
    }
}
