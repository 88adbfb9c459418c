internal import Platform

/// A repository of the hub, or one file in it, as a person names it: `owner/name`,
/// `owner/name:file.gguf`, each with `@revision` behind the name where it is not `main`.
public struct HubReference: Sendable, Equatable, CustomStringConvertible {
    /// The repository, `owner/name`.
    public let repository: String
    /// A branch, tag or commit.
    public let revision: String
    /// The file that is meant; nil for the model as a whole.
    public let file: String?

    /// Reads a reference; nil for what is none.
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

    /// The reference as it is typed.
    public var description: String {
        repository + (revision == "main" ? "" : "@\(revision)") + (file.map { ":\($0)" } ?? "")
    }

    /// The folder of the repository among the pulled models, and what is in it the file's path.
    var folder: String {
        repository + (revision == "main" ? "" : "@\(revision)")
    }

    /// Whether a repository's path stays in its folder, names no hidden file and reads as what it
    /// is: characters that steer a terminal or turn the direction of text are none of a name.
    ///
    /// The hub's answer is not trusted with the names of files here.
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
