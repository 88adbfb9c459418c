package import HTTPServer
import Platform
/// The path of an artifact below `artifacts/`, checked to stay there.
///
/// Names may contain percent signs and backslashes; a path that another program might read as one that
/// leads elsewhere is refused.
package struct ArtifactPath: Sendable {
    /// The path's components; none for `artifacts/` itself.
    package let names: [String]

    private static let maximumDepth = 64
    private static let maximumNameLength = 255
    /// The file system's limit.
    private static let maximumPathLength = 4095
    /// A limit that no client exceeds.
    private static let maximumDecodings = 8

    /// - Throws: ``ServerError`` for a path that leads elsewhere or is too deep.
    package init(_ path: String) throws(ServerError) {
        let bytes = Array(path.utf8)
        guard bytes.count <= Self.maximumPathLength, Self.isHarmless(bytes) else {
            throw Self.invalid(path)
        }
        // By bytes: a slash and a combining mark are one character.
        names = bytes.split(separator: UInt8(ascii: "/")).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard names.count <= Self.maximumDepth else {
            throw ServerError(
                .invalidParameter,
                "Invalid path: \(Self.shown(path)) has \(names.count) folders; artifacts lie in "
                    + "\(Self.maximumDepth) at most."
            )
        }
        guard names.allSatisfy({ $0.utf8.count <= Self.maximumNameLength }) else {
            throw Self.invalid(path)
        }
        // The folder of uploads belongs to the server.
        guard names.first != UploadFolder.name else { throw Self.invalid(path) }
    }

    /// The path, without empty components.
    var text: String { names.joined(separator: "/") }

    /// The path as messages show it.
    var shown: String { Self.shown(text) }

    /// A path cut to a length that fits a message.
    static func shown(_ path: String) -> String {
        path.count > 200 ? "\(path.prefix(200))…" : path
    }

    private static func invalid(_ path: String) -> ServerError {
        // MLflow's message, without the path, which may be anything.
        ServerError(.invalidParameter, "Invalid path")
    }

    /// Whether the path stays inside when it is decoded again, or when backslashes are read as
    /// separators.
    private static func isHarmless(_ path: [UInt8]) -> Bool {
        let (slash, backslash) = (UInt8(ascii: "/"), UInt8(ascii: "\\"))
        let dot = UInt8(ascii: ".")
        var path = path
        for _ in 0..<maximumDecodings {
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
