/// Reads the output of llama.cpp: `[1]4.2337,[2]5.2897,` and `Final estimate: PPL = 5.8921 +/- 0.03` of
/// its perplexity, `train: [===>] data=0000010/0000100 loss=2.34567±0.01234` of its training.
enum LlamaLine {
    /// The bar of a training or, with names that begin with `val_`, of its validation.
    static func bar(in line: [UInt8]) -> LineFields? {
        guard let (label, prefix) = heads.first(where: { line.starts(with: $0.label.utf8) }),
            let open = line.dropFirst(label.utf8.count).firstIndex(where: { $0 != 0x20 }),
            line[open] == UInt8(ascii: "["), let data = range(of: " data=", in: line),
            let (done, slash) = PrintedNumber.integer(line, at: data + 6), slash < line.count,
            line[slash] == UInt8(ascii: "/"),
            let (total, end) = PrintedNumber.integer(line, at: slash + 1)
        else { return nil }
        var fields = LineFields()
        for (name, value) in NamedNumbers.pairs(in: Array(line[end...])).values {
            fields.add(prefix + name, value)
        }
        fields.counter = LineFields.Counter(label: label, done: done, total: total)
        return fields
    }

    private static let heads = [(label: "train:", prefix: ""), (label: "val:", prefix: "val_")]

    /// The perplexities after each chunk; nil for a line of another kind.
    static func chunks(in line: [UInt8]) -> [(chunk: Int, value: Double)]? {
        var chunks: [(chunk: Int, value: Double)] = []
        var place = 0
        while place < line.count {
            guard line[place] == UInt8(ascii: "["),
                let (chunk, close) = PrintedNumber.integer(line, at: place + 1),
                close < line.count, line[close] == UInt8(ascii: "]"),
                let (value, end) = PrintedNumber.scan(line, at: close + 1), end < line.count,
                line[end] == UInt8(ascii: ",")
            else { break }
            chunks.append((chunk, value))
            place = end + 1
            while place < line.count, line[place] == 0x20 { place += 1 }
        }
        return chunks.isEmpty ? nil : chunks
    }

    /// The perplexity over all chunks.
    static func finalEstimate(in line: [UInt8]) -> Double? {
        guard let start = range(of: "Final estimate: PPL", in: line) else { return nil }
        guard let sign = line[start...].lastIndex(of: UInt8(ascii: "=")) else { return nil }
        var place = sign + 1
        while place < line.count, line[place] == 0x20 { place += 1 }
        return PrintedNumber.scan(line, at: place)?.value
    }

    private static func range(of text: String, in line: [UInt8]) -> Int? {
        let text = Array(text.utf8)
        guard line.count >= text.count else { return nil }
        return (0...(line.count - text.count)).first { line[$0...].starts(with: text) }
    }
}
