import Foundation
import Glibc
import JSON
import Workspace

/// The workspace's `artifacts/`, as clients may see it: nothing outside it, whatever a path or a
/// link says.
package struct ArtifactFolder: Sendable {
    /// The folder, with links resolved.
    private let root: String

    /// The folder at `path`, which is made if it is not there.
    package init(path: String) throws(WireError) {
        mkdir(path, 0o700)
        guard let real = FilePaths.real(path) else {
            throw WireError(.internalError, "The folder \(path) cannot be opened.")
        }
        root = real
    }

    /// Where the file or folder of that name lies; nil if there is none.
    package func existing(_ path: String) throws(WireError) -> String? {
        let full = try self.full(path)
        guard let real = FilePaths.real(full) else { return nil }
        guard real == root || real.hasPrefix(root + "/") else { throw Self.outside(path) }
        return real
    }

    /// Where a file of that name is to be written; the folders above it are made.
    package func place(for path: String) throws(WireError) -> String {
        let full = try self.full(path)
        guard full != root else { throw Self.invalid(path) }
        var folder = root
        for component in path.split(separator: "/").dropLast() {
            folder += "/\(component)"
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw Self.failure(path) }
            // A link that leads out is found before anything is made behind it.
            guard let real = FilePaths.real(folder) else { throw Self.failure(path) }
            guard real.hasPrefix(root + "/") else { throw Self.outside(path) }
            guard FilePaths.isFolder(real) else {
                throw WireError(
                    .invalidParameter,
                    "'\(path)' cannot be written: '\(component)' is a file."
                )
            }
        }
        var status = stat()
        if lstat(full, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw WireError(
                .invalidParameter,
                "'\(path)' is no file and cannot be replaced by one."
            )
        }
        return full
    }

    /// Removes a file, or a folder with all in it.
    package func remove(_ path: String) throws(WireError) {
        guard let real = try existing(path) else { return }
        guard real != root else { throw Self.invalid(path) }
        do { try FileManager.default.removeItem(atPath: real) } catch {
            throw WireError(.internalError, "'\(path)' could not be deleted.")
        }
    }

    /// What lies directly in a folder; nothing where there is no such folder.
    package func entries(of path: String) throws(WireError) -> [Entry] {
        guard let folder = try existing(path), FilePaths.isFolder(folder) else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().compactMap { name in
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { return nil }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            return Entry(name: name, size: isFolder ? nil : Int(status.st_size))
        }
    }

    package struct Entry {
        package let name: String
        /// The bytes of a file; nil for a folder.
        package let size: Int?
    }

    /// The full path, with links not resolved yet.
    private func full(_ path: String) throws(WireError) -> String {
        let components = path.split(separator: "/", omittingEmptySubsequences: true)
        let isHarmless = components.allSatisfy { component in
            let name = component.lowercased()
            return component != "." && component != ".." && !name.contains("%2e")
                && !name.contains("%2f") && !component.contains("\\")
                && !component.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        }
        guard isHarmless, !path.hasPrefix("/") else { throw Self.invalid(path) }
        return components.isEmpty ? root : "\(root)/\(components.joined(separator: "/"))"
    }

    private static func invalid(_ path: String) -> WireError {
        WireError(.invalidParameter, "Invalid path: \(path.prefix(200))")
    }

    private static func outside(_ path: String) -> WireError {
        WireError(.denied, "'\(path.prefix(200))' leads out of the workspace's artifacts.")
    }

    private static func failure(_ path: String) -> WireError {
        let shown = path.prefix(200)
        switch errno {
        case ENOSPC, EDQUOT: return WireError(.storageFull, "No room is left for '\(shown)'.")
        case ENAMETOOLONG, EINVAL, ENOTDIR:
            return WireError(.invalidParameter, "Invalid path: \(shown)")
        default:
            return WireError(
                .internalError,
                "'\(shown)' cannot be written: \(String(cString: strerror(errno)))."
            )
        }
    }
}

extension ArtifactFolder {
    /// What lies at a run's or model's location, for clients that do not read it through the proxy.
    func listing(of location: String, below path: String?) throws -> JSONValue {
        guard let base = ArtifactLocation.path(location) else {
            throw WireError(
                .invalidParameter,
                "The artifacts lie at \(location), which this server does not read."
            )
        }
        let below = path.map { $0.isEmpty ? "" : $0 + "/" } ?? ""
        let entries = try entries(of: "\(base)/\(path ?? "")")
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
