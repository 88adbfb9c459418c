import Platform

/// The encoding of a file, detected from its first bytes.
enum TextEncoding: Equatable {
    case utf8
    case utf16(isBigEndian: Bool)

    static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The encoding that a byte order mark names; without one it is UTF-8.
    ///
    /// - Throws: `DatasetError.Code.notUTF8` for UTF-32, and for UTF-16 without a mark.
    init(of beginning: ArraySlice<UInt8>, path: String) throws {
        func begins(_ mark: [UInt8]) -> Bool { beginning.starts(with: mark) }
        if begins([0xFF, 0xFE, 0, 0]) || begins([0, 0, 0xFE, 0xFF]) {
            throw Self.fault(path, "is written in UTF-32", "UTF-32")
        }
        if begins([0xFF, 0xFE]) {
            self = .utf16(isBigEndian: false)
        } else if begins([0xFE, 0xFF]) {
            self = .utf16(isBigEndian: true)
        } else {
            if let isBigEndian = Self.unmarkedOrder(of: beginning) {
                throw Self.fault(
                    path,
                    "looks like UTF-16 without a byte order mark",
                    isBigEndian ? "UTF-16BE" : "UTF-16LE"
                )
            }
            self = .utf8
        }
    }

    /// The order of UTF-16 whose characters are mostly Latin: every second byte is zero.
    private static func unmarkedOrder(of bytes: ArraySlice<UInt8>) -> Bool? {
        let pairs = 8
        guard bytes.count >= 2 * pairs else { return nil }
        let start = bytes.startIndex
        let zeros = (0..<2).map { part in
            (0..<pairs).count { bytes[start + 2 * $0 + part] == 0 }
        }
        if zeros[1] >= pairs - 2, zeros[0] == 0 { return false }
        if zeros[0] >= pairs - 2, zeros[1] == 0 { return true }
        return nil
    }

    private static func fault(_ path: String, _ what: String, _ name: String) -> DatasetError {
        DatasetError(
            .notUTF8,
            "\(path) \(what)",
            hint: "convert the file: iconv -f \(name) -t UTF-8"
        )
    }
}

/// Converts UTF-16 to UTF-8, block by block.
///
/// Half of a surrogate pair becomes the three bytes that UTF-8 would write for it, which are
/// invalid UTF-8.
struct UTF16Transcoder {
    let isBigEndian: Bool
    private var oddByte: UInt8?
    private var leading: UInt32?

    init(isBigEndian: Bool) {
        self.isBigEndian = isBigEndian
    }

    mutating func transcode(_ block: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(block.count * 3 / 2)
        for byte in block {
            guard let first = oddByte else {
                oddByte = byte
                continue
            }
            oddByte = nil
            let (high, low) = isBigEndian ? (first, byte) : (byte, first)
            take(UInt32(high) << 8 | UInt32(low), &result)
        }
        return result
    }

    /// The rest at the end of the file.
    mutating func finish() -> [UInt8] {
        var result: [UInt8] = []
        if let leading { Self.write(leading, &result) }
        if oddByte != nil { result.append(0xFF) }
        (leading, oddByte) = (nil, nil)
        return result
    }

    private mutating func take(_ unit: UInt32, _ result: inout [UInt8]) {
        if let first = leading {
            leading = nil
            if 0xDC00..<0xE000 ~= unit {
                Self.write(0x10000 + (first - 0xD800) << 10 + (unit - 0xDC00), &result)
                return
            }
            Self.write(first, &result)
        }
        if 0xD800..<0xDC00 ~= unit { leading = unit } else { Self.write(unit, &result) }
    }

    private static func write(_ scalar: UInt32, _ result: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(scalar >> shift & 0x3F) }
        switch scalar {
        case ..<0x80: result.append(UInt8(scalar))
        case ..<0x800: result += [0xC0 | UInt8(scalar >> 6), tail(0)]
        case ..<0x10000: result += [0xE0 | UInt8(scalar >> 12), tail(6), tail(0)]
        default: result += [0xF0 | UInt8(scalar >> 18), tail(12), tail(6), tail(0)]
        }
    }
}

/// The Korean encoding of Windows.
enum CP949 {
    /// Whether bytes are valid in it: ASCII, and characters of two bytes in the assigned ranges.
    static func isValid(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            index += 1
            if lead < 0x80 { continue }
            guard index < bytes.count, isCharacter(lead, bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    private static func isCharacter(_ lead: UInt8, _ trail: UInt8) -> Bool {
        // KS X 1001, without its user-defined rows.
        if 0xA1...0xFD ~= lead, 0xA1...0xFE ~= trail { return lead != 0xC9 }
        // Microsoft's additional syllables.
        let isFurther =
            0x41...0x5A ~= trail || 0x61...0x7A ~= trail || 0x81...0xFE ~= trail
        guard isFurther else { return false }
        return 0x81...0xA0 ~= lead || 0xA1...0xC5 ~= lead && trail < 0xA1
            || lead == 0xC6 && trail <= 0x52
    }
}
