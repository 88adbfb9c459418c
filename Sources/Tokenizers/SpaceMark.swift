/// U+2581, which represents a space in vocabularies of plain text.
enum SpaceMark {
    static let bytes: [UInt8] = [0xE2, 0x96, 0x81]

    /// Spaces become marks.
    static func mark(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text {
            if byte == 0x20 { result += bytes } else { result.append(byte) }
        }
        return result
    }

    /// Marks become spaces.
    static func unmark(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text
        while let first = rest.first {
            if first == bytes[0], rest.starts(with: bytes) {
                result.append(0x20)
                rest = rest.dropFirst(bytes.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}

extension PreTokenizer {
    /// Splits before runs of spaces, without the cost of a pattern.
    mutating func cutBeforeSpaces() {
        splits.append(Self.spaces)
    }

    private static let spaces: Split = {
        do {
            return Split(
                pattern: try Pattern("\u{2581}*[^\u{2581}]+|\u{2581}+"),
                behavior: .isolated,
                isInverted: false
            )
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}
