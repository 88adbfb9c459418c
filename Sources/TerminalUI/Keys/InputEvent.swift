/// An event from the terminal.
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
    /// The program was continued after being suspended; the screen must be drawn again.
    case resumed
    /// Another thread woke this one.
    case wake
    /// The terminal is gone; nothing can be read or drawn any more.
    case hangUp
    /// The process received SIGTERM or SIGINT.
    case terminate
}

/// A click or a movement of the wheel.
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
    /// The cell under the mouse.
    public let position: Point
    /// The modifiers held with it.
    public let modifiers: Key.Modifiers

    /// A mouse event at a cell.
    public init(_ kind: Kind, at position: Point, modifiers: Key.Modifiers = []) {
        self.kind = kind
        self.position = position
        self.modifiers = modifiers
    }
}
