import Platform
package import TerminalUI
package import Workspace

/// What covers the pane and takes the keys until it is closed.
package enum Overlay: Equatable, Sendable {
    /// The bindings and words of the pane.
    case help(ScrollTextState)
    /// All bindings, filtered by typing.
    case palette(MenuState)
    /// The `:` line.
    case commandLine(TextFieldState)
    /// The log of actions.
    case actionLog(ScrollTextState)
    /// The alerts, with the selected one's number.
    case alerts(ListState<Int>)
    /// A text.
    case text(TextSheet, ScrollTextState)
    /// A question with consequences.
    case question(Question)
    /// A question for one line of text.
    case prompt(TextPrompt)
    /// A question for one of several things.
    case choice(ChoicePrompt)
}

/// A dialog and the actions of its answers.
package struct Question: Equatable, Sendable {
    /// The dialog.
    package var dialog: Dialog
    /// Which button has the focus.
    package var state = Dialog.State()
    /// The action of each choice, by its id.
    package var answers: [String: Action]

    /// A question; each way to answer has its action.
    ///
    /// - Parameter refusal: The title of the button that changes nothing.
    package init(
        _ title: String,
        message: [StyledText],
        answers: [(choice: Dialog.Choice, action: Action)],
        requiredText: String? = nil,
        refusal: String = Dialog.cancel
    ) {
        dialog = Dialog(
            title: title,
            message: message,
            choices: answers.map(\.choice),
            requiredText: requiredText,
            refusal: refusal
        )
        self.answers = Dictionary(
            answers.map { ($0.choice.id, $0.action) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

/// A question for one line of text.
package struct TextPrompt: Equatable, Sendable {
    /// The action of the text; two are equal when their names are.
    package struct Answer: Equatable, Sendable {
        package let name: String
        package let action: @Sendable (String) -> Action

        package init(_ name: String, _ action: @escaping @Sendable (String) -> Action) {
            self.name = name
            self.action = action
        }

        package static func == (left: Answer, right: Answer) -> Bool { left.name == right.name }
    }

    /// The question.
    package var title: String
    /// The hint below the field.
    package var hint: String
    /// What has been typed.
    package var field: TextFieldState
    /// Whether the text may be empty.
    package var isOptional = false
    /// Why the last answer was refused.
    package var problem: String?
    /// The action of the text.
    package var answer: Answer

    /// A question.
    ///
    /// - Parameters:
    ///   - text: The likely answer; typing replaces it.
    ///   - typed: The previous answer, to be corrected; replaces `text`.
    ///   - problem: Why that answer was refused.
    package init(
        _ title: String,
        hint: String,
        text: String = "",
        typed: String? = nil,
        problem: WorkspaceError? = nil,
        answer: Answer
    ) {
        self.title = title
        self.hint = hint
        field = typed.map { TextFieldState($0) } ?? TextFieldState(text, isSelected: true)
        self.problem = problem?.description
        self.answer = answer
    }
}

/// A question for one of several things, filtered by typing.
package struct ChoicePrompt: Equatable, Sendable {
    /// The question.
    package var title: String
    /// The entries.
    package var items: [MenuItem]
    /// What has been typed and selected.
    package var state: MenuState
    /// The action of each entry, by its id.
    package var answers: [String: Action]

    package init(
        _ title: String,
        items: [(item: MenuItem, action: Action)],
        selected: String? = nil
    ) {
        self.title = title
        self.items = items.map(\.item)
        state = MenuState(selected: selected)
        answers = Dictionary(
            items.map { ($0.item.id, $0.action) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The menu of the entries.
    package var menu: Menu { Menu(title: title, items: items) }
}
