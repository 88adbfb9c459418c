/// GPT-2's alphabet, which writes each of the 256 bytes as one printable character, so that
/// vocabularies can be stored in text files.
enum ByteAlphabet {
    /// The byte of each scalar below U+0144, or -1.
    ///
    /// Printable bytes are themselves; the others, in order, are the scalars from U+0100 on.
    private static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 0x144)
        var next = 0x100
        for byte in 0..<256 {
            switch byte {
            case 33...126, 161...172, 174...255:
                bytes[byte] = Int16(byte)
            default:
                bytes[next] = Int16(byte)
                next += 1
            }
        }
        return bytes
    }()

    /// Appends the bytes of a stored token.
    ///
    /// Characters outside the alphabet are unchanged.
    ///
    /// - Returns: Whether all of the token is in the alphabet.
    @discardableResult
    static func decode(_ token: some Sequence<UInt8>, to result: inout [UInt8]) -> Bool {
        var isSpelled = true
        // The alphabet ends below U+0144, so every letter takes one or two bytes.
        var lead: UInt8?
        for byte in token {
            if let first = lead {
                lead = nil
                let scalar = Int(first & 0x1F) << 6 | Int(byte & 0x3F)
                if byte & 0xC0 == 0x80, scalar < bytes.count, bytes[scalar] >= 0 {
                    result.append(UInt8(bytes[scalar]))
                    continue
                }
                result.append(first)
                isSpelled = false
            }
            if byte & 0xE0 == 0xC0 {
                lead = byte
            } else if byte < 0x80, bytes[Int(byte)] >= 0 {
                result.append(UInt8(bytes[Int(byte)]))
            } else {
                result.append(byte)
                isSpelled = false
            }
        }
        if let lead {
            result.append(lead)
            isSpelled = false
        }
        return isSpelled
    }

    /// The bytes in the order of their characters.
    static let order: [UInt8] = bytes.filter { $0 >= 0 }.map(UInt8.init)

    /// The character of each byte, in UTF-8.
    private static let characters: [[UInt8]] = {
        var characters = [[UInt8]](repeating: [], count: 256)
        for (scalar, byte) in bytes.enumerated() where byte >= 0 {
            characters[Int(byte)] =
                scalar < 0x80
                ? [UInt8(scalar)] : [0xC0 | UInt8(scalar >> 6), 0x80 | UInt8(scalar & 0x3F)]
        }
        return characters
    }()

    /// Bytes as a vocabulary stores them.
    static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.flatMap { characters[Int($0)] }
    }
}
