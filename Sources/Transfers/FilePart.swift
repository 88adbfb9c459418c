/// A stretch of a file that is fetched by a connection of its own, and where its bytes gather.
struct FilePart: Sendable, Equatable {
    /// The bytes of the file.
    let range: Range<Int>
    /// The file that they gather in.
    let path: String

    /// Shorter stretches are not worth a connection.
    static let minimumByteCount = 16 << 20

    /// Cuts a file of `byteCount` bytes, the same way each time and with names that tell where a
    /// part begins, so that what an earlier attempt left is taken up.
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
