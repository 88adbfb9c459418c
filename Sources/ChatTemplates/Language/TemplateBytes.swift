import Platform

extension UInt8 {
    /// Space, tab, newline, vertical tab, form feed, carriage return.
    var isASCIIWhitespace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

    var isASCIIDigit: Bool { (0x30...0x39).contains(self) }

    /// Letters, digits, underscore.
    var isNameByte: Bool {
        isASCIIDigit || self == 0x5F || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}

extension ArraySlice<UInt8> {
    /// Without the white space at the end.
    func prefixTrimmingWhitespace() -> ArraySlice<UInt8> {
        var end = endIndex
        while end > startIndex, self[end - 1].isASCIIWhitespace { end -= 1 }
        return self[..<end]
    }

    /// Without the white space of the last line, if the line contains nothing else.
    func prefixTrimmingIndentation(isAtLineStart: Bool) -> ArraySlice<UInt8> {
        var end = endIndex
        while end > startIndex, self[end - 1] != UInt8(ascii: "\n") {
            guard self[end - 1].isASCIIWhitespace else { return self }
            end -= 1
        }
        return end > startIndex || isAtLineStart ? self[..<end] : self
    }
}

extension TemplateError {
    static func syntax(_ line: Int, _ message: String) -> TemplateError {
        TemplateError(
            .syntax,
            "The chat template cannot be read, line \(line): \(message).",
            hint: "Correct the template, or use the one the model was published with."
        )
    }
}
