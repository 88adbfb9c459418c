import Glibc
import Platform

/// The workspace's `artifacts/`: files there are measured and removed without following symbolic
/// links, so that nothing outside is touched.
package struct ArtifactTree: Sendable {
    /// The contents of a file or folder.
    package struct Contents: Equatable, Sendable {
        /// Files, and links, which count as one and are not followed.
        var fileCount = 0
        /// The bytes of the files.
        var byteCount: Int64 = 0
        /// The time of the newest write, in milliseconds since 1970.
        var newest = 0
        /// The first thing that could not be read or removed, and why.
        package var failure: String?
    }

    private let root: ResolvedPath

    /// The tree in an existing folder; nil if there is none.
    package init?(folder: String) {
        guard FilePaths.isFolder(folder) else { return nil }
        root = ResolvedPath(folder)
    }

    /// The place of a path, with links resolved; nil if it is outside.
    func place(of path: String) -> ArtifactPlace? { place(of: ResolvedPath(path)) }

    /// The same for a resolved path.
    func place(of path: ResolvedPath) -> ArtifactPlace? {
        guard path == root || root.contains(path), !path.bytes.contains(0) else { return nil }
        return ArtifactPlace(Array(path.names.dropFirst(root.names.count)))
    }

    /// The contents of a place; nil if it does not exist.
    func contents(of place: ArtifactPlace) -> Contents? { visit(place, isRemoving: false) }

    /// Removes a place and returns its contents; nil if it does not exist.
    package func remove(_ place: ArtifactPlace) -> Contents? { visit(place, isRemoving: true) }

    /// Removes a folder if it is empty.
    func removeIfEmpty(_ place: ArtifactPlace) {
        withParent(of: place) { parent, name in _ = parent.remove(name, isFolder: true) }
    }

    /// The direct contents of a folder, sorted by name.
    func children(of place: ArtifactPlace) -> [(place: ArtifactPlace, isFolder: Bool)] {
        guard let folder = folder(place) else { return [] }
        return (folder.names ?? []).compactMap { name in
            folder.status(name).map { (place.child(name), $0.kind == .folder) }
        }
    }

    // MARK: - Descriptors

    private func visit(_ place: ArtifactPlace, isRemoving: Bool) -> Contents? {
        var contents: Contents?
        withParent(of: place) { parent, name in
            guard parent.status(name) != nil else { return }
            var found = Contents()
            Self.visit(name, in: parent, isRemoving: isRemoving, &found)
            contents = found
        }
        return contents
    }

    private static func visit(
        _ name: [UInt8],
        in parent: OpenFolder,
        isRemoving: Bool,
        _ contents: inout Contents
    ) {
        func fail() {
            guard contents.failure == nil, errno != ENOENT else { return }
            let reason = systemMessage(errno)
            contents.failure = "\(String(decoding: name, as: UTF8.self)): \(reason)"
        }
        guard let status = parent.status(name) else { return fail() }
        contents.newest = max(contents.newest, status.modified.milliseconds)
        guard status.kind == .folder else {
            if isRemoving, !parent.remove(name) { return fail() }
            contents.fileCount += 1
            if status.kind == .file { contents.byteCount += Int64(status.byteCount) }
            return
        }
        guard let folder = parent.folder(name) else { return fail() }
        for child in folder.names ?? [] {
            visit(child, in: folder, isRemoving: isRemoving, &contents)
        }
        if isRemoving, !parent.remove(name, isFolder: true) { fail() }
    }

    /// Calls `body` with the open parent folder of a place and its name there, unless a folder in
    /// the path is missing or was replaced by a link.
    private func withParent(of place: ArtifactPlace, _ body: (OpenFolder, [UInt8]) -> Void) {
        guard let name = place.names.last, let parent = place.parent.flatMap(folder) else { return }
        body(parent, name)
    }

    private func folder(_ place: ArtifactPlace) -> OpenFolder? {
        var folder = OpenFolder(root)
        for name in place.names { folder = folder?.folder(name) }
        return folder
    }
}
