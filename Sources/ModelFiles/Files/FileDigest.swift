internal import Crypto
internal import Glibc

/// Checksums of files.
enum FileDigest {
    /// The SHA-256 of the file at `path`, in hexadecimal.
    static func sha256(
        path: String,
        isCancelled: () -> Bool = { false }
    ) throws -> String {
        let file = try MappedFile(path: path)
        var hash = SHA256()
        let step = 1 << 20
        for start in stride(from: 0, to: file.bytes.count, by: step) {
            if isCancelled() { throw CancellationError() }
            let end = min(start + step, file.bytes.count)
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: file.bytes[start..<end]))
        }
        return hexadecimal(hash.finalize())
    }

    /// The SHA-256 of the text in UTF-8, in hexadecimal.
    static func sha256(text: String) -> String {
        hexadecimal(SHA256.hash(data: Array(text.utf8)))
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        digest.reduce(into: "") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
