/// Reads progress bars: those of tqdm, on which Hugging Face, Lightning and others build, and Keras'.
///
/// tqdm: `Epoch 0:  22%|██▏       | 4/18 [00:17<01:02,  4.47s/it, loss=10.07]`, without a total
/// `4it [00:17,  4.47s/it]`. Keras: `938/938 [====] - 3s 2ms/step - loss: 0.35`.
enum ProgressBarLine {
    /// The fields of the bar in a line, and the part of the line after it; nil if there is none.
    static func fields(in line: [UInt8]) -> (fields: LineFields, rest: [UInt8])? {
        tqdm(line) ?? keras(line)
    }

    // MARK: - tqdm

    private static func tqdm(_ line: [UInt8]) -> (fields: LineFields, rest: [UInt8])? {
        for (place, byte) in line.enumerated() where byte == UInt8(ascii: "[") {
            guard let clock = endOfClock(line, place + 1), clock.end < line.count,
                line[clock.end] == UInt8(ascii: "<") || line[clock.end] == UInt8(ascii: ","),
                let counter = counter(line, endingAt: place)
            else { continue }
            let end = line[place...].firstIndex(of: UInt8(ascii: "]")) ?? line.count
            var fields = LineFields()
            var isCounted = true
            let parts = split(line[clock.end..<end])
            for part in parts.dropFirst() {
                if let rate = rate(part) {
                    fields.secondsPerStep = rate.seconds
                    isCounted = !rate.isOfBytes
                } else {
                    fields.merge(NamedNumbers.pairs(in: part))
                }
            }
            if isCounted {
                fields.counter = LineFields.Counter(
                    label: label(line[..<counter.start]),
                    done: counter.done,
                    total: counter.total
                )
            }
            let rest = end < line.count ? Array(line[(end + 1)...]) : []
            return (fields, rest)
        }
        return nil
    }

    /// The place after a time such as `1:02:33` or `00:17`; of an unknown one, `?`.
    private static func endOfClock(_ line: [UInt8], _ start: Int) -> (end: Int, isKnown: Bool)? {
        if start < line.count, line[start] == UInt8(ascii: "?") { return (start + 1, false) }
        var place = start
        var colons = 0
        while place < line.count {
            if line[place] == UInt8(ascii: ":") {
                colons += 1
            } else if !MetricFieldName.isDigit(line[place]) {
                break
            }
            place += 1
        }
        return (1...2).contains(colons) && place - start >= 4 ? (place, true) : nil
    }

    /// `12/300` or `12it` before the bracket at `end`.
    private static func counter(
        _ line: [UInt8],
        endingAt end: Int
    ) -> (done: Int, total: Int?, start: Int)? {
        guard end > 1, line[end - 1] == 0x20 else { return nil }
        var start = end - 1
        while start > 0, line[start - 1] != 0x20, line[start - 1] != UInt8(ascii: "|") {
            start -= 1
        }
        let word = Array(line[start..<(end - 1)])
        guard let (done, place) = scaled(word, 0) else { return nil }
        guard place < word.count, word[place] == UInt8(ascii: "/") else {
            return place < word.count ? (done, nil, start) : nil
        }
        guard let (total, last) = scaled(word, place + 1), last == word.count else { return nil }
        return (done, total, start)
    }

    /// A count such as `300`, `1.2k` or `12.0M`, and the place after it.
    private static func scaled(_ word: [UInt8], _ start: Int) -> (count: Int, end: Int)? {
        guard start < word.count, MetricFieldName.isDigit(word[start]),
            let (value, end) = PrintedNumber.scan(word, at: start)
        else { return nil }
        let factors: [UInt8: Double] = [
            UInt8(ascii: "k"): 1e3, UInt8(ascii: "M"): 1e6, UInt8(ascii: "G"): 1e9,
        ]
        let factor = end < word.count ? factors[word[end]] : nil
        return LineFields.integer((value * (factor ?? 1)).rounded())
            .map { ($0, factor == nil ? end : end + 1) }
    }

    /// The time of a step from `1.20it/s` or `4.47s/it`.
    private static func rate(_ part: [UInt8]) -> (seconds: Double?, isOfBytes: Bool)? {
        guard let slash = part.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        guard let (value, end) = PrintedNumber.scan(part, at: 0), end <= slash else {
            return part.first == UInt8(ascii: "?") ? (nil, false) : nil
        }
        let unit = part[end..<slash].filter { $0 != 0x20 }
        guard unit.allSatisfy(MetricFieldName.isLetter) else { return nil }
        if Array(part[(slash + 1)...]) == Array("s".utf8) {
            let isOfBytes = unit.last == UInt8(ascii: "B")
            return (value > 0 && value.isFinite ? 1 / value : nil, isOfBytes)
        }
        return unit == Array("s".utf8) ? (value, false) : nil
    }

    /// What a bar counts: the text before it, without numbers, so that `Epoch 0` and `Epoch 1` are
    /// the same.
    private static func label(_ head: ArraySlice<UInt8>) -> String {
        var head = head
        if let percent = head.firstIndex(of: UInt8(ascii: "%")) { head = head[..<percent] }
        let letters = head.filter { MetricFieldName.isLetter($0) || $0 == 0x20 || $0 >= 0x80 }
        let text = String(decoding: letters.prefix(64), as: UTF8.self)
        return text.split(separator: " ").joined(separator: " ")
    }

    /// The parts between commas, without blanks around them.
    private static func split(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
        text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { part in
            let start = part.firstIndex { $0 != 0x20 } ?? part.endIndex
            let end = part.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? start
            return Array(part[start..<end])
        }
    }

    // MARK: - Keras

    private static func keras(_ line: [UInt8]) -> (fields: LineFields, rest: [UInt8])? {
        guard let start = line.firstIndex(where: { $0 != 0x20 }),
            let (done, slash) = PrintedNumber.integer(line, at: start), slash + 2 < line.count,
            line[slash] == UInt8(ascii: "/"),
            let (total, end) = PrintedNumber.integer(line, at: slash + 1), end + 1 < line.count,
            line[end] == 0x20, done <= total
        else { return nil }
        let mark = line[end + 1]
        // The bar is of `[===>...]` or of box-drawing characters.
        guard mark == UInt8(ascii: "[") || mark >= 0x80 else { return nil }
        var fields = LineFields()
        fields.counter = LineFields.Counter(label: "keras", done: done, total: total)
        return (fields, Array(line[(end + 1)...]))
    }
}
