/// Cleans texts and counts what it changes.
struct TextCleaner {
    let rules: Set<TextCleaning.Rule>
    /// How many characters each rule changed or removed.
    private(set) var counts: [TextCleaning.Rule: Int] = [:]
    /// How many all rules changed.
    private(set) var changeCount = 0

    init(_ cleaning: TextCleaning) {
        rules = cleaning.rules
    }

    /// The cleaned text.
    mutating func clean(_ text: String) -> String {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.utf8.count)
        var before: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if let changed = replacement(of: scalar, behind: before) {
                // The line feed of `\r\n` replaces both.
                if !(scalar == "\n" && before == "\r" && has(.whitespace)) {
                    scalars.append(changed)
                }
            }
            before = scalar
        }
        if has(.whitespace) { trim(&scalars) }
        var cleaned = String(String.UnicodeScalarView(scalars))
        if has(.nfc) { compose(&cleaned, count: scalars.count) }
        return cleaned
    }

    private func has(_ rule: TextCleaning.Rule) -> Bool { rules.contains(rule) }

    private mutating func count(_ rule: TextCleaning.Rule, _ characters: Int = 1) {
        counts[rule, default: 0] += characters
        changeCount += characters
    }

    /// The replacement of a character; nil if it is removed.
    private mutating func replacement(
        of scalar: Unicode.Scalar,
        behind before: Unicode.Scalar?
    ) -> Unicode.Scalar? {
        let (rule, changed): (TextCleaning.Rule, Unicode.Scalar?)
        switch scalar.value {
        case 0x20...0x7E, 0x0A, 0x09, 0xAC00...0xD7A3: return scalar
        case 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029: (rule, changed) = (.whitespace, "\n")
        case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000, 0x3164:
            (rule, changed) = (.whitespace, " ")
        case 0x318D, 0x2027, 0x30FB, 0x0387, 0xFF65: (rule, changed) = (.middleDots, "\u{B7}")
        case 0x200D where before?.joinsEmoji ?? false: return scalar
        case 0x200B...0x200D, 0x2060, 0xFEFF, 0xAD: (rule, changed) = (.zeroWidth, nil)
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
            (rule, changed) = (.control, nil)
        default: return scalar
        }
        guard has(rule) else { return scalar }
        count(rule)
        return changed
    }

    /// Removes spaces at the ends of lines, and empty lines at the ends of the text.
    private mutating func trim(_ scalars: inout [Unicode.Scalar]) {
        var kept: [Unicode.Scalar] = []
        kept.reserveCapacity(scalars.count)
        func takeSpacesBack() {
            while let last = kept.last, last == " " || last == "\t" { kept.removeLast() }
        }
        for scalar in scalars {
            if scalar == "\n" { takeSpacesBack() }
            kept.append(scalar)
        }
        while let last = kept.last, last == " " || last == "\t" || last == "\n" {
            kept.removeLast()
        }
        let start = kept.firstIndex { $0 != "\n" } ?? kept.count
        kept.removeFirst(start)
        if kept.count < scalars.count { count(.whitespace, scalars.count - kept.count) }
        scalars = kept
    }

    /// Converts a text of `count` characters to NFC.
    private mutating func compose(_ text: inout String, count: Int) {
        let composed = text.composed
        guard !composed.utf8.elementsEqual(text.utf8) else { return }
        self.count(.nfc, max(1, count - composed.unicodeScalars.count))
        text = composed
    }
}

extension Unicode.Scalar {
    /// Whether a joiner after it makes one emoji of two.
    fileprivate var joinsEmoji: Bool {
        value == 0xFE0F || value > 0xFF && (properties.isEmoji || properties.isEmojiModifier)
    }
}
