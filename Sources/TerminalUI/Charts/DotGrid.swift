import Platform

/// A grid of dots, several in each cell, in the finest form the terminal's glyphs allow.
struct DotGrid {
    /// Dots per cell, across and down.
    let dotsAcross: Int
    let dotsDown: Int
    /// Dots of the whole grid.
    let width: Int
    let height: Int

    private let size: Size
    private let glyphs: GlyphSet
    private var bits: [UInt8]
    private var series: [UInt8]
    /// The bits of each dot column of a cell, from top to bottom and together.
    private let columnBits: [(dots: [UInt8], all: UInt8)]

    init(size: Size, glyphs: GlyphSet) {
        self.size = size
        self.glyphs = glyphs
        (dotsAcross, dotsDown) =
            switch glyphs {
            case .braille: (2, 4)
            case .blocks: (1, 2)
            case .ascii: (1, 1)
            }
        columnBits = (0..<dotsAcross).map { [glyphs, dotsDown] x in
            let dots = (0..<dotsDown).map { Self.bit(x, $0, glyphs) }
            return (dots, dots.reduce(0, |))
        }
        width = size.width * dotsAcross
        height = size.height * dotsDown
        bits = Array(repeating: 0, count: size.width * size.height)
        series = Array(repeating: 0, count: size.width * size.height)
    }

    /// Sets the dots of a column from one row to another for a series; the last series drawn in a
    /// cell defines its colour.
    mutating func fill(x: Int, from top: Int, through bottom: Int, series index: Int) {
        let top = max(0, top)
        let bottom = min(height - 1, bottom)
        guard x >= 0, x < width, top <= bottom else { return }
        let whole = columnBits[x % dotsAcross]
        var cell = top / dotsDown * size.width + x / dotsAcross
        for row in top / dotsDown...bottom / dotsDown {
            var mask = whole.all
            let first = row * dotsDown
            if first < top || first + dotsDown - 1 > bottom {
                mask = 0
                for dot in max(top, first)...min(bottom, first + dotsDown - 1) {
                    mask |= whole.dots[dot - first]
                }
            }
            bits[cell] |= mask
            series[cell] = UInt8(truncatingIfNeeded: index)
            cell += size.width
        }
    }

    /// Draws the dots; `style` is the look of a series.
    func draw(in rect: Rect, on canvas: inout Canvas, style: (Int) -> Style) {
        for y in 0..<size.height {
            for x in 0..<size.width where bits[y * size.width + x] != 0 {
                let cell = y * size.width + x
                let index = Int(series[cell])
                canvas.put(
                    Glyph(text: text(bits[cell], series: index), width: 1),
                    x: rect.x + x,
                    y: rect.y + y,
                    style: style(index)
                )
            }
        }
    }

    private static func bit(_ x: Int, _ y: Int, _ glyphs: GlyphSet) -> UInt8 {
        switch glyphs {
        case .braille:
            // U+2800's dots are numbered down the columns, the fourth row having been added later.
            y == 3 ? (x == 0 ? 0x40 : 0x80) : 1 << (UInt8(y) + (x == 0 ? 0 : 3))
        case .blocks: 1 << UInt8(y)
        case .ascii: 1
        }
    }

    private func text(_ bits: UInt8, series: Int) -> String {
        switch glyphs {
        case .braille:
            Unicode.Scalar(0x2800 + UInt32(bits)).map { String($0) } ?? " "
        case .blocks: [" ", "▀", "▄", "█"][Int(bits & 3)]
        case .ascii: ["*", "+", "o", "x", "#", "@"][series % 6]
        }
    }
}
