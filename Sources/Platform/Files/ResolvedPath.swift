import Glibc

/// An absolute path without links, `.`, `..` or doubled slashes: the form in which paths are
/// compared, stored and shown.
///
/// The existing part of a path is resolved as the kernel resolves it. The rest, which is about to
/// be created, keeps its names. Paths are compared byte by byte: `String` treats two spellings of a
/// Hangul name as equal, a file system does not.
package struct ResolvedPath: Hashable, Sendable {
    /// The path's names, outermost first; empty for the root.
    package let names: [[UInt8]]

    /// Resolves a path.
    ///
    /// - Parameters:
    ///   - path: A path; `~` is `home`, and a relative one starts at the current folder.
    ///   - home: The user's home.
    package init(_ path: String, home: String? = nil) {
        names = Self.walk(Self.absolute(path, home))
    }

    /// The entry that a path names in its folder: the folder is resolved, but the last name is kept
    /// even if it is a link, since users know the file by it.
    package static func entry(_ path: String, home: String? = nil) -> ResolvedPath {
        var names = Self.names(absolute(path, home))
        guard let last = names.popLast(), last != [dot], last != [dot, dot] else {
            return ResolvedPath(path, home: home)
        }
        return ResolvedPath(names: walk([slash] + names.joined(separator: [slash])) + [last])
    }

    private init(names: [[UInt8]]) {
        self.names = names
    }

    /// The path as bytes.
    package var bytes: [UInt8] { [Self.slash] + names.joined(separator: [Self.slash]) }

    /// The path as text; invalid UTF-8 is replaced.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether a path is below this one.
    package func contains(_ path: ResolvedPath) -> Bool {
        path.names.count > names.count && path.names.starts(with: names)
    }

    /// The part of a path below this one; nil for any other.
    package func relative(_ path: ResolvedPath) -> String? {
        guard contains(path) else { return nil }
        let rest = path.names.dropFirst(names.count).joined(separator: [Self.slash])
        return String(decoding: Array(rest), as: UTF8.self)
    }

    // MARK: - Resolving

    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
    /// The number of links after which the kernel reports a cycle.
    static let maxLinks = 40

    private static func absolute(_ path: String, _ home: String?) -> [UInt8] {
        let bytes = Array(path.utf8)
        if bytes.first == slash { return bytes }
        if let home, bytes == [UInt8(ascii: "~")] || bytes.starts(with: "~/".utf8) {
            return Array(home.utf8) + bytes.dropFirst()
        }
        guard let folder = getcwd(nil, 0) else { return [slash] + bytes }
        defer { free(folder) }
        return Array(UnsafeBufferPointer(start: folder, count: strlen(folder)))
            .map(UInt8.init(bitPattern:)) + [slash] + bytes
    }

    private static func names(_ path: [UInt8]) -> [[UInt8]] {
        path.split(separator: slash).map(Array.init)
    }

    /// The names of an absolute path after following every link.
    private static func walk(_ path: [UInt8]) -> [[UInt8]] {
        var resolved: [[UInt8]] = []
        var pending: [[UInt8]] = names(path).reversed()
        var linkCount = 0
        while let name = pending.popLast() {
            if name == [dot] { continue }
            if name == [dot, dot] {
                _ = resolved.popLast()
                continue
            }
            resolved.append(name)
            guard linkCount < maxLinks,
                let target = linkTarget([slash] + resolved.joined(separator: [slash]))
            else { continue }
            linkCount += 1
            resolved.removeLast()
            if target.first == slash { resolved = [] }
            pending += names(target).reversed()
        }
        return resolved
    }

    /// The target of a link; nil with `errno` if there is no link.
    package static func linkTarget(_ path: String) -> String? {
        linkTarget(Array(path.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func linkTarget(_ path: [UInt8]) -> [UInt8]? {
        (path + [0]).withUnsafeBytes { path in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { target in
                guard let name = path.baseAddress?.assumingMemoryBound(to: CChar.self),
                    let start = target.baseAddress
                else { return nil }
                let count = readlink(name, start, target.count)
                return count > 0 ? target[..<count].map(UInt8.init(bitPattern:)) : nil
            }
        }
    }
}
