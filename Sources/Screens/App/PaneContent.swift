package import TerminalUI
package import Workspace

/// A term and what it means, as help explains it.
package struct Word: Equatable, Sendable {
    /// The term.
    package let term: String
    /// Its meaning, in half a line.
    package let meaning: String

    package init(_ term: String, _ meaning: String) {
        self.term = term
        self.meaning = meaning
    }
}

/// What a pane consists of: its keys, its view, and how it takes input and events.
///
/// All are pure functions of the state. A pane that is not on the screen still hears of events.
package protocol PaneContent {
    /// Five terms that help explains.
    static var words: [Word] { get }

    /// The bindings that hold now; those of ``GeneralKeys`` lie behind them.
    static func keys(in state: AppState) -> KeyTable<AppState, Action>

    /// Draws the pane.
    static func draw(_ state: AppState, in rect: Rect, on canvas: inout Canvas)

    /// Takes a key that no binding has, such as one that moves a list; nil when it has no use for it.
    static func press(_ key: Key, in state: inout AppState) -> [Effect]?

    /// Whether a text field has the focus and takes every printable key.
    static func isTyping(in state: AppState) -> Bool

    /// Takes pasted text; asked only while typing.
    static func paste(_ text: String, in state: inout AppState) -> [Effect]

    /// Takes a click on something this pane drew; nil when it is not its own.
    static func click(_ target: String, isDouble: Bool, in state: inout AppState) -> [Effect]?

    /// Scrolls by lines, downwards when positive.
    static func scroll(by lines: Int, in state: inout AppState) -> [Effect]

    /// Steps out one layer; false when there is none.
    static func stepOut(of state: inout AppState) -> Bool

    /// Stops what streams; nil when nothing does.
    static func interrupt(_ state: inout AppState) -> [Effect]?

    /// Reads what it needs: it came to the screen, or the workspace has been opened.
    static func appear(in state: inout AppState) -> [Effect]

    /// Takes in what happened in the workspace, on the screen or not.
    static func observe(_ event: WorkspaceEvent, in state: inout AppState) -> [Effect]

    /// What `y` copies; nil when nothing is selected.
    static func copyable(in state: AppState) -> String?
}

extension PaneContent {
    package static func press(_ key: Key, in state: inout AppState) -> [Effect]? { nil }
    package static func isTyping(in state: AppState) -> Bool { false }
    package static func paste(_ text: String, in state: inout AppState) -> [Effect] { [] }
    package static func click(
        _ target: String,
        isDouble: Bool,
        in state: inout AppState
    ) -> [Effect]? { nil }
    package static func scroll(by lines: Int, in state: inout AppState) -> [Effect] { [] }
    package static func stepOut(of state: inout AppState) -> Bool { false }
    package static func interrupt(_ state: inout AppState) -> [Effect]? { nil }
    package static func appear(in state: inout AppState) -> [Effect] { [] }
    package static func observe(
        _ event: WorkspaceEvent,
        in state: inout AppState
    ) -> [Effect] { [] }
    package static func copyable(in state: AppState) -> String? { nil }
}
