import Glibc
import Platform

/// The workspace's `artifacts/`: what lies there is measured and removed without ever going through
/// a symbolic link, so that nothing outside is touched whatever a link says.
package struct ArtifactTree: Sendable {
    /// What a file or folder holds.
    package struct Contents: Equatable, Sendable {
        /// Files, and links, which count as one and are not followed.
        var fileCount = 0
        /// The bytes of the files.
        var byteCount: Int64 = 0
        /// When the newest of it was written, in milliseconds since 1970.
        var newest = 0
        /// The first thing that could not be read or removed, and why.
        package var failure: String?
    }

    private let root: ResolvedPath

    /// The tree in an existing folder; nil where there is none.
    package init?(folder: String) {
        guard FilePaths.isFolder(folder) else { return nil }
        root = ResolvedPath(folder)
    }

    /// Where a path leads, links resolved; nil where that is outside.
    func place(of path: String) -> ArtifactPlace? { place(of: ResolvedPath(path)) }

    /// The same for a path that is resolved already.
    func place(of path: ResolvedPath) -> ArtifactPlace? {
        guard path == root || root.contains(path), !path.bytes.contains(0) else { return nil }
        return ArtifactPlace(Array(path.names.dropFirst(root.names.count)))
    }

    /// What is at a place; nil where nothing is.
    func contents(of place: ArtifactPlace) -> Contents? { visit(place, isRemoving: false) }

    /// Removes what is at a place, and gives what that was; nil where nothing is.
    package func remove(_ place: ArtifactPlace) -> Contents? { visit(place, isRemoving: true) }

    /// Removes a folder if it is empty.
    func removeIfEmpty(_ place: ArtifactPlace) {
        withParent(of: place) { parent, name in _ = unlinkat(parent, name, AT_REMOVEDIR) }
    }

    /// What lies directly in a folder, in the order of the names.
    func children(of place: ArtifactPlace) -> [(place: ArtifactPlace, isFolder: Bool)] {
        var found: [(place: ArtifactPlace, isFolder: Bool)] = []
        withFolder(place) { folder in
            for name in Self.names(in: folder) {
                var status = stat()
                guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
                let bytes = name.dropLast().map(UInt8.init(bitPattern:))
                found.append((place.child(bytes), status.st_mode & S_IFMT == S_IFDIR))
            }
        }
        return found
    }

    // MARK: - Descriptors

    private func visit(_ place: ArtifactPlace, isRemoving: Bool) -> Contents? {
        var contents: Contents?
        withParent(of: place) { parent, name in
            var status = stat()
            guard fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
            var found = Contents()
            Self.visit(name, in: parent, isRemoving: isRemoving, &found)
            contents = found
        }
        return contents
    }

    private static func visit(
        _ name: [CChar],
        in parent: Int32,
        isRemoving: Bool,
        _ contents: inout Contents
    ) {
        func fail() {
            guard contents.failure == nil, errno != ENOENT else { return }
            let reason = String(cString: strerror(errno))
            let text = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
            contents.failure = "\(text): \(reason)"
        }
        var status = stat()
        guard fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return fail() }
        let time = status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1_000_000
        contents.newest = max(contents.newest, time)
        guard status.st_mode & S_IFMT == S_IFDIR else {
            if isRemoving, unlinkat(parent, name, 0) != 0 { return fail() }
            contents.fileCount += 1
            if status.st_mode & S_IFMT == S_IFREG { contents.byteCount += Int64(status.st_size) }
            return
        }
        let folder = openat(parent, name, folderFlags)
        guard folder >= 0 else { return fail() }
        for child in names(in: folder) {
            visit(child, in: folder, isRemoving: isRemoving, &contents)
        }
        close(folder)
        if isRemoving, unlinkat(parent, name, AT_REMOVEDIR) != 0 { fail() }
    }

    /// Calls `body` with the open folder that a place lies in, and its name there; not where a
    /// folder on the way is missing or was replaced by a link.
    private func withParent(of place: ArtifactPlace, _ body: (Int32, [CChar]) -> Void) {
        guard let parent = place.parent, let name = place.names.last else { return }
        withFolder(parent) { body($0, Self.text(name)) }
    }

    private func withFolder(_ place: ArtifactPlace, _ body: (Int32) -> Void) {
        var folder = open(Self.text(root.bytes), Self.folderFlags)
        for name in place.names where folder >= 0 {
            let next = openat(folder, Self.text(name), Self.folderFlags)
            close(folder)
            folder = next
        }
        guard folder >= 0 else { return }
        defer { close(folder) }
        body(folder)
    }

    private static let folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    private static let slash = UInt8(ascii: "/")

    /// The names in an open folder as C strings, sorted.
    private static func names(in folder: Int32) -> [[CChar]] {
        // Closing the stream closes its descriptor, and the caller's is still needed.
        let own = openat(folder, ".", folderFlags)
        guard own >= 0 else { return [] }
        guard let stream = fdopendir(own) else {
            close(own)
            return []
        }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                bytes.prefix { $0 != 0 }.map(CChar.init(bitPattern:))
            }
            if name != [dot], name != [dot, dot] { names.append(name + [0]) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static let dot = CChar(bitPattern: UInt8(ascii: "."))

    private static func text(_ bytes: [UInt8]) -> [CChar] {
        bytes.map(CChar.init(bitPattern:)) + [0]
    }
}
