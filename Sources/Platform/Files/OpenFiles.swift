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
    static func areWriting(_ file: stat) -> Bool {
        for name in Files.names(in: "/proc/self/fd") {
            guard let descriptor = Int32(name), descriptor > STDERR_FILENO else { continue }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_dev == file.st_dev,
                status.st_ino == file.st_ino
            else { continue }
            if fcntl(descriptor, F_GETFL) & O_ACCMODE != O_RDONLY { return true }
        }
        return false
    }
}
