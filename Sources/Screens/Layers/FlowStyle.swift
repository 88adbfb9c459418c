import TerminalUI
import Workflows

/// The glyphs and styles of states.
enum FlowStyle {
    static func glyph(_ state: TaskState, _ glyphs: GlyphSet) -> String {
        switch state {
        case .pending, .scheduled, .cancelled: glyphs.hollow
        case .running, .retrying: glyphs.running
        case .paused: glyphs.paused
        case .waitingApproval: "?"
        case .completed, .cached: glyphs.done
        case .skipped, .upstreamFailed: glyphs.dot
        case .failed, .crashed: glyphs.failed
        }
    }

    static func style(_ state: TaskState) -> Style {
        switch state {
        case .pending, .cached, .skipped, .cancelled: .muted
        case .scheduled, .running: .accent
        case .retrying, .paused, .waitingApproval: .warning
        case .completed: .success
        case .failed, .crashed, .upstreamFailed: .error
        }
    }

    static func glyph(_ state: FlowState, _ glyphs: GlyphSet) -> String {
        switch state {
        case .pending, .cancelled: glyphs.hollow
        case .running: glyphs.running
        case .paused: glyphs.paused
        case .waitingApproval: "?"
        case .completed: glyphs.done
        case .failed, .crashed: glyphs.failed
        }
    }

    static func style(_ state: FlowState) -> Style {
        switch state {
        case .pending, .cancelled: .muted
        case .running: .accent
        case .paused, .waitingApproval: .warning
        case .completed: .success
        case .failed, .crashed: .error
        }
    }

    /// A state as its glyph, with a blank.
    static func mark(_ state: TaskState, _ glyphs: GlyphSet) -> StyledText {
        StyledText(glyph(state, glyphs) + " ", style(state))
    }
}
