package import TerminalUI
package import Workspace

/// A term and its meaning, for the help.
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

/// The state of a pane with its reducer, its keys and its view.
///
/// A pane reads only its own state and the ``Context``. Requests to other panes and to the screen
/// are returned as ``Effect``s. A pane that is not on the screen still receives events.
package protocol PaneState: Equatable, Sendable {
    /// The pane's facts.
    associatedtype PaneAction

    /// The place of this state in the whole.
    static var path: WritableKeyPath<AppState, Self> { get }

    /// The terms that the help explains, about five.
    static var words: [Word] { get }

    /// The current bindings; those of ``GeneralKeys`` come after them.
    func keys(_ context: Context) -> KeyTable<Scene<Self>, Action>

    /// Draws the pane.
    func draw(_ context: Context, in rect: Rect, on canvas: inout Canvas)

    /// Applies an action of this pane.
    mutating func reduce(_ action: PaneAction, _ context: Context) -> [Effect]

    /// Handles a key without a binding, such as one that moves a list; nil if it is not used.
    mutating func press(_ key: Key, _ context: Context) -> [Effect]?

    /// Whether a text field has the focus and takes every printable key.
    func isTyping(_ context: Context) -> Bool

    /// Handles pasted text; called only while ``isTyping(_:)``.
    mutating func paste(_ text: String, _ context: Context) -> [Effect]

    /// Handles a click; nil if the target is not of this pane.
    mutating func click(_ target: String, isDouble: Bool, _ context: Context) -> [Effect]?

    /// Scrolls by lines, downwards when positive.
    mutating func scroll(by lines: Int, _ context: Context) -> [Effect]

    /// Steps out one layer; false if there is none.
    mutating func stepOut(_ context: Context) -> Bool

    /// Stops a stream; nil if there is none.
    mutating func interrupt(_ context: Context) -> [Effect]?

    /// Reads what the pane needs when it is shown, or when the workspace has been opened.
    mutating func appear(_ context: Context) -> [Effect]

    /// Handles changes of the library's lists.
    mutating func libraryChanged(_ lists: Set<Library.List>, _ context: Context) -> [Effect]

    /// Handles an event of the workspace, after the library has handled it.
    mutating func observe(_ event: WorkspaceEvent, _ context: Context) -> [Effect]

    /// Follows up on an action that has been applied.
    mutating func settle(_ context: Context) -> [Effect]

    /// What `y` copies; nil if nothing is selected.
    func copyable(_ context: Context) -> String?
}

extension PaneState {
    package mutating func press(_ key: Key, _ context: Context) -> [Effect]? { nil }
    package func isTyping(_ context: Context) -> Bool { false }
    package mutating func paste(_ text: String, _ context: Context) -> [Effect] { [] }
    package mutating func click(
        _ target: String,
        isDouble: Bool,
        _ context: Context
    ) -> [Effect]? { nil }
    package mutating func scroll(by lines: Int, _ context: Context) -> [Effect] { [] }
    package mutating func stepOut(_ context: Context) -> Bool { false }
    package mutating func interrupt(_ context: Context) -> [Effect]? { nil }
    package mutating func appear(_ context: Context) -> [Effect] { [] }
    package mutating func libraryChanged(
        _ lists: Set<Library.List>,
        _ context: Context
    ) -> [Effect] { [] }
    package mutating func observe(
        _ event: WorkspaceEvent,
        _ context: Context
    ) -> [Effect] { [] }
    package mutating func settle(_ context: Context) -> [Effect] { [] }
    package func copyable(_ context: Context) -> String? { nil }
}

/// How ``AppState`` reaches the panes in it.
extension PaneState {
    static func keys(in state: AppState) -> KeyTable<AppState, Action> {
        state[keyPath: path].keys(state.context).reading {
            Scene(state: $0[keyPath: path], context: $0.context)
        }
    }

    static func draw(_ state: AppState, in rect: Rect, on canvas: inout Canvas) {
        state[keyPath: path].draw(state.context, in: rect, on: &canvas)
    }

    static func press(_ key: Key, in state: inout AppState) -> [Effect]? {
        let context = state.context
        return state[keyPath: path].press(key, context)
    }

    package static func isTyping(in state: AppState) -> Bool {
        state[keyPath: path].isTyping(state.context)
    }

    static func paste(_ text: String, in state: inout AppState) -> [Effect] {
        let context = state.context
        return state[keyPath: path].paste(text, context)
    }

    static func click(
        _ target: String,
        isDouble: Bool,
        in state: inout AppState
    ) -> [Effect]? {
        let context = state.context
        return state[keyPath: path].click(target, isDouble: isDouble, context)
    }

    static func scroll(by lines: Int, in state: inout AppState) -> [Effect] {
        let context = state.context
        return state[keyPath: path].scroll(by: lines, context)
    }

    static func stepOut(of state: inout AppState) -> Bool {
        let context = state.context
        return state[keyPath: path].stepOut(context)
    }

    static func interrupt(_ state: inout AppState) -> [Effect]? {
        let context = state.context
        return state[keyPath: path].interrupt(context)
    }

    static func appear(in state: inout AppState) -> [Effect] {
        let context = state.context
        return state[keyPath: path].appear(context)
    }

    static func libraryChanged(
        _ lists: Set<Library.List>,
        in state: inout AppState
    ) -> [Effect] {
        let context = state.context
        return state[keyPath: path].libraryChanged(lists, context)
    }

    static func observe(_ event: WorkspaceEvent, in state: inout AppState) -> [Effect] {
        let context = state.context
        return state[keyPath: path].observe(event, context)
    }

    static func settle(in state: inout AppState) -> [Effect] {
        let context = state.context
        return state[keyPath: path].settle(context)
    }

    static func copyable(in state: AppState) -> String? {
        state[keyPath: path].copyable(state.context)
    }
}
