/// A line of text that is edited by graphemes.
///
/// A text that the user has not typed is selected as a whole: typing or pasting replaces it, deleting
/// clears it, and moving the cursor keeps it for editing.
public struct TextFieldState: Hashable, Sendable {
    /// The text.
    public private(set) var text: String
    /// The cursor, in graphemes from the start.
    public private(set) var cursor: Int
    private var isAllSelected: Bool

    /// A field with a text, the cursor at its end.
    ///
    /// - Parameter isSelected: Whether the text is filled in for the user, so that typing replaces it.
    public init(_ text: String = "", isSelected: Bool = false) {
        self.text = text
        cursor = text.count
        isAllSelected = isSelected
    }

    /// Whether the whole text is selected.
    public var isSelected: Bool { isAllSelected && !text.isEmpty }

    /// A field of the same length whose text is not readable.
    var masked: TextFieldState {
        var masked = self
        masked.text = String(repeating: "*", count: text.count)
        return masked
    }

    /// Selects the whole text, the cursor at its end.
    public mutating func selectAll() { self = TextFieldState(text, isSelected: true) }

    /// Replaces the text and puts the cursor at its end.
    public mutating func set(_ text: String) {
        self = TextFieldState(text)
    }

    /// Inserts typed or pasted text at the cursor, in place of a selected text.
    ///
    /// A mark or jamo that joins the grapheme before it becomes part of that grapheme.
    public mutating func insert(_ inserted: String) {
        guard !inserted.isEmpty else { return }
        if isSelected { text = "" }
        isAllSelected = false
        cursor = min(cursor, text.count)
        let index = index(cursor)
        let tail = text[index...].count
        text.insert(contentsOf: inserted, at: index)
        cursor = max(0, text.count - tail)
    }

    /// Applies an editing key; false for any other key.
    ///
    /// Arrows, home, end, backspace and delete, ctrl+a, e, b, f, h, d, k, u, w, and every printable
    /// character.
    public mutating func handle(_ key: Key) -> Bool {
        if let character = key.typedCharacter {
            insert(String(character))
            return true
        }
        let wasSelected = isSelected
        switch key {
        case .left, "ctrl+b": cursor = wasSelected ? 0 : max(0, cursor - 1)
        case .right, "ctrl+f": cursor = min(text.count, cursor + 1)
        case .home, "ctrl+a": cursor = 0
        case .end, "ctrl+e": cursor = text.count
        case .backspace, "ctrl+h": remove(from: cursor - 1, to: cursor)
        case .delete, "ctrl+d": remove(from: cursor, to: cursor + 1)
        case "ctrl+k": remove(from: cursor, to: text.count)
        case "ctrl+u": remove(from: 0, to: cursor)
        case "ctrl+w", "alt+backspace": remove(from: wordStart, to: cursor)
        case "ctrl+left", "alt+b": cursor = wordStart
        case "ctrl+right", "alt+f": cursor = wordEnd
        default: return false
        }
        isAllSelected = false
        return true
    }

    private func index(_ offset: Int) -> String.Index {
        text.index(text.startIndex, offsetBy: offset, limitedBy: text.endIndex) ?? text.endIndex
    }

    private mutating func remove(from start: Int, to end: Int) {
        let (start, end) = isSelected ? (0, text.count) : (max(0, start), end)
        text.removeSubrange(index(start)..<index(max(start, end)))
        cursor = min(start, text.count)
    }

    private var wordStart: Int {
        let before = text[..<index(cursor)].reversed()
        let blanks = before.prefix { $0.isWhitespace }.count
        return cursor - blanks - before.dropFirst(blanks).prefix { !$0.isWhitespace }.count
    }

    private var wordEnd: Int {
        let after = text[index(cursor)...]
        let blanks = after.prefix { $0.isWhitespace }.count
        return cursor + blanks + after.dropFirst(blanks).prefix { !$0.isWhitespace }.count
    }
}
