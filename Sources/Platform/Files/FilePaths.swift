internal import Glibc

/// Paths as text, and queries of the file system about them.
package enum FilePaths {
    /// The last component.
    package static func name(_ path: String) -> String {
        path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? path
    }

    /// Everything before the last component.
    package static func parent(_ path: String) -> String {
        var trimmed = path.utf8[...]
        while trimmed.count > 1, trimmed.last == UInt8(ascii: "/") { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == trimmed.startIndex ? "/" : String(Substring(trimmed[..<slash]))
    }

    /// Whether a path leads to something below the folder that it is relative to: it is not absolute,
    /// not that folder itself, and no `..` leads out of it.
    package static func isBelowFolder(_ path: String) -> Bool {
        guard !path.hasPrefix("/") else { return false }
        var depth = 0
        for part in path.utf8.split(separator: UInt8(ascii: "/"))
        where !part.elementsEqual(".".utf8) {
            depth += part.elementsEqual("..".utf8) ? -1 : 1
            if depth < 0 { return false }
        }
        return depth > 0
    }

    /// A hidden name in the folder of `path` that no other process or thread uses.
    package static func temporary(beside path: String) -> String {
        // A name may have 255 bytes; the start of a long one is enough.
        let start = String(decoding: name(path).utf8.prefix(180), as: UTF8.self)
        let mark = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        return "\(parent(path))/.\(start).\(mark)\(unfinishedEnding)"
    }

    /// The files and folders in a folder that ``temporary(beside:)`` has named for one of `names`.
    ///
    /// If nobody writes them, a process died before it could rename or remove them.
    package static func temporaries(of names: [String], in folder: String) -> [String] {
        let starts = names.map { ".\(String(decoding: $0.utf8.prefix(180), as: UTF8.self))." }
        return Files.names(in: folder).filter { name in
            guard name.hasSuffix(unfinishedEnding) else { return false }
            let stem = name.dropLast(unfinishedEnding.count)
            return starts.contains { start in
                stem.hasPrefix(start) && !stem.dropFirst(start.count).contains(".")
            }
        }
    }

    private static let unfinishedEnding = ".unfinished"

    /// Whether anything exists at a path, following links.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether it is neither a file nor a folder, for example a device or a pipe.
    package static func isSpecial(_ path: String) -> Bool {
        FileStatus(path)?.kind == .special
    }

    /// Whether a path is a folder, following links.
    package static func isFolder(_ path: String) -> Bool { FileStatus(path)?.kind == .folder }

    /// Whether a path is a regular file, following links.
    package static func isFile(_ path: String) -> Bool { FileStatus(path)?.kind == .file }

    /// The path without symbolic links; nil if nothing exists there.
    package static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
