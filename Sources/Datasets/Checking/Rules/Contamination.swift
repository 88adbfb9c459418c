import Tokenizers

/// Finds held-out rows that are also trained on.
///
/// A row's text is its words without case and punctuation; a syllable of Hangul, kana or a Chinese
/// character is a word, since Korean spacing and endings vary. A held-out row counts if runs of 13
/// words (39 if most are syllables) that occur in training cover at least half of it; for rows
/// shorter than two runs, 8 words (24). A row shorter than a run counts if the whole of it occurs
/// in a row to train on. A row also counts if its question is asked in training.
struct Contamination {
    /// The share of a held-out row that must be known.
    static let share = 0.5

    private let heldOut: [TextUnits]
    /// Runs of held-out rows, and the row to train on that contains them.
    private var runs: [UInt64: Int32] = [:]
    /// Held-out rows shorter than a run, by their first words.
    private var short: [UInt64: [Int]] = [:]
    private var wholeIn: [Int: Int] = [:]
    private var lengths: Set<Int> = []
    /// A bit for the hash of each run, to reject most unknown runs quickly.
    private var filter = [UInt64](repeating: 0, count: 1 << 14)

    /// Shorter rows, in words, are too short to be recognized.
    private static let anchor = 3
    private static let isNowhere: Int32 = -1

    static func check(
        _ training: [Record],
        against heldOut: [Record],
        _ findings: inout LintCollector,
        _ isCancelled: () -> Bool
    ) throws {
        guard !training.isEmpty, !heldOut.isEmpty else { return }
        var contamination = Contamination(heldOut)
        var asked: [UInt64: Int] = [:]
        for (index, record) in training.enumerated() {
            if isCancelled() { throw CancellationError() }
            contamination.add(TextUnits(record), Int32(index))
            if record.messages != nil {
                let question = TextUnits(question: record).whole
                asked[question] = asked[question] ?? index
            }
        }
        for (index, record) in heldOut.enumerated() {
            let row = LintFinding.Row(part: .heldOut, number: index + 1, source: record.source)
            let question = record.messages == nil ? nil : asked[TextUnits(question: record).whole]
            if let other = contamination.known(index) {
                findings.note(
                    .contamination,
                    in: row.comparing(with: training[other].source),
                    "held-out rows occur in training too, with half of their text or more",
                    kind: "text",
                    excerpt: record.excerpt
                )
            } else if let question {
                findings.note(
                    .contamination,
                    in: row.comparing(with: training[question].source),
                    "questions of held-out rows are asked in training too",
                    kind: "question",
                    excerpt: record.excerpt
                )
            }
        }
    }

    init(_ records: [Record]) {
        heldOut = records.map { TextUnits($0) }
        for (index, row) in heldOut.enumerated() {
            if row.runLength < row.units.count || row.units.count >= row.shortestRun {
                lengths.insert(row.runLength)
                row.forEachRun(of: row.runLength) { _, run in
                    runs[run] = Self.isNowhere
                    insert(run)
                }
            } else if row.units.count >= Self.anchor {
                var start: UInt64?
                row.forEachRun(of: Self.anchor) { place, run in if place == 0 { start = run } }
                guard let start else { continue }
                short[start, default: []].append(index)
                insert(start)
            }
        }
    }

    /// Searches a row to train on for held-out text.
    mutating func add(_ row: TextUnits, _ index: Int32) {
        for length in lengths {
            row.forEachRun(of: length) { _, run in
                if mayContain(run), runs[run] == Self.isNowhere { runs[run] = index }
            }
        }
        guard !short.isEmpty else { return }
        row.forEachRun(of: Self.anchor) { place, run in
            guard mayContain(run), let candidates = short[run] else { return }
            for candidate in candidates where wholeIn[candidate] == nil {
                if row.units[place...].starts(with: heldOut[candidate].units) {
                    wholeIn[candidate] = Int(index)
                }
            }
        }
    }

    /// The row to train on that contains a held-out row.
    func known(_ index: Int) -> Int? {
        if let whole = wholeIn[index] { return whole }
        let row = heldOut[index]
        var covered = 0
        var end = 0
        var other: Int?
        row.forEachRun(of: row.runLength) { place, run in
            guard let found = runs[run], found != Self.isNowhere else { return }
            covered += place + row.runLength - max(end, place)
            end = place + row.runLength
            other = other ?? Int(found)
        }
        return Double(covered) >= Self.share * Double(row.units.count) ? other : nil
    }

    private mutating func insert(_ run: UInt64) {
        filter[Int(run >> 50)] |= 1 << (run >> 44 & 63)
    }

    private func mayContain(_ run: UInt64) -> Bool {
        filter[Int(run >> 50)] & 1 << (run >> 44 & 63) != 0
    }
}
