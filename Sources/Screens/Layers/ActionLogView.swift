import Presentation
import Runs
import TerminalUI
import Workspace

/// The log that `L` shows: actions and messages, with the command lines that do the same.
enum ActionLogView {
    static func sheet(_ state: AppState) -> TextSheet {
        TextSheet(title: "Log of actions", text: text(state))
    }

    private static func text(_ state: AppState) -> ScrollText {
        guard !state.log.entries.isEmpty else {
            return ScrollText([StyledText("Nothing has been done yet.", .muted)])
        }
        return ScrollText(
            state.log.entries.flatMap { entry in
                let style: Style =
                    switch entry.level {
                    case .success: .success
                    case .information: .text
                    case .warning: .warning
                    case .failure: .error
                    }
                var text = StyledText(Figures.clock(entry.date) + "  ", .muted)
                text.append(entry.text, style)
                guard let command = entry.command else { return [text] }
                return [text, StyledText("          $ \(command)", .accent)]
            }
        )
    }
}
