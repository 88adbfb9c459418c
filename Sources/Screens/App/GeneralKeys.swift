package import TerminalUI
import Workspace

/// The bindings of all panes.
package enum GeneralKeys {
    private static let places = "Panes"
    private static let screen = "Screen"

    package static let table = KeyTable<AppState, Action>(
        Pane.allCases.map { pane in
            KeyBinding(
                "go-\(pane.title.lowercased())",
                [Key(Character("\(pane.rawValue)")), .alt(Character("\(pane.rawValue)"))]
                    // F1 is help on every keyboard.
                    + (pane == .data ? [] : [.function(pane.rawValue)]),
                "Go to \(pane.title)",
                category: places
            ) { _ in .screen(.show(pane)) }
        } + [
            KeyBinding("next-pane", [.tab], "Go to the next pane", category: places) { _ in
                .screen(.move(1))
            },
            KeyBinding("previous-pane", [.backTab], "Go to the previous pane", category: places) {
                _ in
                .screen(.move(-1))
            },
            KeyBinding("step-out", [.escape], "Step out one layer", category: places) { _ in
                .screen(.stepOut)
            },
            KeyBinding(
                "train",
                ["t"],
                "Train a model",
                category: "Runs",
                hint: "train",
                disabledReason: { TrainForm.disabledReason($0.context) }
            ) { _ in .run(.openForm(dataset: nil)) },
            KeyBinding(
                "pull",
                ["P"],
                "Download a base model",
                category: "Models",
                argument: "model",
                disabledReason: { state in
                    state.access.obstacle
                        ?? (state.library.isPulling ? "a download is under way" : nil)
                        ?? (state.library.models == nil ? "the models are being read" : nil)
                }
            ) { _, name in .library(.pull(name)) },
            KeyBinding(
                "cancel-pull",
                ["X"],
                "Cancel the download",
                category: "Models",
                disabledReason: { $0.library.isPulling ? nil : "nothing is being downloaded" }
            ) { _ in .library(.cancelPull) },
            KeyBinding(
                "undo",
                ["z"],
                "Undo the last change",
                category: "Registry",
                disabledReason: \.access.obstacle
            ) { _ in .registry(.undo) },
            KeyBinding(
                "redo",
                ["Z"],
                "Redo the last undone change",
                category: "Registry",
                disabledReason: \.access.obstacle
            ) { _ in .registry(.redo) },
            KeyBinding(
                "serve",
                ["S"],
                "Start or stop the server for MLflow",
                category: screen,
                disabledReason: { $0.access.isOpen ? nil : "the workspace is not open" }
            ) { _ in .screen(.toggleServer) },
            KeyBinding("copy", ["y"], "Copy what is selected", category: screen) { _ in
                .screen(.copy)
            },
            KeyBinding("palette", ["ctrl+p"], "Find an action", category: screen) {
                _ in .screen(.palette)
            },
            KeyBinding("command", [":"], "Type a command", category: screen) { _ in
                .screen(.commandLine)
            },
            KeyBinding("log", ["L"], "Show the log of actions", category: screen) { _ in
                .screen(.actionLog)
            },
            KeyBinding(
                "alerts",
                ["!"],
                "Show the alerts",
                category: screen,
                disabledReason: { $0.access.isOpen ? nil : "the workspace is not open" }
            ) { _ in .screen(.alerts) },
            KeyBinding(
                "acknowledge-alerts",
                [],
                "Acknowledge all alerts",
                category: screen,
                disabledReason: { state in
                    state.access.obstacle
                        ?? (state.library.openAlertCount == 0 ? "there is no new alert" : nil)
                }
            ) { _ in .screen(.acknowledge(nil)) },
            KeyBinding(
                "theme",
                ["T"],
                "Switch to the next theme",
                category: screen,
                argument: "name"
            ) { _, name in .screen(.theme(name)) },
            KeyBinding(
                "mouse",
                ["M"],
                "Hand the mouse to the terminal, or back",
                category: screen
            ) {
                _ in .screen(.toggleMouse)
            },
            KeyBinding("suspend", ["ctrl+z"], "Suspend the program", category: screen) { _ in
                .screen(.suspend)
            },
            KeyBinding("help", ["?", "F1"], "Show keys and words", category: screen, hint: "keys") {
                _ in .screen(.help)
            },
            KeyBinding("quit", ["q"], "Leave", category: screen, hint: "leave") { _ in
                .screen(.quit)
            },
        ]
    )
}
