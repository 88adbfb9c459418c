import Platform

extension StyledText {
    /// The text in lines of at most `width` columns.
    ///
    /// Lines break at newlines, at spaces, and beside ideographs and kana; a longer word is cut.
    /// Hangul breaks between words, as is usual for Korean. A width below 2 cannot hold a wide glyph,
    /// which is then left out.
    public func wrapped(to width: Int) -> [StyledText] {
        guard width > 0 else { return [] }
        var wrapper = LineWrapper(width: width)
        for run in runs {
            for character in run.text {
                if character.isNewline {
                    wrapper.breakLine()
                } else {
                    Glyph.forEach(in: String(character)) { glyph in
                        wrapper.append(glyph, run.style)
                        return true
                    }
                }
            }
        }
        return wrapper.finish()
    }

    /// The text in lines of at most `width` columns, those after the first one indented.
    public func wrapped(to width: Int, indent: Int) -> [StyledText] {
        guard self.width > width, width > 2 * indent else { return wrapped(to: width) }
        let blanks = StyledText(String(repeating: " ", count: indent))
        return wrapped(to: width - indent).enumerated().map { $0 == 0 ? $1 : blanks + $1 }
    }
}

/// Collects glyphs into lines; the unfinished word is kept apart until it is known to fit.
private struct LineWrapper {
    private struct Piece {
        var text = StyledText()
        var width = 0

        mutating func append(_ glyph: Glyph, _ style: Style) {
            text.append(glyph.text, style)
            width += glyph.width
        }
    }

    let width: Int
    private var lines: [StyledText] = []
    private var line = Piece()
    /// Blanks between the line and the word; dropped when the word moves to the next line.
    private var blanks = Piece()
    private var word = Piece()
    private var breaksAfterLast = false

    init(width: Int) { self.width = width }

    mutating func append(_ glyph: Glyph, _ style: Style) {
        guard glyph.width <= width else { return }
        if glyph.text == " " {
            placeWord()
            blanks.append(glyph, style)
            return
        }
        let breaks = LineBreaking.breaksAround(glyph)
        if breaks || breaksAfterLast, !LineBreaking.cannotStartLine(glyph) { placeWord() }
        breaksAfterLast = breaks
        if word.width + glyph.width > width {
            placeWord()
        }
        word.append(glyph, style)
        if line.width + blanks.width + word.width > width, line.width + blanks.width > 0 {
            endLine()
        }
    }

    mutating func breakLine() {
        placeWord()
        endLine()
    }

    mutating func finish() -> [StyledText] {
        placeWord()
        if line.width > 0 || lines.isEmpty { endLine() }
        return lines
    }

    private mutating func placeWord() {
        guard word.width > 0 else { return }
        if line.width + blanks.width + word.width > width { endLine() }
        line.text.runs += blanks.text.runs
        for run in word.text.runs { line.text.append(run.text, run.style) }
        line.width += blanks.width + word.width
        blanks = Piece()
        word = Piece()
    }

    private mutating func endLine() {
        lines.append(line.text)
        line = Piece()
        blanks = Piece()
    }
}

private enum LineBreaking {
    /// Ideographs and kana, between any two of which a line may break.
    static func breaksAround(_ glyph: Glyph) -> Bool {
        guard glyph.width == 2, let scalar = glyph.text.unicodeScalars.first else { return false }
        return !(scalar.value >= 0xAC00 && scalar.value <= 0xD7A3)
            && !(scalar.value >= 0x1100 && scalar.value <= 0x11FF)
            && !(scalar.value >= 0x3130 && scalar.value <= 0x318F)
    }

    static func cannotStartLine(_ glyph: Glyph) -> Bool {
        "、。，．：；？！）］｝」』】〉》〕ー…".contains(glyph.text)
    }
}
