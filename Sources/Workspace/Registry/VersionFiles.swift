import ModelFiles
import Platform
import Registry
import Runs
import Tracking

/// What a registered version refers to: looked at when it is registered, and later compared with
/// what was there then.
///
/// A file whose stamp is the same has not been written since; only others are read. What is large
/// is read by the first check after the registration, and not while somebody waits for that.
struct VersionFiles {
    let opened: OpenedFolder
    let models: ModelService

    /// So many bytes are read at most when a version is registered: half a second.
    private static let maxBytesRead = 256 << 20
    /// A version that refers to more files than this is compared by none.
    private static let maxFiles = 10_000

    /// The files at a location as they are now, and the base model; nil where the location is
    /// outside the workspace, or nothing is there.
    ///
    /// - Parameters:
    ///   - location: A folder or file, as the store names it.
    ///   - base: The base model's path and digest, and until when it was certainly unchanged, in
    ///     milliseconds since 1970.
    func take(
        at location: String,
        base: (path: String, digest: String, since: Int)? = nil
    ) throws -> [VersionFile]? {
        let root = opened.path(of: location)
        guard FilePaths.exists(root) else { return nil }
        let paths = Self.paths(in: root)
        guard paths.count <= Self.maxFiles else { return nil }
        var left = Self.maxBytesRead
        var files = try paths.map { path in
            let full = Self.full(root, path)
            // The stamp first: what is written meanwhile is seen by the next check.
            let stamp = Stamp(full)
            left -= stamp.size
            return VersionFile(
                path: path,
                size: stamp.size,
                sha256: left >= 0 ? try Files.sha256(full).hexadecimal : nil,
                stamp: stamp.text
            )
        }
        if let base, FilePaths.exists(base.path) {
            let stamp = Stamp(base.path)
            files.append(
                VersionFile(
                    path: base.path,
                    size: stamp.size,
                    sha256: base.digest,
                    stamp: stamp.changed <= base.since ? stamp.text : nil
                )
            )
        }
        return files
    }

    /// What is not as it was when the version was registered, a few words for each file; nothing
    /// for a version whose files were not kept.
    ///
    /// - Parameter isThorough: Whether files whose digest was never taken are read now.
    func differences(of version: ModelVersion, isThorough: Bool = false) throws -> [String] {
        let registry = ModelRegistry(opened.store)
        guard
            let kept = try registry.files(of: version.model, version: version.version)
        else { return [] }
        let root = opened.path(of: version.storageLocation)
        var differences: [String] = []
        var seen = kept
        for (place, file) in kept.enumerated() {
            let path = Self.full(root, file.path)
            let isBase = file.path.hasPrefix("/")
            guard FilePaths.exists(path) else {
                // A base model is looked for by its name, too.
                if !isBase { differences.append("\(file.path.shown) is missing") }
                continue
            }
            let stamp = Stamp(path)
            if stamp.text == file.stamp, file.sha256 != nil || !isThorough { continue }
            let isSame =
                try stamp.size == file.size
                && (file.sha256 == nil
                    ? file.stamp == nil || stamp.text == file.stamp
                    : digest(path, isBase: isBase) == file.sha256)
            guard isSame else {
                differences.append("\(file.path.shown) has changed")
                continue
            }
            seen[place].stamp = stamp.text
            if file.sha256 == nil { seen[place].sha256 = try digest(path, isBase: isBase) }
        }
        let known = Set(kept.map { TrackingKey($0.path) })
        for path in Self.paths(in: root) where !known.contains(TrackingKey(path)) {
            differences.append("\(path.shown) was added")
        }
        if differences.isEmpty, seen != kept, opened.access == .full {
            try registry.confirm(seen, of: version.model, version: version.version)
        }
        return differences
    }

    /// Throws where a version's files are not those that were registered.
    func check(_ version: ModelVersion) throws {
        let found = try differences(of: version)
        guard let first = found.first else { return }
        let more = found.count > 1 ? ", and \(found.count - 1) more" : ""
        throw WorkspaceError(
            .conflict,
            "Version \(version.version) of \(version.model) is not what was registered: "
                + "\(first)\(more).",
            hint: "Bring the files back, or register a new version. `workbench workspace check` "
                + "names them all."
        )
    }

    private func digest(_ path: String, isBase: Bool) throws -> String {
        isBase ? try models.library.digest(path) : try Files.sha256(path).hexadecimal
    }

    /// The files below a folder, in the order of their names, or one empty path for a file itself.
    ///
    /// Those whose names begin with a dot are other programs' notes, or about to be renamed.
    private static func paths(in root: String, below prefix: String = "") -> [String] {
        guard FilePaths.isFolder(root) else { return prefix.isEmpty ? [""] : [] }
        return Files.names(in: root).filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            let path = "\(root)/\(name)"
            guard FilePaths.isFolder(path) else {
                return FilePaths.exists(path) ? ["\(prefix)\(name)"] : []
            }
            // Links between folders may lead in a circle.
            return ResolvedPath.linkTarget(path) == nil
                ? paths(in: path, below: "\(prefix)\(name)/") : []
        }
    }

    private static func full(_ root: String, _ path: String) -> String {
        path.isEmpty ? root : path.hasPrefix("/") ? path : "\(root)/\(path)"
    }

    /// What changes when a file, or a file in a folder, is written or replaced.
    ///
    /// The time of the last change of its entry is the kernel's own, and cannot be set back.
    private struct Stamp {
        var size = 0
        /// In milliseconds since 1970.
        var changed = 0
        var text = ""

        init(_ path: String) {
            guard let status = FileStatus(path) else { return }
            if status.kind == .folder {
                for name in Files.names(in: path) {
                    let part = Stamp("\(path)/\(name)")
                    size &+= part.size
                    changed = max(changed, part.changed)
                    text += "\(part.text);"
                }
                return
            }
            size = status.byteCount
            changed = status.changed.milliseconds
            // This text is stored beside the version, so its form stays.
            let times = [status.modified, status.changed].map { "\($0.seconds).\($0.nanoseconds)" }
            text = "\(size) \(status.inode) \(times.joined(separator: " "))"
        }
    }
}

extension String {
    /// A path in a message; that of a file which is the version itself has no name below it.
    fileprivate var shown: String { isEmpty ? "the file" : self }
}
