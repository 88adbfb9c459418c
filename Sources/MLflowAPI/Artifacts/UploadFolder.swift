import Glibc
package import HTTPServer
import Platform
import Synchronization
import Workspace

/// The folder in `artifacts/` for incomplete uploads, invisible to clients.
///
/// Each server of the workspace holds a shared lock on the folder. Files of a killed server are removed
/// by the next server that gets an exclusive lock.
package final class UploadFolder: Sendable {
    static let name = String(decoding: bytes, as: UTF8.self)
    private static let bytes = ArtifactPlace.uploads.names[0]

    private let root: OpenFolder
    /// The folder, made and locked at the first upload.
    private let folder = Mutex<OpenFolder?>(nil)

    /// - Parameter root: `artifacts/`.
    init(in root: OpenFolder) { self.root = root }

    /// Makes a new file under a random name.
    package func begin() throws(ServerError) -> Upload {
        let folder = try opened()
        let name = Array(String(UInt64.random(in: 0...UInt64.max), radix: 36).utf8)
        guard let file = folder.newFile(name) else { throw ArtifactFolder.failure("The upload") }
        return Upload(file: file, name: name, folder: folder)
    }

    /// Removes the folder with its contents, unless another server uses it.
    package func clear() {
        let own = folder.withLock { folder in
            defer { folder = nil }
            return folder
        }
        guard let folder = own ?? root.folder(Self.bytes),
            FileLock.attempt(.exclusive, on: folder.descriptor.number) == 0,
            let path = root.descriptor.path
        else { return }
        _ = ArtifactTree(folder: path)?.remove(.uploads)
    }

    private func opened() throws(ServerError) -> OpenFolder {
        let opened = folder.withLock { (kept) -> OpenFolder? in
            if let kept { return kept }
            // Another server may be about to remove the folder.
            for _ in 0..<8 {
                _ = root.makeFolder(Self.bytes)
                guard let made = root.folder(Self.bytes) else { return nil }
                guard FileLock.wait(.shared, on: made.descriptor.number) == 0,
                    made.descriptor.status?.linkCount != 0
                else { continue }
                kept = made
                return made
            }
            return nil
        }
        guard let opened else { throw ArtifactFolder.failure("The folder of uploads") }
        return opened
    }
}

/// A file that is being uploaded; it is removed unless it is moved to its place.
package final class Upload: Sendable {
    private let file: Descriptor
    private let name: [UInt8]
    private let folder: OpenFolder

    init(file: Descriptor, name: [UInt8], folder: OpenFolder) {
        self.file = file
        self.name = name
        self.folder = folder
    }

    /// Appends bytes.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(ServerError) {
        guard file.write(bytes) else { throw ArtifactFolder.failure("The upload") }
    }

    deinit { _ = folder.remove(name) }

    /// Moves the file to its place, once it is on the disk.
    ///
    /// - Parameter shown: The place as messages show it.
    func move(to target: OpenFolder, as name: [UInt8], shown: String) throws(ServerError) {
        guard file.synchronize() else { throw ArtifactFolder.failure(shown) }
        if folder.move(self.name, to: target, as: name) { return }
        guard errno == EXDEV else { throw ArtifactFolder.failure(shown) }
        try copy(to: target, as: name, shown)
    }

    /// Copies the file to another file system mounted below `artifacts/`.
    private func copy(
        to target: OpenFolder,
        as name: [UInt8],
        _ shown: String
    ) throws(ServerError) {
        let aside = Array(".".utf8) + self.name + Array(".part".utf8)
        guard let copy = target.newFile(aside) else { throw ArtifactFolder.failure(shown) }
        guard let byteCount = file.status?.byteCount, file.copy(byteCount, to: copy),
            copy.synchronize(),
            target.move(aside, to: target, as: name)
        else {
            let failure = ArtifactFolder.failure(shown)
            _ = target.remove(aside)
            throw failure
        }
    }
}
