import Runs
import TerminalUI
import Workspace

/// The glyph and style of a run's status.
enum RunStyle {
    static func glyph(_ status: RunCondition, _ glyphs: GlyphSet) -> String {
        switch status {
        case .running: glyphs.running
        case .paused: glyphs.paused
        case .finished: glyphs.done
        case .failed, .crashed: glyphs.failed
        case .scheduled, .stopped, .silent: glyphs.hollow
        }
    }

    static func style(_ status: RunCondition) -> Style {
        switch status {
        case .running: .accent
        case .paused, .silent: .warning
        case .finished: .success
        case .failed, .crashed: .error
        case .scheduled, .stopped: .muted
        }
    }
}
