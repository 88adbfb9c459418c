/// Damages bytes deterministically, for tests of file readers.
public struct Mutator {
    private var state: UInt64

    /// Starts a sequence of damages.
    public init(seed: UInt64) {
        state = seed
    }

    /// A number from 0 to less than `bound` (SplitMix64).
    public mutating func number(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((bits ^ (bits >> 31)) % UInt64(max(bound, 1)))
    }

    /// One of the files with one to six damages; `words` are inserted at random.
    public mutating func damaged(_ files: [[UInt8]], words: [[UInt8]]) -> [UInt8] {
        var bytes = files[number(below: files.count)]
        for _ in 0...number(below: 6) {
            damage(&bytes, from: files, words: words)
        }
        return bytes
    }

    private mutating func damage(
        _ bytes: inout [UInt8],
        from files: [[UInt8]],
        words: [[UInt8]]
    ) {
        guard !bytes.isEmpty else { return bytes.append(UInt8(number(below: 256))) }
        let place = place(in: bytes.count)
        switch number(below: 12) {
        case 0: bytes[place] ^= 1 << UInt8(number(below: 8))
        case 1: bytes[place] = UInt8(number(below: 256))
        case 2, 3: overwrite(&bytes, at: place)
        case 4: replaceDigits(&bytes, from: place)
        case 5: bytes.removeSubrange(range(in: bytes, from: place))
        case 6: bytes.insert(contentsOf: bytes[range(in: bytes, from: place)], at: place)
        case 7: bytes.removeSubrange(place...)
        case 8:
            let other = files[number(below: files.count)]
            guard !other.isEmpty else { return }
            let part = other[range(in: other, from: self.place(in: other.count))]
            bytes.insert(contentsOf: part, at: place)
        case 9:
            let part = Array(bytes[range(in: bytes, from: self.place(in: bytes.count))])
            bytes.replaceSubrange(place..<min(place + part.count, bytes.count), with: part)
        default:
            guard !words.isEmpty else { return }
            bytes.insert(contentsOf: words[number(below: words.count)], at: place)
        }
    }

    /// An offset, more often near the start, where headers are.
    private mutating func place(in count: Int) -> Int {
        number(below: number(below: 2) == 0 ? count : min(count, 64 << number(below: 8)))
    }

    private mutating func range(in bytes: [UInt8], from place: Int) -> Range<Int> {
        place..<min(bytes.count, place + 1 + number(below: 1 << number(below: 7)))
    }

    /// Overwrites a number, as for counts and offsets.
    private mutating func overwrite(_ bytes: inout [UInt8], at place: Int) {
        let extremes: [UInt64] = [
            0, 1, 2, 7, 31, 32, 33, 64, 127, 255, 256, 0x7FFF, 0xFFFF, 1 << 20, 1 << 31,
            (1 << 31) - 1,
            0xFFFF_FFFF, 1 << 32, 1 << 40, 1 << 48, 1 << 61, 1 << 62, (1 << 63) - 1, 1 << 63,
            (1 << 63) + 1, .max - 7, .max - 1, .max, UInt64(bytes.count), UInt64(bytes.count) + 1,
            UInt64(max(0, bytes.count - 1)), UInt64(max(0, bytes.count - place)),
        ]
        let value = extremes[number(below: extremes.count)]
        for index in 0..<(1 << number(below: 4)) where place + index < bytes.count {
            bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
        }
    }

    /// Replaces a number in digits by another.
    private mutating func replaceDigits(_ bytes: inout [UInt8], from place: Int) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
        let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
        let numbers = [
            "0", "1", "-1", "65", "999999", "2147483648", "4294967296", "9223372036854775807",
            "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e9", "1e999",
            "0.5", "00", "99999999999999999999999999",
        ]
        bytes.replaceSubrange(start..<end, with: numbers[number(below: numbers.count)].utf8)
    }
}
