/// What reaches the program from its terminal.
public enum InputEvent: Hashable, Sendable {
    /// A key was pressed.
    case key(Key)
    /// Text was pasted, newlines as they were.
    case paste(String)
    /// The mouse did something.
    case mouse(MouseEvent)
    /// The terminal's window got or lost the focus.
    case focus(Bool)
    /// The screen has a new size.
    case resize(Size)
    /// The program came back from being suspended; the screen has to be drawn anew.
    case resumed
    /// Another thread asked for attention.
    case wake
    /// The terminal is gone; nothing can be read or drawn any more.
    case hangUp
    /// The process was asked to end (SIGTERM) or interrupted from outside (SIGINT).
    case terminate
}

/// A click or a turn of the wheel.
public struct MouseEvent: Hashable, Sendable {
    /// What the mouse did.
    public enum Kind: Hashable, Sendable {
        /// The first button went down.
        case press
        /// The first button came up.
        case release
        /// The third button went down.
        case secondary
        /// The wheel turned away from the user.
        case wheelUp
        /// The wheel turned towards the user.
        case wheelDown
    }

    /// What the mouse did.
    public let kind: Kind
    /// Over which cell.
    public let position: Point
    /// What was held with it.
    public let modifiers: Key.Modifiers

    /// Something the mouse did over a cell.
    public init(_ kind: Kind, at position: Point, modifiers: Key.Modifiers = []) {
        self.kind = kind
        self.position = position
        self.modifiers = modifiers
    }
}
