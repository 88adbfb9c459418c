package import TerminalUI
import Workspace

extension ChatPaneState {
    package func keys(_ context: Context) -> KeyTable<Scene<ChatPaneState>, Action> {
        if form != nil { return Self.formKeys }
        return isTyping(context)
            ? isAnswering ? Self.typingMeanwhileKeys : Self.typingKeys
            : isAnswering ? Self.readingMeanwhileKeys : Self.readingKeys
    }

    private static let category = "Chat"

    private static let typing: [KeyBinding<Scene<ChatPaneState>, Action>] =
        [
            KeyBinding(
                "send",
                [.enter],
                "Send the question",
                category: category,
                hint: "ask",
                disabledReason: { scene in
                    if scene.state.isAnswering { return "an answer is under way, ctrl+c stops it" }
                    if scene.state.choice == nil { return "the models are being read" }
                    return scene.state.draft.text.allSatisfy(\.isWhitespace)
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

    private static let reading: [KeyBinding<Scene<ChatPaneState>, Action>] =
        [
            KeyBinding(
                "type",
                [.enter, "i"],
                "Type a question",
                category: category,
                hint: "type",
                disabledReason: { $0.state.choice == nil ? "no model is available" : nil }
            ) { _ in .chat(.type) }
        ] + shared

    private static let typingKeys = KeyTable(typing)
    private static let readingKeys = KeyTable(reading)
    private static let typingMeanwhileKeys = KeyTable([stop] + typing)
    private static let readingMeanwhileKeys = KeyTable([stop] + reading)

    /// For the hints and the palette: the key itself is handled before any table.
    private static let stop = KeyBinding<Scene<ChatPaneState>, Action>(
        "stop-answer",
        ["ctrl+c"],
        "Stop the answer",
        category: category,
        hint: "stop"
    ) { _ in .chat(.stop) }

    private static let shared: [KeyBinding<Scene<ChatPaneState>, Action>] = [
        KeyBinding(
            "swap",
            ["ctrl+o"],
            "Switch between adapter and base model",
            category: category,
            hint: "base/adapter",
            disabledReason: { scene in
                let other = scene.state.otherTarget(scene.context.library)
                return if case .failure(let none) = other { none.reason } else { nil }
            }
        ) { _ in .chat(.swap) },
        KeyBinding(
            "ask-again",
            ["ctrl+r"],
            "Ask again with the current model",
            category: category,
            hint: "again",
            disabledReason: { scene in
                if scene.state.isAnswering { return "an answer is under way, ctrl+c stops it" }
                return scene.state.conversation.isEmpty ? "nothing was asked yet" : nil
            }
        ) { _ in .chat(.retry) },
        KeyBinding(
            "choose-speaker",
            ["ctrl+t"],
            "Choose the model that answers",
            category: category,
            hint: "who",
            disabledReason: {
                $0.context.library.targets == nil ? "the models are being read" : nil
            }
        ) { _ in .chat(.choose) },
        KeyBinding(
            "new-conversation",
            ["ctrl+n"],
            "Start a new conversation",
            category: category,
            hint: "new",
            disabledReason: { scene in
                scene.state.isAnswering ? "an answer is under way, ctrl+c stops it" : nil
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
                $0.state.conversation.lastText == nil ? "nothing was answered yet" : nil
            }
        ) { _ in .chat(.copyAnswer) },
    ]

    private static let formKeys = KeyTable<Scene<ChatPaneState>, Action>([
        KeyBinding("use-options", [.enter], "Use these options", category: category, hint: "use") {
            _ in .chat(.useOptions)
        },
        KeyBinding("close-form", [.escape], "Close the form", category: category, hint: "close") {
            _ in .screen(.stepOut)
        },
    ])
}
