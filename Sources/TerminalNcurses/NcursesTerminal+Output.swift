internal import CNcurses
public import TerminalUI

extension NcursesTerminal {
    /// Shows a frame: sends the cells that changed since the last one, and places the cursor.
    public func present(_ cells: CellBuffer, cursor: Point?, theme: Theme) {
        guard !isHungUp else { return }
        painter.paint(cells, theme: theme)
        if let cursor {
            curses_move(Int32(cursor.y), Int32(cursor.x))
            curs_set(1)
        } else {
            curs_set(0)
        }
        curses_stage()
        send(TerminalModes.beginFrame)
        doupdate()
        send(TerminalModes.endFrame)
    }

    /// Shows a canvas.
    public func present(_ canvas: Canvas, theme: Theme) {
        present(canvas.cells, cursor: canvas.cursor, theme: theme)
    }

    /// Copies text to the clipboard of the terminal's user, also over ssh (OSC 52).
    ///
    /// Returns false for more text than terminals accept. Whether the terminal supports it at all is
    /// unknown.
    public func copy(_ text: String) -> Bool {
        let encoded = Base64.encoded(text.utf8)
        // xterm and tmux drop longer sequences, and some terminals hang.
        guard encoded.utf8.count <= 74_994 else { return false }
        send("\u{1B}]52;c;\(encoded)\u{07}")
        return true
    }
}

/// Base64 as in RFC 4648, to avoid Foundation.
enum Base64 {
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    static func encoded(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits =
                group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for place in 0..<4 {
                let digit = digits[Int(bits >> (18 - 6 * UInt32(place)) & 63)]
                text.append(place <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
