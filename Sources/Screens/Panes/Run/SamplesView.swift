import Runs
import TerminalUI
import Workspace

/// The text that `a` shows: the complete samples of a run's last evaluation.
enum SamplesView {
    static func sheet(of run: RunSummary, _ samples: RunSamples) -> TextSheet {
        var lines: [StyledText] = []
        for sample in samples.samples {
            if !lines.isEmpty { lines.append(StyledText()) }
            lines.append(StyledText("asked     ", .muted) + StyledText(sample.prompt, .strong))
            lines.append(StyledText("answered  ", .muted) + StyledText(sample.answer))
            if let reference = sample.reference {
                lines.append(StyledText("expected  ", .muted) + StyledText(reference, .muted))
            }
        }
        return TextSheet(
            title: "Answers of \(run.name) after step \(samples.step)",
            text: ScrollText(lines),
            key: "a"
        )
    }
}
