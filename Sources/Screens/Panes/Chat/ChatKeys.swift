package import TerminalUI
import Workspace

extension ChatPane {
    package static func keys(in state: AppState) -> KeyTable<AppState, Action> {
        if state.chat.form != nil { return formKeys }
        let isAnswering = state.chat.isAnswering
        return isTyping(in: state)
            ? isAnswering ? typingMeanwhileKeys : typingKeys
            : isAnswering ? readingMeanwhileKeys : readingKeys
    }

    private static let category = "Chat"

    private static let typing: [KeyBinding<AppState, Action>] =
        [
            KeyBinding(
                "send",
                [.enter],
                "Send the question",
                category: category,
                hint: "ask",
                disabledReason: { state in
                    if state.chat.isAnswering { return "an answer is under way, ctrl+c stops it" }
                    if state.chat.choice == nil { return "the models are being read" }
                    return state.chat.draft.text.allSatisfy(\.isWhitespace)
                        ? "nothing is typed yet" : nil
                }
            ) { _ in .chat(.send) },
            KeyBinding(
                "break-line",
                ["alt+enter", "ctrl+j"],
                "Insert a line break",
                category: category
            ) { _ in .chat(.breakLine) },
        ] + shared + [
            KeyBinding(
                "leave-field",
                [.escape],
                "Leave the field",
                category: category,
                hint: "leave field"
            ) { _ in .screen(.stepOut) }
        ]

    private static let reading: [KeyBinding<AppState, Action>] =
        [
            KeyBinding(
                "type",
                [.enter, "i"],
                "Type a question",
                category: category,
                hint: "type",
                disabledReason: { $0.chat.choice == nil ? "no model is available" : nil }
            ) { _ in .chat(.type) }
        ] + shared

    private static let typingKeys = KeyTable(typing)
    private static let readingKeys = KeyTable(reading)
    private static let typingMeanwhileKeys = KeyTable([stop] + typing)
    private static let readingMeanwhileKeys = KeyTable([stop] + reading)

    /// The key itself is taken before any table; here it can be found and read.
    private static let stop = KeyBinding<AppState, Action>(
        "stop-answer",
        ["ctrl+c"],
        "Stop the answer",
        category: category,
        hint: "stop"
    ) { _ in .chat(.stop) }

    private static let shared: [KeyBinding<AppState, Action>] = [
        KeyBinding(
            "swap",
            ["ctrl+o"],
            "Switch between adapter and base model",
            category: category,
            hint: "base/adapter",
            disabledReason: { state in
                if case .failure(let nobody) = state.otherSpeaker { nobody.reason } else { nil }
            }
        ) { _ in .chat(.swap) },
        KeyBinding(
            "ask-again",
            ["ctrl+r"],
            "Ask again with the current model",
            category: category,
            hint: "again",
            disabledReason: { state in
                if state.chat.isAnswering { return "an answer is under way, ctrl+c stops it" }
                return state.chat.conversation.isEmpty ? "nothing was asked yet" : nil
            }
        ) { _ in .chat(.retry) },
        KeyBinding(
            "choose-speaker",
            ["ctrl+t"],
            "Choose the model that answers",
            category: category,
            hint: "who",
            disabledReason: { $0.chat.choices == nil ? "the models are being read" : nil }
        ) { _ in .chat(.choose) },
        KeyBinding(
            "new-conversation",
            ["ctrl+n"],
            "Start a new conversation",
            category: category,
            hint: "new",
            disabledReason: { state in
                state.chat.isAnswering ? "an answer is under way, ctrl+c stops it" : nil
            }
        ) { _ in .chat(.restart) },
        KeyBinding(
            "chat-options",
            ["ctrl+g"],
            "Set temperature, length, seed and instructions",
            category: category,
            hint: "options"
        ) { _ in .chat(.openOptions) },
        KeyBinding(
            "copy-answer",
            ["ctrl+y"],
            "Copy the last answer",
            category: category,
            disabledReason: {
                $0.chat.conversation.lastText == nil ? "nothing was answered yet" : nil
            }
        ) { _ in .chat(.copyAnswer) },
    ]

    private static let formKeys = KeyTable<AppState, Action>([
        KeyBinding("use-options", [.enter], "Use these options", category: category, hint: "use") {
            _ in .chat(.useOptions)
        },
        KeyBinding("close-form", [.escape], "Close the form", category: category, hint: "close") {
            _ in .screen(.stepOut)
        },
    ])
}
