/// Reads names with numbers in a line of text: `step=12 loss=2.31`, `Epoch 3 - loss: 0.35`,
/// `Iter 10: Train loss 2.003, Learning Rate 1.000e-05`, ` iteration 1/100 | lm loss: 1.3E+01 |`.
///
/// A log has many names with numbers that measure nothing. Pairs with `=` count if the line has
/// nothing else, all others if the line names a step or a known measurement.
struct NamedNumbers {
    private struct Pair {
        var name: String
        var value: Double
        /// Whether it is written as `name=value`, without blanks before the sign.
        var isTight: Bool
    }

    private let line: [UInt8]
    private var pairs: [Pair] = []
    private var head = LineFields()
    /// Where the numbers and names start that were read.
    private var covered: [Range<Int>] = []

    /// The fields of a line of text.
    static func fields(in line: [UInt8]) -> LineFields {
        guard line.contains(where: MetricFieldName.isDigit) || hasWordNumber(line) else {
            return LineFields()
        }
        var reader = NamedNumbers(line: line)
        reader.readPositions()
        reader.readPairs()
        let hasPosition =
            reader.head.step != nil || reader.head.counter != nil
            || reader.head.epoch != nil
        if hasPosition { reader.readPhrases() }
        let isMeasurement = reader.pairs.contains {
            MetricFieldName.isMeasurement($0.name) || FieldRole($0.name, $0.value) == .step
        }
        var fields = reader.head
        guard hasPosition || isMeasurement || reader.isOnlyTightPairs else { return LineFields() }
        for pair in reader.pairs { fields.add(pair.name, pair.value) }
        return fields
    }

    /// The fields of a text that is known to consist of pairs, such as the end of a bar.
    static func pairs(in text: [UInt8]) -> LineFields {
        var reader = NamedNumbers(line: text)
        reader.readPairs()
        var fields = LineFields()
        for pair in reader.pairs { fields.add(pair.name, pair.value) }
        return fields
    }

    private init(line: [UInt8]) { self.line = line }

    private static func hasWordNumber(_ line: [UInt8]) -> Bool {
        // Sets the bit that makes letters lower-case. Most lines have no such word.
        var (first, second): (UInt8, UInt8) = (0, 0)
        for byte in line.prefix(4096) {
            let letter = byte | 0x20
            switch (first, second, letter) {
            case (0x6E, 0x61, 0x6E), (0x69, 0x6E, 0x66): return true
            default: (first, second) = (second, letter)
            }
        }
        return false
    }

    // MARK: - Positions

    /// A batch or a chunk is a position only with a total: `batch=32` is a setting.
    private static let positionWords: [(word: [UInt8], isEpoch: Bool, isStep: Bool)] = [
        "epoch", "global_step", "step", "iteration", "iter", "batch", "update", "chunk",
    ].map { (Array($0.utf8), $0 == "epoch", $0 != "batch" && $0 != "chunk") }

    /// Reads `Epoch 3/10`, `Step [100/600]`, `iter 100:`, `epoch: 3`, `step=12`.
    private mutating func readPositions() {
        var place = 0
        while place < line.count {
            guard MetricFieldName.isLetter(line[place]), isWordStart(place) else {
                place += 1
                continue
            }
            guard let found = position(at: place) else {
                place = endOfWord(place)
                continue
            }
            covered.append(place..<found)
            place = found
        }
        if let (place, counter) = bracketedCounter(), head.counter == nil {
            head.counter = counter
            covered.append(place)
        }
    }

    /// Reads a position whose word starts at a place; returns the place after it.
    private mutating func position(at start: Int) -> Int? {
        let end = endOfWord(start)
        let word = line[start..<end].map { $0 | 0x20 }
        let plain = line[start..<end].contains(UInt8(ascii: "_")) ? Array(line[start..<end]) : word
        guard let entry = Self.positionWords.first(where: { $0.word == plain }) else { return nil }
        var place = end
        while place < line.count, " :=#[".utf8.contains(line[place]), place - end < 12 {
            place += 1
        }
        guard let (number, stop) = PrintedNumber.scan(line, at: place), number >= 0,
            place > end
        else { return nil }
        var total: Int?
        var last = stop
        var slash = stop
        while slash < line.count, line[slash] == 0x20, slash - stop < 4 { slash += 1 }
        if slash < line.count, line[slash] == UInt8(ascii: "/") {
            var next = slash + 1
            while next < line.count, line[next] == 0x20, next - slash < 12 { next += 1 }
            if let (value, end) = PrintedNumber.integer(line, at: next) {
                (total, last) = (value, end)
            }
        }
        guard last >= line.count || " ,;:|])(-\t".utf8.contains(line[last]) else { return nil }
        if entry.isEpoch {
            head.epoch = head.epoch ?? number
        } else if let done = LineFields.integer(number) {
            if let total {
                head.counter = .init(label: "step", done: done, total: total)
            } else if entry.isStep {
                head.step = head.step ?? done
            } else {
                return nil
            }
        } else {
            return nil
        }
        return last
    }

