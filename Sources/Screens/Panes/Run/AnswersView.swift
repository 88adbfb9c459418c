import TerminalUI
import Workspace

/// What `a` shows: the answers of the selected run's last evaluation, whole.
enum AnswersView {
    static func sheet(_ state: AppState) -> TextSheet {
        let run = state.run.selected
        guard let answers = state.run.answers else {
            return TextSheet(
                title: "Answers",
                text: ScrollText([StyledText("The run has no answers yet.", .muted)])
            )
        }
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
            title: "What \(run?.name ?? "") answered after step \(answers.step)",
            text: ScrollText(lines)
        )
    }
}
