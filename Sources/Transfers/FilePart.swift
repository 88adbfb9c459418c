/// A range of a file that is fetched over its own connection, and the file that collects its bytes.
struct FilePart: Sendable, Equatable {
    /// The range in the file.
    let range: Range<Int>
    /// The file that collects its bytes.
    let path: String

    /// The minimum size that is worth a connection.
    static let minimumByteCount = 16 << 20

    /// Divides a file of `byteCount` bytes, always in the same way and with the offset in each
    /// name, so that an earlier attempt can be continued.
    static func parts(of byteCount: Int, at path: String, atMost count: Int) -> [FilePart] {
        let count = max(1, min(count, byteCount / minimumByteCount))
        return (0..<count).map { index in
            FilePart(
                range: byteCount / count
                    * index..<(index == count - 1 ? byteCount : byteCount / count * (index + 1)),
                path: index == 0 ? path : "\(path).\(byteCount / count * index)"
            )
        }
    }
}
