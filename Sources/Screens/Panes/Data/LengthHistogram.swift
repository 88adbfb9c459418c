import Datasets
import Presentation
import TerminalUI
import Workspace

/// A histogram of the lengths of a dataset's rows, with the cut at the sequence length.
struct LengthHistogram {
    let columns: [DatasetStatistics.Bucket]
    let sequenceLength: Int

    private static let longestBar = 60

    /// Nil if nothing was counted.
    init?(_ statistics: DatasetSummary.Statistics) {
        guard !statistics.lengths.isEmpty else { return nil }
        columns = statistics.lengths
        sequenceLength = statistics.sequenceLength
    }

    /// One level per column, with the cut between those that fit and those that do not.
    func inline(_ glyphs: GlyphSet) -> StyledText {
        var text = StyledText()
        for column in columns {
            if column.from > sequenceLength, column.from - width <= sequenceLength {
                text.append(glyphs == .ascii ? "|" : "│", .warning)
            }
            let isCut = column.from > sequenceLength
            text.append(level(column.count, glyphs), isCut ? .warning : Style(.series1))
        }
        let first = columns.first?.from ?? 0
        let last = (columns.last?.to ?? 1) - 1
        let isWithin = last <= sequenceLength
        text.append("  \(first) to \(last) tokens, ", .muted)
        text.append(
            isWithin ? "all within \(sequenceLength)" : "cut at \(sequenceLength)",
            isWithin ? .muted : .warning
        )
        return text
    }

    /// One bar per column, with the cut as a line between two.
    func bars(width: Int, _ glyphs: GlyphSet) -> [StyledText] {
        let label = "\((columns.last?.to ?? 0))".count
        let room = min(Self.longestBar, max(1, width - 2 * label - 12))
        var lines: [StyledText] = []
        for column in columns {
            if column.from > sequenceLength, column.from - self.width <= sequenceLength {
                lines.append(StyledText("cut at \(sequenceLength) tokens", .warning))
            }
            let isCut = column.from > sequenceLength
            let range =
                padded(column.from, to: label) + " to " + padded(column.to - 1, to: label) + "  "
            let length = (column.count * room + highest - 1) / highest
            var line = StyledText(range, .muted)
            line.append(
                String(repeating: glyphs.levels.last ?? "#", count: length),
                isCut ? .warning : Style(.series1)
            )
            if column.count > 0 { line.append(" \(Figures.count(column.count))", .muted) }
            lines.append(line)
        }
        return lines
    }

    /// The tokens that a column spans.
    private var width: Int { columns.first.map { $0.to - $0.from } ?? 1 }
    private var highest: Int { max(1, columns.map(\.count).max() ?? 1) }

    private func padded(_ number: Int, to width: Int) -> String {
        let text = "\(number)"
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func level(_ count: Int, _ glyphs: GlyphSet) -> String {
        guard count > 0 else { return " " }
        let levels = glyphs.levels
        return levels[min(levels.count - 1, count * levels.count / (highest + 1))]
    }
}
