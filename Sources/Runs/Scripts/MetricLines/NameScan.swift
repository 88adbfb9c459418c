/// Finds the name that stands before a number in a line of text.
struct NameScan {
    private let line: [UInt8]

    init(_ line: [UInt8]) { self.line = line }

    /// Words that belong to the name after them: `Train loss`, `elapsed time per iteration`.
    private static let qualifiers: Set = [
        "train", "training", "val", "valid", "validation", "test", "eval", "evaluation", "dev",
        "lm", "mean", "avg", "average", "running", "smoothed", "best", "total", "token", "tokens",
        "grad", "gradient", "learning", "samples", "per", "elapsed", "time", "consumed", "global",
        "batch", "loss", "params", "num", "skipped", "nan", "number", "of", "peak", "trained",
        "top", "macro", "micro", "weighted", "policy", "value", "mtp_1", "aux", "step",
    ]

    private static let maxWords = 6

    /// The name that ends before a place.
    func name(endingAt end: Int) -> (text: String, start: Int)? {
        var last = end
        // The unit in brackets is no part of the name: `elapsed time (ms)`.
        if last > 0, line[last - 1] == UInt8(ascii: ")"),
            let open = line[..<last].lastIndex(of: UInt8(ascii: "(")), open > 0, last - open < 24
        {
            last = open
            while last > 0, line[last - 1] == 0x20 { last -= 1 }
        }
        guard let (first, start) = word(endingAt: last) else { return nil }
        var words = [first]
        var begin = start
        while words.count < Self.maxWords, begin > 1, line[begin - 1] == 0x20,
            let (before, place) = word(endingAt: begin - 1),
            Self.qualifiers.contains(before.lowercased())
        {
            words.insert(before, at: 0)
            begin = place
        }
        let name = words.joined(separator: "_")
        let isLowercased = words.count > 1 || MetricFieldName.isMeasurement(name)
        return (isLowercased ? name.lowercased() : name, begin)
    }

    /// The word that ends before a place, if it can be a name and stands by itself.
    ///
    /// A part of a URL, a path, a command-line option or a number is none.
    private func word(endingAt end: Int) -> (text: String, start: Int)? {
        var start = end
        while start > 0, MetricFieldName.isNameByte(line[start - 1]) { start -= 1 }
        guard start < end, end - start <= MetricFieldName.maxLength,
            MetricFieldName.isLetter(line[start]) || line[start] == UInt8(ascii: "_"),
            line[end - 1] != UInt8(ascii: ".")
        else { return nil }
        if start > 0 {
            let before = line[start - 1]
            guard " ,;:|([{>".utf8.contains(before), !isWithinURL(start) else { return nil }
        }
        return (String(decoding: line[start..<end], as: UTF8.self), start)
    }

    /// Whether the text without blanks around a place has `://` or begins with a dash.
    private func isWithinURL(_ place: Int) -> Bool {
        let start = line[..<place].lastIndex(of: 0x20).map { $0 + 1 } ?? 0
        let text = line[start..<place]
        return text.first == UInt8(ascii: "-")
            || String(decoding: text.prefix(256), as: UTF8.self).contains("://")
    }

    /// Words and the number after them, such as `Learning Rate 1.000e-05` or `Peak mem 14.402 GB`.
    func phrase(in range: Range<Int>) -> (name: String, value: Double)? {
        let words = line[range].split(separator: 0x20)
        guard
            let number = words.firstIndex(where: {
                MetricFieldName.isDigit($0.first ?? 0) || "+-.".utf8.contains($0.first ?? 0)
                    || $0.elementsEqual("nan".utf8) || $0.elementsEqual("inf".utf8)
            }), (1...4).contains(number), words.count <= number + 4
        else { return nil }
        let name = words[..<number]
        guard
            name.allSatisfy({ word in
                word.allSatisfy(MetricFieldName.isNameByte)
                    && MetricFieldName.isLetter(word.first ?? 0)
            }), let first = name.first, !first.isEmpty
        else { return nil }
        let text = Array(words[number])
        guard let (value, end) = PrintedNumber.scan(text, at: 0),
            Self.units.contains(String(decoding: text[end...], as: UTF8.self)),
            words[(number + 1)...].allSatisfy(Self.isRemark)
        else { return nil }
        let joined = name.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "_")
        return (joined.lowercased(), value)
    }

    private static let units: Set = ["", "%", "s", "ms", "us", "GB", "MB", "GiB", "MiB", "K", "."]

    /// A unit, or a remark in brackets, after a number.
    private static func isRemark(_ word: ArraySlice<UInt8>) -> Bool {
        word.first == UInt8(ascii: "(") || word.last == UInt8(ascii: ")")
            || units.contains(String(decoding: word, as: UTF8.self))
    }
}
