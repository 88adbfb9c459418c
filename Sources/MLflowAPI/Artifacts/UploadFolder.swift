import Glibc
package import HTTPServer
import Platform
import Synchronization
import Workspace

/// The folder in `artifacts/`, invisible to clients, where uploads are written until they are complete.
///
/// Each server of the workspace holds a shared lock on the folder. Files of a killed server are removed
/// by the next server that is alone.
package final class UploadFolder: Sendable {
    static let name = String(decoding: ArtifactPlace.uploads.names[0], as: UTF8.self)

    private let root: Descriptor
    /// The folder, made and locked at the first upload.
    private let folder = Mutex<Descriptor?>(nil)

    /// - Parameter root: `artifacts/`.
    init(in root: Descriptor) { self.root = root }

    /// Makes a new file under a random name.
    package func begin() throws(ServerError) -> Upload {
        let folder = try opened()
        let name = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let file = openat(folder.number, name, flags, 0o600)
        guard file >= 0 else { throw ArtifactFolder.failure("The upload") }
        return Upload(file: Descriptor(file), name: name, folder: folder)
    }

    /// Removes the folder with its contents, unless another server uses it.
    package func clear() {
        let own = folder.withLock { folder in
            defer { folder = nil }
            return folder
        }
        guard let folder = own ?? open(), FileLock.attempt(.exclusive, on: folder.number) == 0,
            let path = root.path
        else { return }
        _ = ArtifactTree(folder: path)?.remove(.uploads)
    }

    private func opened() throws(ServerError) -> Descriptor {
        let opened = folder.withLock { (kept) -> Descriptor? in
            if let kept { return kept }
            // Another server may be about to remove the folder.
            for _ in 0..<8 {
                mkdirat(root.number, Self.name, 0o700)
                guard let made = open() else { return nil }
                guard FileLock.wait(.shared, on: made.number) == 0, made.status?.st_nlink != 0
                else {
                    continue
                }
                kept = made
                return made
            }
            return nil
        }
        guard let opened else { throw ArtifactFolder.failure("The folder of uploads") }
        return opened
    }

    private func open() -> Descriptor? {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let number = openat(root.number, Self.name, flags)
        return number < 0 ? nil : Descriptor(number)
    }
}

/// A file that is being uploaded; it is removed unless it is moved to its place.
package final class Upload: Sendable {
    private let file: Descriptor
    private let name: String
    private let folder: Descriptor

    init(file: Descriptor, name: String, folder: Descriptor) {
        self.file = file
        self.name = name
        self.folder = folder
    }

    /// Appends bytes.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(ServerError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = write(file.number, piece.baseAddress, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ArtifactFolder.failure("The upload") }
            rest = rest.dropFirst(count)
        }
    }

    deinit { unlinkat(folder.number, name, 0) }

    /// Moves the file to its place, once it is on the disk.
    ///
    /// - Parameter shown: The place as messages show it.
    func move(to target: Descriptor, as name: String, shown: String) throws(ServerError) {
        guard fsync(file.number) == 0 else { throw ArtifactFolder.failure(shown) }
        if renameat(folder.number, self.name, target.number, name) == 0 { return }
        guard errno == EXDEV else { throw ArtifactFolder.failure(shown) }
        try copy(to: target, as: name, shown)
    }

    /// Copies the file to another disk that is mounted below `artifacts/`.
    private func copy(
        to target: Descriptor,
        as name: String,
        _ shown: String
    ) throws(ServerError) {
        let aside = ".\(self.name).part"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let number = openat(target.number, aside, flags, 0o600)
        guard number >= 0 else { throw ArtifactFolder.failure(shown) }
        let copy = Descriptor(number)
        let size = off_t(file.status?.st_size ?? 0)
        var offset: off_t = 0
        while offset < size {
            let most = Int(min(size - offset, 1 << 30))
            let count = sendfile(copy.number, file.number, &offset, most)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
        }
        guard offset == size, fsync(copy.number) == 0,
            renameat(target.number, aside, target.number, name) == 0
        else {
            let failure = ArtifactFolder.failure(shown)
            unlinkat(target.number, aside, 0)
            throw failure
        }
    }
}
