/// The glyphs that the terminal and its font can show.
public enum GlyphSet: String, CaseIterable, Hashable, Sendable {
    /// Everything, with 2 x 4 dots a cell in charts.
    case braille
    /// Lines and block elements, 1 x 2 dots a cell.
    case blocks
    /// Bytes below 128 only.
    case ascii

    /// `…` or its ASCII replacement, one column wide.
    public var ellipsis: String { self == .ascii ? "~" : "…" }
    /// The mark of a running thing.
    public var running: String { self == .ascii ? "*" : "●" }
    /// The mark of a finished thing.
    public var done: String { self == .ascii ? "+" : "✓" }
    /// The mark of a failed thing.
    public var failed: String { self == .ascii ? "x" : "✗" }
    /// The mark of something paused.
    public var paused: String { self == .ascii ? "=" : "‖" }
    /// The mark of something that waits or is off.
    public var hollow: String { self == .ascii ? "o" : "○" }
    /// A flag, as on a chart's checkpoints.
    public var flag: String { self == .ascii ? "^" : "⚑" }
    /// Ascending order.
    public var ascending: String { self == .ascii ? "^" : "▲" }
    /// Descending order.
    public var descending: String { self == .ascii ? "v" : "▼" }
    /// The mark of a heading whose entries are hidden.
    public var closed: String { self == .ascii ? "+" : "▸" }
    /// The mark of a heading whose entries are shown.
    public var opened: String { self == .ascii ? "-" : "▾" }
    /// The pointer before a selected entry.
    public var pointer: String { self == .ascii ? ">" : "›" }
    /// A separator between short facts.
    public var dot: String { self == .ascii ? "-" : "·" }
    /// An arrow to the right, as between an old value and a new one.
    public var arrow: String { self == .ascii ? ">" : "→" }
    /// Steps of a bar from nearly empty to full.
    public var levels: [String] {
        self == .ascii
            ? [".", ":", "-", "=", "+", "*", "%", "#"]
            : ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    }
}

/// The number of colours that the terminal can show.
public enum ColorDepth: Int, CaseIterable, Comparable, Hashable, Sendable {
    /// No colours: bold, dim, reverse and underline only (`NO_COLOR`).
    case mono = 0
    /// The terminal's own sixteen.
    case ansi16 = 16
    /// The 6 x 6 x 6 cube and the greys of xterm.
    case indexed256 = 256
    /// Any colour.
    case trueColor = 16_777_216

    /// Orders by the number of colours.
    public static func < (left: ColorDepth, right: ColorDepth) -> Bool {
        left.rawValue < right.rawValue
    }
}
