package import HTTPServer
/// The path of an artifact below `artifacts/` as a client names it, once it is known to be harmless.
///
/// A name is what it is, also with a percent sign or a backslash in it; a path that another program
/// might read as one that leads elsewhere is refused.
package struct ArtifactPath: Sendable {
    /// The names on the way; none for `artifacts/` itself.
    package let names: [String]

    private static let mostNames = 64
    private static let longestName = 255
    /// What a file system takes.
    private static let longestPath = 4095
    /// More often nobody encodes a path.
    private static let mostDecodings = 8

    /// - Throws: `ServerError` for a path that leads elsewhere, or is deeper than any artifact is.
    package init(_ path: String) throws(ServerError) {
        let bytes = Array(path.utf8)
        guard bytes.count <= Self.longestPath, Self.isHarmless(bytes) else {
            throw Self.invalid(path)
        }
        // By bytes: a combining mark would make another character of a slash.
        names = bytes.split(separator: UInt8(ascii: "/")).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard names.count <= Self.mostNames else {
            throw ServerError(
                .invalidParameter,
                "Invalid path: \(Self.shown(path)) has \(names.count) folders; artifacts lie in "
                    + "\(Self.mostNames) at most."
            )
        }
        guard names.allSatisfy({ $0.utf8.count <= Self.longestName }) else {
            throw Self.invalid(path)
        }
        // What the server keeps there is nobody's.
        guard names.first != UploadFolder.name else { throw Self.invalid(path) }
    }

    /// The path, without doubled slashes.
    var text: String { names.joined(separator: "/") }

    /// The path as messages show it.
    var shown: String { Self.shown(text) }

    /// A path that is not too long for a message.
    static func shown(_ path: String) -> String {
        path.count > 200 ? "\(path.prefix(200))…" : path
    }

    private static func invalid(_ path: String) -> ServerError {
        // MLflow's words, without the path: it may be anything.
        ServerError(.invalidParameter, "Invalid path")
    }

    /// Whether nobody who decodes a path once more, or takes a backslash for a separator, comes
    /// elsewhere by it.
    private static func isHarmless(_ path: [UInt8]) -> Bool {
        let (slash, backslash) = (UInt8(ascii: "/"), UInt8(ascii: "\\"))
        let dot = UInt8(ascii: ".")
        var path = path
        for _ in 0..<mostDecodings {
            guard path.first != slash, path.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                return false
            }
            let names = path.split { $0 == slash || $0 == backslash }
            guard names.allSatisfy({ $0 != [dot] && $0 != [dot, dot] }) else { return false }
            let decoded = PercentCode.decoded(path)
            if decoded == path { return true }
            path = decoded
        }
        return false
    }
}
