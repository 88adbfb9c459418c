import ModelFiles
import Platform
import Registry
import Runs
import Tracking

/// The files that a registered version refers to, recorded at registration and compared later.
///
/// A file with the same stamp has not been written since; only the others are read. Large files are
/// read by the first check after the registration, so that registering does not wait for them.
struct VersionFiles {
    let opened: OpenedFolder
    let models: ModelService

    /// The maximum number of bytes read when a version is registered: about half a second.
    private static let maxBytesRead = 256 << 20
    /// The maximum number of files; a version with more is not compared.
    private static let maxFiles = 10_000

    /// The current files at a location, and the base model; nil if the location is outside the
    /// workspace or does not exist.
    ///
    /// - Parameters:
    ///   - location: A folder or file, as the store names it.
    ///   - base: The base model's path and digest, and the time until which it was certainly
    ///     unchanged, in milliseconds since 1970.
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
            // The stamp first, so that the next check sees files written meanwhile.
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

    /// The differences from the registered files, a few words for each file; empty for a version
    /// whose files were not recorded.
    ///
    /// - Parameter isThorough: Whether files without a recorded digest are read now.
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
                // A base model is also found by its name.
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

    /// Throws if a version's files differ from those registered.
    func check(_ version: ModelVersion) throws {
        let found = try differences(of: version)
        guard let first = found.first else { return }
        let more = found.count > 1 ? ", and \(found.count - 1) more" : ""
        throw WorkspaceError(
            .conflict,
            "Version \(version.version) of \(version.model) is not what was registered: "
                + "\(first)\(more).",
            hint: "Restore the files, or register a new version. `workbench workspace check` "
                + "lists all changes."
        )
    }

    private func digest(_ path: String, isBase: Bool) throws -> String {
        isBase ? try models.library.digest(path) : try Files.sha256(path).hexadecimal
    }

    /// The files below a folder, in the order of their names, or one empty path for a file itself.
    ///
    /// Hidden ones are skipped: they belong to other programs or are temporary.
    private static func paths(in root: String, below prefix: String = "") -> [String] {
        guard FilePaths.isFolder(root) else { return prefix.isEmpty ? [""] : [] }
        return Files.names(in: root).filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            let path = "\(root)/\(name)"
            guard FilePaths.isFolder(path) else {
                return FilePaths.exists(path) ? ["\(prefix)\(name)"] : []
            }
            // Links between folders may form a cycle.
            return ResolvedPath.linkTarget(path) == nil
                ? paths(in: path, below: "\(prefix)\(name)/") : []
        }
    }

    private static func full(_ root: String, _ path: String) -> String {
        path.isEmpty ? root : path.hasPrefix("/") ? path : "\(root)/\(path)"
    }

    /// A stamp that changes when a file, or a file in a folder, is written or replaced.
    ///
    /// It includes the status-change time, which programs cannot set.
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
            // This text is stored with the version, so its form must not change.
            let times = [status.modified, status.changed].map { "\($0.seconds).\($0.nanoseconds)" }
            text = "\(size) \(status.inode) \(times.joined(separator: " "))"
        }
    }
}

extension String {
    /// A path in a message; a version that is a single file has no path below it.
    fileprivate var shown: String { isEmpty ? "the file" : self }
}
