internal import Crypto
internal import Glibc

/// Checksums of files.
package enum FileDigest {
    /// What tells whether a file is the one that was meant, in lower-case hexadecimal.
    enum Checksum: Sendable, Equatable {
        /// The SHA-256 of the content.
        case sha256(String)
        /// The SHA-1 by which Git names the content, which covers its length too.
        case gitBlob(String)
    }

    /// The SHA-256 of the file at `path`, in hexadecimal.
    package static func sha256(
        path: String,
        isCancelled: () -> Bool = { false }
    ) throws -> String {
        try digest(of: MappedFile(path: path), SHA256(), isCancelled)
    }

    /// The SHA-256 of the files one behind the other, in hexadecimal.
    static func sha256(
        paths: [String],
        isCancelled: () -> Bool = { false }
    ) throws -> String {
        if paths.count == 1 { return try sha256(path: paths[0], isCancelled: isCancelled) }
        // Each file's own digest, so that no border between two can move unseen.
        let digests = try paths.map { try sha256(path: $0, isCancelled: isCancelled) }
        return sha256(text: digests.joined(separator: "\n"))
    }

    /// Whether the file at `path` has the checksum.
    static func matches(
        _ checksum: Checksum,
        path: String,
        isCancelled: () -> Bool = { false }
    ) throws -> Bool {
        switch checksum {
        case .sha256(let expected):
            return try sha256(path: path, isCancelled: isCancelled) == expected
        case .gitBlob(let expected):
            let file = try MappedFile(path: path)
            var hash = Insecure.SHA1()
            hash.update(data: Array("blob \(file.bytes.count)\0".utf8))
            return try digest(of: file, hash, isCancelled) == expected
        }
    }

    private static func digest(
        of file: MappedFile,
        _ hash: some HashFunction,
        _ isCancelled: () -> Bool
    ) throws -> String {
        var hash = hash
        let step = 1 << 20
        for start in stride(from: 0, to: file.bytes.count, by: step) {
            if isCancelled() { throw CancellationError() }
            let end = min(start + step, file.bytes.count)
            withExtendedLifetime(file) {
                let part = UnsafeRawBufferPointer(rebasing: file.bytes[start..<end])
                hash.update(bufferPointer: part)
            }
        }
        try file.checkIntact()
        return hexadecimal(hash.finalize())
    }

    /// The SHA-256 of the text in UTF-8, in hexadecimal.
    static func sha256(text: String) -> String {
        hexadecimal(SHA256.hash(data: Array(text.utf8)))
    }

    private static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
        digest.reduce(into: "") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
