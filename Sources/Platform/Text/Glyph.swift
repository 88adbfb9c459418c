/// The content of one screen position: a grapheme in a form that all terminals draw alike.
///
/// Text from outside is untrusted. Characters that `VisibleText` replaces are replaced as it says;
/// other invisible and unassigned characters and invalid UTF-8 become `�`. Where terminals disagree
/// on a width the form is reduced to one they share: emoji joined by ZWJ show their first part,
/// variation selectors and skin tones are dropped, flags become two letters. Conjoining jamo are
/// composed to syllables.
public struct Glyph: Hashable, Sendable {
    /// One scalar that takes columns and at most four that do not.
    public let text: String
    /// Columns: 1 or 2.
    public let width: Int

    package init(text: String, width: Int) {
        self.text = text
        self.width = width
    }

    package static let space = Glyph(text: " ", width: 1)
    static let replacement = Glyph(text: "\u{FFFD}", width: 1)

    /// The maximum number of combining marks in a curses cell.
    private static let maximumMarks = 4

    /// Calls `body` with each glyph of a text from left to right until it returns false.
    public static func forEach(in text: String, _ body: (Glyph) -> Bool) {
        for character in text where !forEach(in: character, body) {
            return
        }
    }

    /// Text in its drawn form.
    public static func sanitized(_ text: String) -> String {
        var result = ""
        forEach(in: text) { glyph in
            result += glyph.text
            return true
        }
        return result
    }

    /// Bytes, possibly invalid UTF-8, in their drawn form.
    public static func sanitized(_ bytes: some Collection<UInt8>) -> String {
        sanitized(String(decoding: bytes, as: UTF8.self))
    }

    private static func forEach(in character: Character, _ body: (Glyph) -> Bool) -> Bool {
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return true }
        if first.value >= 0x20, first.value < 0x7F, character.utf8.count == 1 {
            return body(Glyph(text: String(character), width: 1))
        }
        if first.isRegionalIndicator {
            return scalars.allSatisfy { scalar in
                guard let letter = scalar.regionalLetter else { return true }
                return body(Glyph(text: letter, width: 1))
            }
        }
        if first.value == 0x0D, scalars.count == 2 {
            return body(Glyph(text: "\u{240D}", width: 1))
                && body(Glyph(text: "\u{240A}", width: 1))
        }
        return body(glyph(first, marks: scalars.dropFirst()))
    }

    private static func glyph(
        _ first: Unicode.Scalar,
        marks: String.UnicodeScalarView.SubSequence
    ) -> Glyph {
        if let form = VisibleText.form(of: first) { return Glyph(text: form, width: 1) }
        if let syllable = HangulSyllable.composed(first, marks) { return syllable }
        guard first.takesRoom else { return .replacement }
        var text = String(first)
        for mark in marks.lazy.filter(\.isCombiningMark).prefix(maximumMarks) {
            text.unicodeScalars.append(mark)
        }
        return Glyph(text: text, width: DisplayWidth.of(first))
    }
}

extension Unicode.Scalar {
    fileprivate var isRegionalIndicator: Bool { value >= 0x1F1E6 && value <= 0x1F1FF }

    fileprivate var regionalLetter: String? {
        guard isRegionalIndicator else { return nil }
        return String(UnicodeScalar(UInt8(0x41 + value - 0x1F1E6)))
    }

    /// Whether a mark keeps its meaning in a cell of its own; selectors and joiners do not.
    fileprivate var isCombiningMark: Bool {
        if value >= 0xFE00 && value <= 0xFE0F || value >= 0xE0100 && value <= 0xE01EF {
            return false
        }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return true
        default: return false
        }
    }

    fileprivate var takesRoom: Bool {
        // Conjoining vowels and finals have no width of their own.
        if value >= 0x1160 && value <= 0x11FF || value >= 0xD7B0 && value <= 0xD7FF { return false }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator,
            .nonspacingMark, .enclosingMark:
            return false
        default:
            return true
        }
    }
}

/// The algorithmic composition of Hangul (Unicode standard, section 3.12).
private enum HangulSyllable {
    static func composed(
        _ first: Unicode.Scalar,
        _ rest: String.UnicodeScalarView.SubSequence
    ) -> Glyph? {
        var rest = rest
        var value = first.value
        if let leading = index(of: first, from: 0x1100, count: 19) {
            guard let vowel = rest.first.flatMap({ index(of: $0, from: 0x1161, count: 21) }) else {
                return nil
            }
            value = 0xAC00 + (leading * 21 + vowel) * 28
            rest = rest.dropFirst()
        }
        guard value >= 0xAC00, value <= 0xD7A3 else { return nil }
        if (value - 0xAC00) % 28 == 0,
            let trailing = rest.first.flatMap({ index(of: $0, from: 0x11A7, count: 28) })
        {
            value += trailing
        }
        return Unicode.Scalar(value).map { Glyph(text: String($0), width: 2) }
    }

    private static func index(
        of scalar: Unicode.Scalar,
        from start: UInt32,
        count: UInt32
    ) -> UInt32? {
        scalar.value >= start && scalar.value < start + count ? scalar.value - start : nil
    }
}
