import TerminalUI
import Workspace

/// The text that `a` shows: the complete answers of a run's last evaluation.
enum AnswersView {
    static func sheet(of run: RunSummary, _ answers: RunSamples) -> TextSheet {
        var lines: [StyledText] = []
        for sample in answers.samples {
            if !lines.isEmpty { lines.append(StyledText()) }
            lines.append(StyledText("asked     ", .muted) + StyledText(sample.prompt, .strong))
            lines.append(StyledText("answered  ", .muted) + StyledText(sample.answer))
            if let reference = sample.reference {
                lines.append(StyledText("expected  ", .muted) + StyledText(reference, .muted))
            }
        }
        return TextSheet(
            title: "What \(run.name) answered after step \(answers.step)",
            text: ScrollText(lines),
            key: "a"
        )
    }
}
