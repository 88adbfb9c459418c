/// The escapes of URIs.
enum PercentCode {
    /// The bytes with every `%XX` decoded, once.
    static func decoded(_ bytes: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), let high = digit(rest.first),
                let low = digit(rest.dropFirst().first)
            else {
                decoded.append(byte)
                continue
            }
            decoded.append(high << 4 | low)
            rest.removeFirst(2)
        }
        return decoded
    }

    /// The text decoded until no escape is left: `%252e` becomes `%2e`, then a dot.
    static func fullyDecoded(_ text: String) -> String {
        var bytes = Array(text.utf8)
        while true {
            let next = decoded(bytes)
            if next == bytes { return String(decoding: bytes, as: UTF8.self) }
            bytes = next
        }
    }

    /// The parts between slashes, split by bytes: in Swift, a slash and an accent are one character.
    static func split(_ path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }

    private static func digit(_ byte: UInt8?) -> UInt8? {
        switch byte {
        case .some(let byte) where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
            byte - UInt8(ascii: "0")
        case .some(let byte) where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20):
            (byte | 0x20) - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
