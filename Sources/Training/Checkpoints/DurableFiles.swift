import Glibc

/// Files and folders that are on the disk, not only in its cache, when a call returns.
enum DurableFiles {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether there is a plain file, which reads to its end.
    static func isPlain(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Makes a folder in one that is there: where that is gone, so is what this one belongs to.
    static func makeFolder(_ path: String) throws {
        if exists(path) { return }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw failure("create the folder", path)
        }
    }

    /// Writes a new file and waits for the disk.
    static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create", path) }
        defer { close(descriptor) }
        let bytes = Array(bytes)
        try bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = Glibc.write(
                    descriptor,
                    UnsafeRawBufferPointer(rebasing: rest).baseAddress,
                    rest.count
                )
                if written < 0 {
                    if errno == EINTR { continue }
                    throw failure("write", path)
                }
                rest = rest.dropFirst(written)
            }
        }
        guard fsync(descriptor) == 0 else { throw failure("write", path) }
    }

    /// Waits until a file's bytes, or a folder's entries, are on the disk.
    static func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("write", path) }
    }

    /// Gives a folder its final name, and makes the name last.
    static func rename(_ source: String, to target: String) throws {
        guard Glibc.rename(source, target) == 0 else {
            throw failure("rename \(source) to", target)
        }
        if let slash = target.lastIndex(of: "/") {
            try synchronize(slash == target.startIndex ? "/" : String(target[..<slash]))
        }
    }

    /// Reads a file in pieces; returns its length.
    @discardableResult
    static func read(_ path: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Int
    {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        return try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 64) { buffer in
            var total = 0
            while true {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw failure("read", path)
                }
                if count == 0 { return total }
                try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                total += count
            }
        }
    }

    /// The names in a folder, in byte order; none if there is no such folder.
    static func names(in folder: String) throws -> [String] {
        guard let directory = opendir(folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw failure("read the folder", folder)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Removes a folder with all that is in it, never through a link; what is not there is no error.
    static func removeFolder(_ path: String) throws {
        for name in try names(in: path) {
            let entry = "\(path)/\(name)"
            if unlink(entry) == 0 || errno == ENOENT { continue }
            guard errno == EISDIR || errno == EPERM else { throw failure("remove", entry) }
            try removeFolder(entry)
        }
        guard rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    private static func failure(_ action: String, _ path: String) -> TrainingError {
        let number = errno
        let hint: String? =
            switch number {
            case ENOSPC, EDQUOT: "free some space on that disk"
            case EFBIG: "raise the limit of file sizes (ulimit -f)"
            case EACCES, EPERM, EROFS: "check that the folder is yours to write"
            default: nil
            }
        return TrainingError(
            .file,
            "Could not \(action) \(path): \(String(cString: strerror(number))).",
            hint: hint
        )
    }
}
