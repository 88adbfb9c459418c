/// The names of parameters, tasks and values of a matrix, which expressions use.
enum NameText {
    /// Names with a meaning of their own in expressions.
    static let reserved = ExpressionParser.reserved.union(["flow", "matrix"])
    private static let maxLength = 100

    /// Whether a text is `[a-z_][a-z0-9_]*` and not reserved.
    static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= maxLength else { return false }
        return !isDigit(first) && !reserved.contains(name)
            && name.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "_") }
    }

    /// The message about a name that cannot be used.
    static func fault(_ name: String) -> String {
        reserved.contains(name)
            ? "\(DocumentFaults.quoted(name)) has a meaning in expressions; choose another name."
            : "\(DocumentFaults.quoted(name)) cannot be a name: it has small letters, digits and _,"
                + " and begins with no digit."
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
    }
}
