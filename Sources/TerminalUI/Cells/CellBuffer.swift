import Platform

/// One cell of the screen.
public struct Cell: Hashable, Sendable {
    /// One drawable grapheme; empty in the right half of a wide glyph.
    public var text: String
    /// How it looks.
    public var style: Style

    /// A cell; `text` must come from ``Glyph``, so that nothing harmful reaches a terminal.
    package init(text: String, style: Style) {
        self.text = text
        self.style = style
    }

    /// An empty cell.
    public static let blank = Cell(text: " ", style: .text)

    /// Whether it is the right half of a wide glyph.
    public var isContinuation: Bool { text.isEmpty }
}

/// The cells of a screen, row by row; wide glyphs are always whole.
public struct CellBuffer: Hashable, Sendable {
    /// Its size.
    public let size: Size
    /// Its cells: (height, width).
    public private(set) var cells: [Cell]

    /// A blank buffer.
    public init(size: Size, style: Style = .text) {
        self.size = size
        cells = Array(repeating: Cell(text: " ", style: style), count: size.width * size.height)
    }

    /// The cell at a position inside.
    public subscript(x: Int, y: Int) -> Cell {
        precondition(contains(x, y), "cell (\(x), \(y)) is outside \(size)")
        return cells[y * size.width + x]
    }

    func contains(_ x: Int, _ y: Int) -> Bool {
        x >= 0 && y >= 0 && x < size.width && y < size.height
    }

    /// Puts a glyph at a position and blanks the other halves of wide glyphs that it overwrites;
    /// positions outside are ignored.
    mutating func put(_ glyph: Glyph, x: Int, y: Int, style: Style) {
        guard contains(x, y) else { return }
        guard glyph.width == 1 || x + 1 < size.width else {
            put(.space, x: x, y: y, style: style)
            return
        }
        let index = y * size.width + x
        detach(index)
        cells[index] = Cell(text: glyph.text, style: style)
        if glyph.width == 2 {
            detach(index + 1)
            cells[index + 1] = Cell(text: "", style: style)
        }
    }

    /// Changes the style of a cell and keeps its text.
    mutating func restyle(x: Int, y: Int, _ change: (Style) -> Style) {
        guard contains(x, y) else { return }
        let index = y * size.width + x
        cells[index].style = change(cells[index].style)
    }

    /// Blanks the other half of a wide glyph that is about to be overwritten at `index`.
    private mutating func detach(_ index: Int) {
        if cells[index].isContinuation {
            cells[index - 1].text = " "
            cells[index].text = " "
        } else if (index + 1) % size.width != 0, cells[index + 1].isContinuation {
            cells[index + 1].text = " "
        }
    }
}
