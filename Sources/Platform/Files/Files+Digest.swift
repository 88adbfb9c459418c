internal import Crypto
internal import Glibc

extension Files {
    /// The SHA-256 of a regular file in hexadecimal, and its number of bytes.
    package static func sha256(
        _ path: String,
        isCancelled: () -> Bool = { false }
    ) throws -> (hexadecimal: String, byteCount: Int) {
        var hash = SHA256()
        let byteCount = try readRegular(path) { bytes in
            if isCancelled() { throw CancellationError() }
            hash.update(bufferPointer: bytes)
        }
        return (hexadecimal(hash.finalize()), byteCount)
    }

    /// Reads a regular file in pieces, as ``read(_:_:)`` does; others, such as pipes, are refused.
    @discardableResult
    package static func readRegular(
        _ path: String,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        // The status is checked first: opening a pipe would wait for a writer.
        guard let status = FileStatus(path) else { throw PlatformError("\(path) cannot be read") }
        guard status.kind == .file else {
            throw PlatformError(.invalid, "\(path) is not a regular file.")
        }
        return try read(path, body)
    }
}

/// Bytes in lower-case hexadecimal.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
}

/// The SHA-256 of a text in UTF-8, in hexadecimal.
package func sha256(of text: String) -> String {
    hexadecimal(SHA256.hash(data: Array(text.utf8)))
}

/// The SHA-256 of bytes, in hexadecimal.
package func sha256(of bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }
