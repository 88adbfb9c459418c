import Platform
import TerminalUI
import Testing

/// A canvas after a view has drawn on it.
func drawn(
    _ width: Int,
    _ height: Int,
    _ capabilities: Capabilities = Capabilities(),
    _ draw: (Rect, inout Canvas) -> Void
) -> Canvas {
    var canvas = Canvas(size: Size(width: width, height: height), capabilities: capabilities)
    draw(canvas.bounds, &canvas)
    return canvas
}

extension CellBuffer {
    /// Whether every wide glyph has both of its halves, and no half is alone.
    var isWhole: Bool {
        (0..<size.height).allSatisfy { y in
            (0..<size.width).allSatisfy { x in
                let cell = self[x, y]
                if cell.isContinuation {
                    return x > 0 && DisplayWidth.of(self[x - 1, y].text) == 2
                }
                guard cell.text.utf8.count > 1, DisplayWidth.of(cell.text) == 2 else {
                    return true
                }
                return x + 1 < size.width && self[x + 1, y].isContinuation
            }
        }
    }
}

extension TextFieldState {
    mutating func press(_ key: Key) {
        let isHandled = handle(key)
        #expect(isHandled, "\(key)")
    }

    mutating func refuse(_ key: Key) {
        let isHandled = handle(key)
        #expect(!isHandled, "\(key)")
    }
}

extension FormState {
    mutating func press(_ key: Key) {
        let isHandled = handle(key)
        #expect(isHandled, "\(key)")
    }
}

extension ListState {
    mutating func press(_ key: Key, in ids: [ID], visibleRows: Int, isKnown: Bool = true) {
        let isHandled = handle(key, in: ids, visibleRows: visibleRows)
        #expect(isHandled == isKnown, "\(key)")
    }
}
