/// Text from data, clients and models, with characters replaced that control a terminal or hide
/// text.
///
/// This is the only place that defines these characters. Everything that is printed, drawn or
/// logged passes through it: control characters become their pictures (`␛`), line and paragraph
/// separators `␊`, C1 controls and direction controls `�`.
public enum VisibleText {
    /// Text with several lines; line feeds and tabs are kept.
    public static func lines(_ text: String) -> String {
        replacing(text) { $0.value == 0x0A || $0.value == 0x09 ? nil : form(of: $0) }
    }

    /// Text as one line: line feeds become pictures too.
    public static func line(_ text: String) -> String {
        replacing(text, keepsLines: false) { $0.value == 0x09 ? " " : form(of: $0) }
    }

    /// A name for a sentence; an empty one is shown as `""`.
    public static func name(_ text: String) -> String { text.isEmpty ? "\"\"" : text }

    /// A JSON text with such characters as `\u` escapes, which mean the same.
    ///
    /// They occur only in strings, except for the white space between values, which is kept.
    public static func json(_ text: String) -> String {
        replacing(text) { scalar in
            guard scalar.value >= 0x7F, form(of: scalar) != nil else { return nil }
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    /// The replacement of a character that must not be shown; nil for all others.
    package static func form(of scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x20..<0x7F: nil
        case 0x00..<0x20: Unicode.Scalar(0x2400 + scalar.value).map { String($0) }
        case 0x7F: "\u{2421}"
        case 0x2028, 0x2029: "\u{240A}"
        case 0x80...0x9F, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
        default: nil
        }
    }

    private static func replacing(
        _ text: String,
        keepsLines: Bool = true,
        _ form: (Unicode.Scalar) -> String?
    ) -> String {
        // The first bytes of all replaced characters; most texts have none of them.
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x0A, 0x09: keepsLines
            case 0x20..<0x7F: true
            case 0..<0x20, 0x7F, 0xC2, 0xD8, 0xE2: false
            default: true
            }
        }
        guard !isPlain else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let form = form(scalar) {
                result.append(contentsOf: form.unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
