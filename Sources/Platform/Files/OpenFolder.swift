internal import Glibc

/// An open folder, whose entries are accessed by name and never through a link.
///
/// It stays the same folder wherever its path points later. Names are bytes. Failures are nil or
/// false, with the reason in `errno`.
package struct OpenFolder: Sendable {
    package let descriptor: Descriptor

    private static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC

    /// Opens the folder at a path.
    ///
    /// - Parameter followsLink: Whether the path's last name may be a link.
    package init?(_ path: String, followsLink: Bool = true) {
        let flags = Self.flags | (followsLink ? 0 : O_NOFOLLOW)
        guard let opened = Descriptor.open(path, flags) else { return nil }
        descriptor = opened
    }

    /// Opens the folder at a path, whose last name may not be a link.
    package init?(_ path: ResolvedPath) {
        self.init(Self.text(path.bytes) { open($0, Self.flags | O_NOFOLLOW) })
    }

    private init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        descriptor = Descriptor(number)
    }

    /// Opens a folder in this one.
    package func folder(_ name: [UInt8]) -> OpenFolder? {
        OpenFolder(Self.text(name) { openat(descriptor.number, $0, Self.flags | O_NOFOLLOW) })
    }

    /// Creates a file in this folder, for reading and writing; it must not exist.
    package func newFile(_ name: [UInt8]) -> Descriptor? {
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let number = Self.text(name) { openat(descriptor.number, $0, flags, 0o600) }
        return number < 0 ? nil : Descriptor(number)
    }

    /// Creates a folder in this one, accessible only to its owner.
    package func makeFolder(_ name: [UInt8]) -> Bool {
        Self.text(name) { mkdirat(descriptor.number, $0, 0o700) } == 0
    }

    /// The status of an entry of this folder.
    package func status(_ name: [UInt8]) -> FileStatus? {
        var status = stat()
        let code = Self.text(name) { fstatat(descriptor.number, $0, &status, AT_SYMLINK_NOFOLLOW) }
        return code == 0 ? FileStatus(status) : nil
    }

    /// The names in this folder, sorted.
    package var names: [[UInt8]]? { FolderListing.names(in: descriptor.number) }

    /// Removes a file or link, or an empty folder.
    package func remove(_ name: [UInt8], isFolder: Bool = false) -> Bool {
        let flags = isFolder ? AT_REMOVEDIR : 0
        return Self.text(name) { unlinkat(descriptor.number, $0, flags) } == 0
    }

    /// Renames an entry, in this folder or into another on the same disk.
    package func move(_ name: [UInt8], to target: OpenFolder, as other: [UInt8]) -> Bool {
        Self.text(name) { name in
            Self.text(other) { renameat(descriptor.number, name, target.descriptor.number, $0) }
        } == 0
    }

    private static func text<Result>(
        _ name: [UInt8],
        _ body: (UnsafePointer<CChar>) -> Result
    ) -> Result {
        (name.map(CChar.init(bitPattern:)) + [0]).withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("a name ends with 0") }
            return body(start)
        }
    }
}
