/// A key as the terminal reports it, modifiers included.
public struct Key: Hashable, Sendable {
    /// Which key.
    public enum Code: Hashable, Sendable {
        /// A printable character, shift already applied.
        case character(Character)
        /// F1, F2 and so on.
        case function(Int)
        /// Keys without a character.
        case enter, escape, tab, backspace, delete, insert
        /// Keys that move.
        case up, down, left, right, home, end, pageUp, pageDown
    }

    /// Keys held down with another.
    public struct Modifiers: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8

        /// A set from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Control.
        public static let control = Modifiers(rawValue: 1)
        /// Alt, or a leading escape.
        public static let alt = Modifiers(rawValue: 2)
        /// Shift; never with a character, which includes it.
        public static let shift = Modifiers(rawValue: 4)
    }

    /// Which key.
    public let code: Code
    /// The modifiers held with it.
    public let modifiers: Modifiers

    /// A key with modifiers.
    public init(_ code: Code, _ modifiers: Modifiers = []) {
        self.code = code
        self.modifiers = modifiers
    }

    /// A character's key.
    public init(_ character: Character, _ modifiers: Modifiers = []) {
        self.init(.character(character), modifiers)
    }

    /// The return key.
    public static let enter = Key(.enter)
    /// Escape.
    public static let escape = Key(.escape)
    /// Tab.
    public static let tab = Key(.tab)
    /// Shift and tab.
    public static let backTab = Key(.tab, .shift)
    /// Backspace.
    public static let backspace = Key(.backspace)
    /// Delete.
    public static let delete = Key(.delete)
    /// Arrow up.
    public static let up = Key(.up)
    /// Arrow down.
    public static let down = Key(.down)
    /// Arrow left.
    public static let left = Key(.left)
    /// Arrow right.
    public static let right = Key(.right)
    /// Home.
    public static let home = Key(.home)
    /// End.
    public static let end = Key(.end)
    /// Page up.
    public static let pageUp = Key(.pageUp)
    /// Page down.
    public static let pageDown = Key(.pageDown)

    /// A character with control, such as ctrl+c.
    public static func control(_ character: Character) -> Key { Key(character, .control) }
    /// A character with alt.
    public static func alt(_ character: Character) -> Key { Key(character, .alt) }
    /// A function key.
    public static func function(_ number: Int) -> Key { Key(.function(number)) }

    /// The character it types into a text field, if it types any.
    public var typedCharacter: Character? {
        guard modifiers.isEmpty, case .character(let character) = code else { return nil }
        return character
    }
}
