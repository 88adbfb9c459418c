internal import CNcurses
internal import TerminalUI

/// Draws changed cells with curses; caches the attributes of styles.
struct Painter {
    /// A number that every terminal supports, and more than a theme needs.
    private static let maximumPairs = 512

    private struct Ink {
        let attributes: UInt32
        let pair: Int32
    }

    private struct PairKey: Hashable {
        let foreground: Int32
        let background: Int32
    }

    private let depth: ColorDepth
    private let colorCount: Int
    private let isUTF8: Bool
    private var theme: Theme?
    private var inks: [Style: Ink] = [:]
    private var pairs: [PairKey: Int32] = [:]
    private var shown: CellBuffer?

    init(depth: ColorDepth, colorCount: Int, isUTF8: Bool) {
        self.depth = depth
        self.colorCount = colorCount
        self.isUTF8 = isUTF8
    }

    /// Makes the next frame draw all cells.
    mutating func forgetScreen() { shown = nil }

    /// Writes the changed cells into curses' window.
    mutating func paint(_ cells: CellBuffer, theme: Theme) {
        if self.theme != theme {
            self.theme = theme
            inks = [:]
            shown = nil
        }
        if pairs.count > Self.maximumPairs - Role.allCases.count * Role.allCases.count {
            reset_color_pairs()
            pairs = [:]
            inks = [:]
            shown = nil
        }
        let former = shown?.size == cells.size ? shown : nil
        if former == nil {
            curses_clear()
            curses_redraw_all()
        }
        let width = cells.size.width
        for index in cells.cells.indices {
            let cell = cells.cells[index]
            if cell.isContinuation { continue }
            if let former, former.cells[index] == cell, isSettled(former, cells, index) { continue }
            put(cell, isWide: isWide(cells, index), x: index % width, y: index / width, theme)
        }
        shown = cells
    }

    private func isWide(_ cells: CellBuffer, _ index: Int) -> Bool {
        (index + 1) % cells.size.width != 0 && cells.cells[index + 1].isContinuation
    }

    /// Whether an unchanged cell also has the same width, because curses keeps both halves of a wide
    /// glyph.
    private func isSettled(_ former: CellBuffer, _ cells: CellBuffer, _ index: Int) -> Bool {
        isWide(former, index) == isWide(cells, index)
    }

    private mutating func put(_ cell: Cell, isWide: Bool, x: Int, y: Int, _ theme: Theme) {
        let ink = ink(cell.style, theme)
        let scalars = cell.text.unicodeScalars
        guard let first = scalars.first else { return }
        let width = isWide ? 2 : 1
        let isDrawable =
            first.isASCII || isUTF8 && curses_width(wchar_t(first.value)) == Int32(width)
        guard isDrawable else {
            // A glyph whose width curses or the terminal count differently would shift the row.
            for column in 0..<width { put("?", ink, x: x + column, y: y) }
            return
        }
        put(scalars, ink, x: x, y: y)
    }

    private func put(_ text: String, _ ink: Ink, x: Int, y: Int) {
        put(text.unicodeScalars, ink, x: x, y: y)
    }

    private func put(_ scalars: String.UnicodeScalarView, _ ink: Ink, x: Int, y: Int) {
        withUnsafeTemporaryAllocation(of: wchar_t.self, capacity: Int(CCHARW_MAX) + 1) { buffer in
            var count = 0
            for scalar in scalars.prefix(Int(CCHARW_MAX)) {
                buffer[count] = wchar_t(scalar.value)
                count += 1
            }
            buffer[count] = 0
            guard let text = UnsafePointer(buffer.baseAddress) else { return }
            _ = curses_put(Int32(y), Int32(x), text, ink.attributes, ink.pair)
        }
    }

    private mutating func ink(_ style: Style, _ theme: Theme) -> Ink {
        if let ink = inks[style] { return ink }
        let paint = theme.paint(style, colors: depth)
        var attributes = UInt32(paint.attributes.rawValue)
        var foreground = index(paint.foreground)
        var background = index(paint.background)
        if background >= 8, colorCount < 16 { background -= 8 }
        // Terminals of eight colours show the bright ones as bold, but some bright black as black.
        if foreground == 8, colorCount < 16 {
            foreground = background < 0 ? -1 : background == 0 ? 7 : 0
            attributes |= UInt32(curses_dim)
        } else if foreground >= 8, colorCount < 16 {
            foreground -= 8
            attributes |= UInt32(curses_bold)
        }
        let ink = Ink(attributes: attributes, pair: pair(foreground, background))
        inks[style] = ink
        return ink
    }

    private func index(_ color: TerminalColor) -> Int32 {
        switch color {
        case .standard: -1
        case .indexed(let index): Int32(index)
        // Not reached: the depth is at most 256.
        case .rgb: -1
        }
    }

    private mutating func pair(_ foreground: Int32, _ background: Int32) -> Int32 {
        guard foreground >= 0 || background >= 0 else { return 0 }
        let key = PairKey(foreground: foreground, background: background)
        if let pair = pairs[key] { return pair }
        let pair = max(0, alloc_pair(foreground, background))
        pairs[key] = pair
        return pair
    }
}
