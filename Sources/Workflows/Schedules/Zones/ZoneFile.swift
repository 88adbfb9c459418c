/// The transitions of a zone file (TZif, RFC 9636) and the rule after them.
struct ZoneFile {
    /// The instants at which the offset changes, in seconds since 1970, ascending.
    var instants: [Int]
    /// The offset after each, in seconds east of UTC.
    var offsets: [Int]
    /// The offset before the first one.
    var firstOffset: Int
    /// The rule after the last one; nil: the last offset stays.
    var rule: ZoneRule?

    /// A zone with one offset.
    init(offset: Int) {
        instants = []
        offsets = []
        firstOffset = offset
    }

    /// Reads a file's content; nil if it is no zone file.
    init?(_ bytes: [UInt8]) {
        guard let header = Header(bytes, at: 0) else { return nil }
        guard header.version >= 2 else {
            self.init(bytes, header, at: Header.size, timeSize: 4)
            return
        }
        // The first block repeats the second one with times of 32 bits.
        let second = Header.size + header.length(timeSize: 4)
        guard let wide = Header(bytes, at: second) else { return nil }
        let start = second + Header.size
        self.init(bytes, wide, at: start, timeSize: 8)
        let end = start + wide.length(timeSize: 8)
        guard end < bytes.count, bytes[end] == 10 else { return nil }
        let line = bytes[(end + 1)...].prefix { $0 != 10 }
        if !line.isEmpty {
            guard let rule = ZoneRule(line) else { return nil }
            self.rule = rule
        }
    }

    private init?(_ bytes: [UInt8], _ header: Header, at start: Int, timeSize: Int) {
        guard header.types > 0, start + header.length(timeSize: timeSize) <= bytes.count else {
            return nil
        }
        let indices = start + header.times * timeSize
        let types = indices + header.times
        func offset(ofType index: Int) -> Int {
            Int(Int32(truncatingIfNeeded: bigEndian(bytes, at: types + index * 6, count: 4)))
        }
        firstOffset = offset(ofType: 0)
        instants = []
        offsets = []
        for index in 0..<header.times {
            let time = bigEndian(bytes, at: start + index * timeSize, count: timeSize)
            let type = Int(bytes[indices + index])
            guard type < header.types else { return nil }
            instants.append(timeSize == 4 ? Int(Int32(truncatingIfNeeded: time)) : time)
            offsets.append(offset(ofType: type))
        }
        guard zip(instants, instants.dropFirst()).allSatisfy({ $0 < $1 }),
            (offsets + [firstOffset]).allSatisfy({ abs($0) < 2 * secondsPerDay })
        else { return nil }
    }

    /// The head of a block: how much of everything it has.
    private struct Header {
        static let size = 44

        var version: Int
        var universalMarks: Int
        var standardMarks: Int
        var leaps: Int
        var times: Int
        var types: Int
        var characters: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard start + Self.size <= bytes.count,
                bytes[start..<start + 4].elementsEqual("TZif".utf8)
            else { return nil }
            version = bytes[start + 4] == 0 ? 1 : Int(bytes[start + 4]) - 48
            let counts = (0..<6).map { bigEndian(bytes, at: start + 20 + 4 * $0, count: 4) }
            guard counts.allSatisfy({ (0...65_536).contains($0) }) else { return nil }
            universalMarks = counts[0]
            standardMarks = counts[1]
            leaps = counts[2]
            times = counts[3]
            types = counts[4]
            characters = counts[5]
        }

        /// The length of what follows the head.
        func length(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4)
                + standardMarks + universalMarks
        }
    }
}

/// A signed number of 8 bytes, or an unsigned one of fewer.
private func bigEndian(_ bytes: [UInt8], at start: Int, count: Int) -> Int {
    Int(
        truncatingIfNeeded: bytes[start..<start + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    )
}