    /// `[640/60000 (1%)]`, as in PyTorch's examples.
    private func bracketedCounter() -> (Range<Int>, LineFields.Counter)? {
        for (place, byte) in line.enumerated() where byte == UInt8(ascii: "[") {
            var start = place + 1
            while start < line.count, line[start] == 0x20 { start += 1 }
            guard let (done, slash) = PrintedNumber.integer(line, at: start), slash < line.count,
                line[slash] == UInt8(ascii: "/"),
                let (total, end) = PrintedNumber.integer(line, at: slash + 1), end < line.count,
                line[end] == UInt8(ascii: "]") || line[end] == 0x20,
                !covered.contains(where: { $0.contains(start) })
            else { continue }
            return (place..<end, .init(label: "items", done: done, total: total))
        }
        return nil
    }

    // MARK: - Pairs

    private mutating func readPairs() {
        var place = 0
        while place < line.count, pairs.count < LineFields.maxValues {
            let sign = line[place]
            guard sign == UInt8(ascii: "=") || sign == UInt8(ascii: ":"),
                let pair = pair(at: place)
            else {
                place += 1
                continue
            }
            pairs.append(pair.pair)
            covered.append(pair.range)
            place = pair.range.upperBound
        }
    }

    /// The pair whose sign is at a place.
    private func pair(at sign: Int) -> (pair: Pair, range: Range<Int>)? {
        guard !covered.contains(where: { $0.contains(sign) }) else { return nil }
        var number = sign + 1
        while number < line.count, line[number] == 0x20, number - sign < 20 { number += 1 }
        guard let (value, end) = PrintedNumber.scan(line, at: number),
            let after = endOfValue(end), !isOfOtherUnit(after)
        else { return nil }
        var last = sign
        while last > 0, line[last - 1] == 0x20, sign - last < 8 { last -= 1 }
        guard let name = NameScan(line).name(endingAt: last) else { return nil }
        let isTight = last == sign && line[sign] == UInt8(ascii: "=")
        return (Pair(name: name.text, value: value, isTight: isTight), name.start..<after)
    }

    /// The place after a number and its unit, if nothing else follows it.
    private func endOfValue(_ end: Int) -> Int? {
        guard end < line.count else { return end }
        if line[end...].starts(with: "±".utf8) { return end }
        if isEnd(end) { return end }
        if line[end] == UInt8(ascii: "."), end + 1 == line.count || line[end + 1] == 0x20 {
            return end
        }
        for unit in Self.units where line[end...].starts(with: unit) && isEnd(end + unit.count) {
            return end + unit.count
        }
        return nil
    }

    /// Whether the word after a number says that it counts something else:
    /// `perplexity: 1.2 seconds per pass`.
    private func isOfOtherUnit(_ place: Int) -> Bool {
        guard place + 1 < line.count, line[place] == 0x20 else { return false }
        let word = line[(place + 1)...].prefix(while: MetricFieldName.isLetter)
        return Self.otherUnits.contains(String(decoding: word.prefix(16), as: UTF8.self))
    }

    private static let otherUnits: Set = [
        "seconds", "minutes", "hours", "days", "chunks", "bytes", "files", "items", "runs",
    ]

    private func isEnd(_ place: Int) -> Bool {
        place >= line.count || " ,;|)]}±".utf8.contains(line[place])
    }

    private static let units = ["%", "ms", "us", "s", "GB", "MB", "GiB", "MiB"].map {
        Array($0.utf8)
    }

    /// Whether the line has nothing but pairs with `=` and what separates them.
    private var isOnlyTightPairs: Bool {
        guard !pairs.isEmpty, pairs.allSatisfy(\.isTight) else { return false }
        var isCovered = [Bool](repeating: false, count: line.count)
        for range in covered {
            for place in range.clamped(to: 0..<line.count) { isCovered[place] = true }
        }
        return zip(line, isCovered).allSatisfy { $1 || " ,;|".utf8.contains($0) }
    }

    // MARK: - Phrases

    /// Reads the parts between commas and bars that are words and a number: `Train loss 2.003`.
    private mutating func readPhrases() {
        for part in line.indices.split(whereSeparator: { ",|:".utf8.contains(line[$0]) }) {
            guard let first = part.first(where: { line[$0] != 0x20 }),
                MetricFieldName.isLetter(line[first]), let end = part.last.map({ $0 + 1 }),
                !covered.contains(where: { $0.overlaps(first..<end) }),
                let phrase = NameScan(line).phrase(in: first..<end)
            else { continue }
            pairs.append(Pair(name: phrase.name, value: phrase.value, isTight: false))
        }
    }

    private func isWordStart(_ place: Int) -> Bool {
        place == 0 || !(MetricFieldName.isNameByte(line[place - 1]) || line[place - 1] >= 0x80)
    }

    private func endOfWord(_ start: Int) -> Int {
        var place = start
        while place < line.count, MetricFieldName.isLetter(line[place]) || line[place] == 0x5F {
            place += 1
        }
        return max(place, start + 1)
    }
}
