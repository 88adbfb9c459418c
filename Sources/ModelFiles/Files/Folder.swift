internal import Glibc

/// Makes the folder at `path`, and those it lies in, if they are not there.
func makeFolder(_ path: String) throws(ModelFileError) {
    if mkdir(path, 0o755) == 0 { return }
    switch errno {
    case EEXIST:
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw AtomicFile.failure("make the folder \(path)", ENOTDIR)
        }
    case ENOENT where AtomicFile.parent(of: path) != path && path.contains("/"):
        try makeFolder(AtomicFile.parent(of: path))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw AtomicFile.failure("make the folder \(path)", errno)
        }
    case let number:
        throw AtomicFile.failure("make the folder \(path)", number)
    }
}
