internal import Platform

/// A repository of the hub, or one file in it: `owner/name`, `owner/name:file.gguf`, each with
/// `@revision` after the name if it is not `main`.
public struct HubReference: Sendable, Equatable, CustomStringConvertible {
    /// The repository, `owner/name`.
    public let repository: String
    /// A branch, tag or commit.
    public let revision: String
    /// The referenced file; nil for the whole model.
    public let file: String?

    /// Parses a reference; nil if invalid.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let names = parts[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let path = names[0].split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 2, path.allSatisfy(Self.isName) else { return nil }
        repository = String(names[0])
        revision = names.count > 1 ? String(names[1]) : "main"
        guard Self.isName(revision[...]) else { return nil }
        file = parts.count > 1 ? String(parts[1]) : nil
        if let file, !Self.isSafePath(file) { return nil }
    }

    /// The reference in the form that is parsed.
    public var description: String {
        repository + (revision == "main" ? "" : "@\(revision)") + (file.map { ":\($0)" } ?? "")
    }

    /// The repository's folder among the pulled models, followed by the path of the file.
    var folder: String {
        repository + (revision == "main" ? "" : "@\(revision)")
    }

    /// Whether a repository's path stays in its folder, contains no hidden file, and is readable:
    /// characters that control a terminal or the text direction are not allowed.
    ///
    /// The hub is not trusted with file names on this machine.
    static func isSafePath(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return path.utf8.count <= 500 && VisibleText.line(path) == path
            && parts.allSatisfy { part in
                !part.isEmpty && part.first != "." && !part.hasSuffix(".partial")
                    && !part.utf8.contains(UInt8(ascii: "\\"))
            }
    }

    private static func isName(_ text: Substring) -> Bool {
        !text.isEmpty && text.first != "." && text.utf8.count <= 96
            && text.utf8.allSatisfy { byte in
                "._-".utf8.contains(byte) || (0x30...0x39).contains(byte)
                    || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            }
    }
}
