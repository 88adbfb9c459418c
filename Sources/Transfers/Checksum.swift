internal import Crypto
internal import Platform

/// A checksum that identifies a file, in lower-case hexadecimal.
package enum Checksum: Sendable, Equatable {
    /// The SHA-256 of the content.
    case sha256(String)
    /// Git's SHA-1 of the content, which includes its length.
    case gitBlob(String)

    /// Whether the file at `path` has the checksum.
    package func matches(_ path: String, isCancelled: () -> Bool = { false }) throws -> Bool {
        switch self {
        case .sha256(let expected):
            return try Files.sha256(path, isCancelled: isCancelled).hexadecimal == expected
        case .gitBlob(let expected):
            var hash = Insecure.SHA1()
            hash.update(data: Array("blob \(Files.byteCount(path))\0".utf8))
            try Files.readRegular(path) { bytes in
                if isCancelled() { throw CancellationError() }
                hash.update(bufferPointer: bytes)
            }
            return hexadecimal(hash.finalize()) == expected
        }
    }
}
