import Platform
import TerminalUI

/// The help that `?` shows: the pane's words, then every binding of its table.
enum HelpView {
    static func sheet(_ state: AppState) -> TextSheet {
        TextSheet(title: "Keys and words of \(state.pane.title)", text: text(state))
    }

    private static func text(_ state: AppState) -> ScrollText {
        var paragraphs = state.pane.content.words.map { word in
            StyledText(word.term.padded(to: 11) + " ", .accent) + StyledText(word.meaning)
        }
        let entries = state.keyTable.entries(in: state)
        var categories: [String] = []
        for entry in entries where !categories.contains(entry.category) {
            categories.append(entry.category)
        }
        for category in categories {
            paragraphs.append(StyledText())
            paragraphs.append(StyledText(category, .strong))
            for entry in entries where entry.category == category {
                paragraphs.append(line(entry))
            }
        }
        return ScrollText(paragraphs)
    }

    private static func line(_ entry: KeyTable<AppState, Action>.Entry) -> StyledText {
        let keys = entry.keys.map(\.description).joined(separator: ", ")
        let name = entry.argument.map { ":\(entry.id) \($0.uppercased())" } ?? ":\(entry.id)"
        let isEnabled = entry.disabledReason == nil
        var text = StyledText(keys.padded(to: 12) + " ", isEnabled ? .accent : .muted)
        if let reason = entry.disabledReason {
            text.append("\(entry.title): ", .muted)
            text.append(reason, .warning)
        } else {
            text.append(entry.title.padded(to: 42) + " ")
            text.append(name, .muted)
        }
        return text
    }
}

extension String {
    /// The text, padded with spaces to a width.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - DisplayWidth.of(self)))
    }
}
