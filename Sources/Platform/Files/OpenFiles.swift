internal import Glibc

/// The files that this process has open.
package enum OpenFiles {
    /// The number of open files.
    package static var count: Int {
        // One of the entries is the folder itself.
        FolderListing.count(in: "/proc/self/fd").map { max($0 - 1, 0) } ?? 3
    }

    /// Whether a file is open for writing, as a database and its log are; standard input, output
    /// and error do not count.
    static func areWriting(_ file: FileIdentity) -> Bool {
        for name in Files.names(in: "/proc/self/fd") {
            guard let descriptor = Int32(name), descriptor > STDERR_FILENO else { continue }
            guard FileIdentity(descriptor: descriptor) == file else { continue }
            if fcntl(descriptor, F_GETFL) & O_ACCMODE != O_RDONLY { return true }
        }
        return false
    }
}
