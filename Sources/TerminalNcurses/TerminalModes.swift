/// xterm's control sequences for modes that curses does not set; other terminals share or ignore them.
enum TerminalModes {
    /// Bracketed paste and focus reports.
    static let enter = "\u{1B}[?2004h\u{1B}[?1004h"
    static let leave = "\u{1B}[?1004l\u{1B}[?2004l"
    /// Clicks and the wheel, in the form without a limit on columns.
    static let mouseOn = "\u{1B}[?1000h\u{1B}[?1006h"
    static let mouseOff = "\u{1B}[?1006l\u{1B}[?1003l\u{1B}[?1002l\u{1B}[?1000l"
    /// Synchronized output: a frame is shown at once.
    static let beginFrame = "\u{1B}[?2026h"
    static let endFrame = "\u{1B}[?2026l"
    /// Saves and restores the window's title.
    static let saveTitle = "\u{1B}[22;2t"
    static let restoreTitle = "\u{1B}[23;2t"

    /// Resets all modes, for a crash.
    ///
    /// Frame, mouse, focus, paste, cursor visibility, attributes, keypad and cursor keys, scroll
    /// region (whose reset moves the cursor, so the cursor is saved around it), alternate screen.
    static let restore: StaticString =
        "\u{1B}[?2026l\u{1B}[?1006l\u{1B}[?1003l\u{1B}[?1002l\u{1B}[?1000l\u{1B}[?1004l\u{1B}[?2004l\u{1B}[?1l\u{1B}>\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"
}
