/// Removes what steers a terminal from a line of output.
enum PlainLine {
    /// The number of bytes of a line that are read.
    static let maxLength = 64 << 10

    private static let escape: UInt8 = 0x1B
    private static let bell: UInt8 = 0x07

    /// The bytes of a line without escape sequences and control characters; tabs become blanks.
    static func bytes(_ line: some Sequence<UInt8>) -> [UInt8] {
        let line =
            line.withContiguousStorageIfAvailable { Array($0.prefix(maxLength)) }
            ?? Array(line.prefix(maxLength))
        guard line.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return line }
        var result: [UInt8] = []
        result.reserveCapacity(line.count)
        var place = 0
        while place < line.count {
            let byte = line[place]
            if byte == escape {
                place = endOfSequence(line, place + 1)
            } else {
                if byte >= 0x20, byte != 0x7F { result.append(byte) }
                if byte == 0x09 { result.append(0x20) }
                place += 1
            }
        }
        return result
    }

    /// The place after an escape sequence whose second byte is at `place`.
    private static func endOfSequence(_ line: [UInt8], _ place: Int) -> Int {
        guard place < line.count else { return place }
        switch line[place] {
        case UInt8(ascii: "["):
            // Parameters, then one final byte.
            let end = line[(place + 1)...].firstIndex { !(0x20..<0x40).contains($0) }
            return end.map { $0 + 1 } ?? line.count
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"):
            // A string, ended by BEL or ESC \.
            guard
                let end = line[(place + 1)...].firstIndex(where: { $0 == bell || $0 == escape })
            else { return line.count }
            return line[end] == bell ? end + 1 : min(line.count, end + 2)
        case 0x20..<0x30: return min(line.count, place + 2)
        default: return place + 1
        }
    }
}
