import Presentation
import TerminalUI
import Workspace

/// Draws the selected dataset's facts.
enum FactsView {
    static func draw(
        _ state: DataState,
        _ context: Context,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        guard let dataset = state.selected(in: context.library) else {
            canvas.box(rect)
            return
        }
        let inner = canvas.box(rect, title: StyledText(dataset.name, .strong))
        let lines = ScrollText(
            facts(of: dataset, state, context.library, inner.size, canvas.glyphs)
        )
        lines.draw(in: inner.inset(horizontally: 1), state: ScrollTextState(), on: &canvas)
    }

    private static func facts(
        of dataset: DatasetSummary,
        _ state: DataState,
        _ library: Library,
        _ size: Size,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        if let problem = dataset.problem {
            return [
                StyledText("\(glyphs.failed) \(problem)", .error),
                StyledText("Correct the file and add it again with a.", .muted),
                StyledText(dataset.path, .muted),
            ]
        }
        var lines = [
            fact(
                "rows",
                "\(dataset.trainingCount) to train on, \(dataset.heldOutCount) held out"
            )
        ]
        if let statistics = dataset.statistics {
            lines += facts(of: statistics)
        } else if let measured = state.measuring[dataset.name] {
            lines.append(fact("tokens", "counting, \(Figures.percent(measured))"))
        } else if library.hasNoModel {
            lines.append(fact("tokens", "counting needs a base model, P downloads one"))
        } else {
            lines.append(fact("tokens", "not counted yet"))
        }
        lines.append(
            fact(
                "content",
                "\(dataset.format), \(Figures.bytes(dataset.byteCount)) @ \(dataset.digest)"
            )
        )
        lines.append(fact("file", dataset.path))
        lines += dataset.decisions.map { fact("note", $0) }
        if let lint = dataset.lint {
            lines.append(label("lint") + FindingsView.summary(of: lint, glyphs))
        }
        if let histogram = dataset.statistics.flatMap({ LengthHistogram($0) }) {
            if size.height >= lines.count + histogram.columns.count + 3 {
                lines += [StyledText(), label("lengths") + StyledText("tokens and rows", .muted)]
                lines += histogram.bars(width: size.width - 2, glyphs)
            } else {
                lines.append(label("lengths") + histogram.inline(glyphs))
            }
        }
        return lines
    }

    private static func facts(of statistics: DatasetSummary.Statistics) -> [StyledText] {
        var lines = [
            fact(
                "tokens",
                "\(Figures.count(statistics.tokens)), of which "
                    + "\(Figures.count(statistics.targetTokens)) trained on; "
                    + "counted by \(statistics.model)"
            ),
            fact(
                "a row",
                "median \(statistics.medianTokens), mean "
                    + "\(Figures.significant(statistics.meanTokens)), 95 % up to "
                    + "\(statistics.p95Tokens), longest \(statistics.maximumTokens)"
            ),
        ]
        if statistics.tooLong > 0 {
            lines.append(
                StyledText(
                    "! \(statistics.tooLong) rows are longer than "
                        + "\(statistics.sequenceLength) tokens.",
                    .warning
                )
            )
        }
        if statistics.withoutTarget > 0 {
            lines.append(
                StyledText(
                    "! \(statistics.withoutTarget) rows have nothing to train on.",
                    .warning
                )
            )
        }
        return lines
    }

    private static func fact(_ label: String, _ value: String) -> StyledText {
        self.label(label) + StyledText(value)
    }

    private static func label(_ text: String) -> StyledText {
        StyledText(text.padded(to: 9), .muted)
    }
}
