extension UnsafeBufferPointer<UInt8> {
    /// The code point and the length of a well-formed sequence of two to four bytes, or nil.
    @inline(__always)
    func multibyteScalar(at position: Int, before limit: Int) -> (codePoint: UInt32, length: Int)? {
        let first = UInt32(self[position])
        let length: Int
        var codePoint: UInt32
        let minimum: UInt32
        switch first {
        case 0xC2...0xDF: (length, codePoint, minimum) = (2, first & 0x1F, 0x80)
        case 0xE0...0xEF: (length, codePoint, minimum) = (3, first & 0x0F, 0x800)
        case 0xF0...0xF4: (length, codePoint, minimum) = (4, first & 0x07, 0x1_0000)
        default: return nil
        }
        guard position + length <= limit else { return nil }
        for offset in 1..<length {
            let byte = UInt32(self[position + offset])
            guard byte & 0xC0 == 0x80 else { return nil }
            codePoint = codePoint << 6 | byte & 0x3F
        }
        guard codePoint >= minimum, codePoint <= 0x10_FFFF, codePoint & 0xFFFF_F800 != 0xD800 else {
            return nil
        }
        return (codePoint, length)
    }

    /// The length of the character at `position`: a byte that is not valid UTF-8 is one by itself.
    @inline(__always)
    func scalarLength(at position: Int, before limit: Int) -> Int {
        if self[position] < 0x80 { return 1 }
        return multibyteScalar(at: position, before: limit)?.length ?? 1
    }

    /// The start of the character that ends at `end`.
    func scalarStart(before end: Int, after lowest: Int) -> Int {
        var start = end - 1
        while start > lowest, end - start < 4, self[start] & 0xC0 == 0x80 { start -= 1 }
        if start < end - 1, multibyteScalar(at: start, before: end)?.length == end - start {
            return start
        }
        return end - 1
    }
}
