import Glibc
package import HTTPServer
import JSON
import Platform
import Workspace

/// The workspace's `artifacts/` as clients see it; no path or link leads out of it.
package struct ArtifactFolder: Sendable {
    /// The folder, with links resolved.
    private let path: String
    private let root: OpenFolder
    /// The uploads in progress.
    package let uploads: UploadFolder

    /// Opens the folder at `path`, and makes it if it does not exist.
    package init(path: String) throws(ServerError) {
        // If it cannot be made, opening it fails with the reason.
        try? Files.makeFolder(path, below: FilePaths.parent(path))
        guard let folder = OpenFolder(path) else { throw Self.failure("The folder \(path)") }
        root = folder
        self.path = FilePaths.real(path) ?? path
        uploads = UploadFolder(in: root)
    }

    // MARK: - Reading

    /// Opens a file.
    ///
    /// - Throws: ``ServerError`` if there is no regular file.
    package func file(at artifact: ArtifactPath) throws(ServerError) -> ServedFile {
        guard let real = try existing(artifact), let name = artifact.names.last else {
            throw ServerError(.doesNotExist, "There is no artifact '\(artifact.shown)'.")
        }
        guard let status = FileStatus(real), status.kind != .folder else {
            throw ServerError(.doesNotExist, "'\(artifact.shown)' is a folder.")
        }
        let special = ServerError(.invalidParameter, "'\(artifact.shown)' is not a regular file.")
        // Opening a pipe would wait for its writer; opening a device may have side effects.
        guard status.kind == .file else { throw special }
        guard let descriptor = Descriptor.open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW) else {
            throw Self.failure("'\(artifact.shown)'")
        }
        // The file may have been replaced since the check above.
        guard let opened = descriptor.status, opened.kind == .file else { throw special }
        guard let place = descriptor.path, isInside(place) else { throw Self.outside(artifact) }
        return ServedFile(descriptor, name: name, size: opened.byteCount)
    }

    /// The direct contents of a folder; empty if it does not exist.
    package func entries(of artifact: ArtifactPath) throws(ServerError) -> [Entry] {
        guard let folder = try existing(artifact), FilePaths.isFolder(folder) else { return [] }
        return Files.names(in: folder).compactMap { name in
            if artifact.names.isEmpty, name == UploadFolder.name { return nil }
            // Only files, folders, and links to them that do not lead out are listed.
            guard let real = FilePaths.real("\(folder)/\(name)"), isInside(real) else { return nil }
            guard let status = FileStatus(real), status.kind != .special else { return nil }
            return Entry(name: name, size: status.kind == .folder ? nil : status.byteCount)
        }
    }

    package struct Entry {
        package let name: String
        /// The bytes of a file; nil for a folder.
        package let size: Int?
    }

    /// The resolved path of a file or folder; nil if there is none.
    private func existing(_ artifact: ArtifactPath) throws(ServerError) -> String? {
        let full = ([path] + artifact.names).joined(separator: "/")
        guard let real = FilePaths.real(full) else { return nil }
        guard isInside(real) else { throw Self.outside(artifact) }
        return real
    }

    private func isInside(_ real: String) -> Bool {
        let (root, real) = (Array(path.utf8), Array(real.utf8))
        return real == root || real.starts(with: root + [UInt8(ascii: "/")])
    }

    // MARK: - Changing

    /// Checks, before a file is sent, that it can be put there; makes nothing.
    package func checkPlace(_ artifact: ArtifactPath) throws(ServerError) {
        guard let name = artifact.names.last else {
            throw ServerError(.invalidParameter, "Invalid path: it names no file.")
        }
        guard let folder = try folder(above: artifact, isMaking: false) else { return }
        try check(name, in: folder, artifact)
    }

    /// Moves a received file to its place, and makes the folders above it.
    package func put(_ upload: Upload, at artifact: ArtifactPath) throws(ServerError) {
        guard let name = artifact.names.last,
            let folder = try folder(above: artifact, isMaking: true)
        else { throw Self.failure("'\(artifact.shown)'") }
        try check(name, in: folder, artifact)
        try upload.move(to: folder, as: Array(name.utf8), shown: "'\(artifact.shown)'")
    }

    /// Removes a file, a folder with its contents, or a link itself.
    package func remove(_ artifact: ArtifactPath) throws(ServerError) {
        guard !artifact.names.isEmpty else {
            throw ServerError(.invalidParameter, "Invalid path: it names all artifacts.")
        }
        guard try folder(above: artifact, isMaking: false) != nil else { return }
        let place = ArtifactPlace(artifact.names.map { Array($0.utf8) })
        guard let failure = ArtifactTree(folder: path)?.remove(place)?.failure else { return }
        throw ServerError(.internalError, "'\(artifact.shown)' could not be deleted: \(failure).")
    }

    private func check(
        _ name: String,
        in folder: OpenFolder,
        _ artifact: ArtifactPath
    ) throws(ServerError) {
        guard let status = folder.status(Array(name.utf8)) else {
            if errno == ENOENT { return }
            throw Self.failure("'\(artifact.shown)'")
        }
        guard status.kind == .file else {
            throw ServerError(
                .invalidParameter,
                "'\(artifact.shown)' is not a file and cannot be replaced by one."
            )
        }
    }

    /// The folder of an artifact, opened component by component and never through a link; nil if it
    /// does not exist and is not to be made.
    private func folder(
        above artifact: ArtifactPath,
        isMaking: Bool
    ) throws(ServerError) -> OpenFolder? {
        var folder = root
        for name in artifact.names.dropLast() {
            let bytes = Array(name.utf8)
            var next = folder.folder(bytes)
            if next == nil, errno == ENOENT {
                guard isMaking else { return nil }
                guard folder.makeFolder(bytes) || errno == EEXIST else {
                    throw Self.failure("'\(artifact.shown)'")
                }
                next = folder.folder(bytes)
            }
            guard let next else { throw Self.obstacle(name, in: folder, artifact) }
            folder = next
        }
        return folder
    }

    /// The error for a folder on the way that cannot be entered.
    private static func obstacle(
        _ name: String,
        in folder: OpenFolder,
        _ artifact: ArtifactPath
    ) -> ServerError {
        let failure = failure("'\(artifact.shown)'")
        let shown = ArtifactPath.shown(name)
        guard let status = folder.status(Array(name.utf8)) else { return failure }
        if status.kind == .link {
            return ServerError(
                .denied,
                "'\(artifact.shown)' is not written or removed through the link '\(shown)'."
            )
        }
        return status.kind == .folder
            ? failure
            : ServerError(
                .invalidParameter,
                "'\(artifact.shown)' cannot be there: '\(shown)' is a file."
            )
    }

    private static func outside(_ artifact: ArtifactPath) -> ServerError {
        ServerError(.denied, "'\(artifact.shown)' leads out of the workspace's artifacts.")
    }

    /// The error of the last system call.
    static func failure(_ thing: String) -> ServerError {
        let reason = systemMessage(errno)
        return switch errno {
        case ENOSPC, EDQUOT: ServerError(.storageFull, "No room is left for \(thing).")
        case ENOENT, ENOTDIR, ELOOP: ServerError(.doesNotExist, "There is no such artifact.")
        case ENAMETOOLONG, EISDIR, EINVAL: ServerError(.invalidParameter, "\(thing): \(reason).")
        case let code where Descriptor.isShortage(code):
            ServerError(.unavailable, "\(thing) cannot be opened now: \(reason).")
        default: ServerError(.internalError, "\(thing) cannot be read or written: \(reason).")
        }
    }
}

extension ArtifactFolder {
    /// The files at a run's or model's location, for clients that do not use the proxy routes.
    func listing(of location: String, below path: String?) throws -> JSONValue {
        let base = try ArtifactLocation.served(location)
        let below = path.map { $0.isEmpty ? "" : $0 + "/" } ?? ""
        let entries = try entries(of: ArtifactPath("\(base)/\(path ?? "")"))
        return [
            "root_uri": .string(ArtifactLocation.wire(location)),
            "files": .array(entries.map { Self.wire($0, below: below) }),
        ]
    }

    static func wire(_ entry: Entry, below path: String = "") -> JSONValue {
        [
            "path": .string(path + entry.name), "is_dir": .boolean(entry.size == nil),
            "file_size": entry.size.map { .integer($0) },
        ]
    }
}
