internal import Glibc

/// The files that this process has open.
enum OpenFiles {
    /// Whether a file is open to be written, as a database and its log are; standard input, output
    /// and error do not count.
    static func areWriting(_ file: stat) -> Bool {
        guard let folder = opendir("/proc/self/fd") else { return false }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
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
