internal import Glibc

/// A file of a cache with one value under a key.
///
/// Whatever cannot be trusted reads as nil, so that the value is made again: a damaged file, one of
/// another version, key or user. It is written atomically, and a write that fails changes nothing.
package struct CacheFile: Sendable {
    /// The file.
    package let path: String
    private let folder: String
    /// The lines before the value's digest.
    private let head: String

    /// The file of a key in a folder, which need not exist.
    ///
    /// - Parameters:
    ///   - kind: A word that the file's name begins with.
    ///   - version: The version of the value's form.
    ///   - key: One line.
    package init(folder: String, kind: String, version: Int, key: String) {
        self.folder = folder
        path = "\(folder)/\(kind)-\(sha256(of: key).prefix(24))"
        head = "workbench cache 1\n\(kind) \(version)\n\(key)\n"
    }

    /// The value, as it was written.
    package func read() -> [UInt8]? {
        guard let status = FileStatus(path), status.kind == .file, status.owner == getuid(),
            let bytes = try? Files.read(path), bytes.starts(with: head.utf8)
        else { return nil }
        let rest = bytes.dropFirst(head.utf8.count)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let value = Array(rest[(end + 1)...])
        return rest[..<end].elementsEqual(sha256(of: value).utf8) ? value : nil
    }

    /// Keeps a value; false if it cannot be written.
    @discardableResult
    package func write(_ value: [UInt8]) -> Bool {
        do {
            try Files.makeFolder(folder)
            try Files.write(Array("\(head)\(sha256(of: value))\n".utf8) + value, to: path)
            return true
        } catch {
            return false
        }
    }

    /// Forgets the value.
    package func remove() { Files.removeFile(path) }
}
