import FoundationEssentials
import Platform
import Presentation
import TerminalUI
import Tracking

/// The alerts that `!` shows, the newest first, and below them the whole text of the selected one.
enum AlertsView {
    static let hitPrefix = "alert:"

    /// The rows that show alerts.
    static func visibleRows(_ size: Size) -> Int {
        max(1, parts(Frame(size: size).overlay)[0].insideBorder.height)
    }

    static func draw(
        _ state: AppState,
        _ selection: ListState<Int>,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        canvas.hideCursor()
        canvas.fill(rect)
        let alerts = state.library.alerts ?? []
        let places = Dictionary(zip(alerts.map(\.id), alerts.indices)) { first, _ in first }
        let glyphs = canvas.glyphs
        let list = ListView(rows: alerts.map(\.id), hitPrefix: hitPrefix) { id in
            places[id].map { line(alerts[$0], at: state.now, glyphs) } ?? StyledText()
        }
        let parts = parts(rect)
        let keys = "enter goes to it  a acknowledges  A all  esc closes"
        let open = state.library.openAlertCount
        let inner = canvas.box(
            parts[0],
            title: StyledText("Alerts", .strong)
                + StyledText(open > 0 ? " \(glyphs.dot) \(open) new" : "", .warning),
            isFocused: true
        )
        if alerts.isEmpty {
            let words = state.library.alerts == nil ? "reading the alerts" : "There is no alert."
            canvas.write(StyledText(words, .muted), in: inner.inset(horizontally: 1))
        }
        list.draw(in: inner, selection: selection, on: &canvas)
        let detail = canvas.box(
            parts[1],
            trailing: StyledText(keys, .muted),
            isFocused: true
        ).inset(horizontally: 1)
        let selected = selection.position(in: alerts.map(\.id)).map { alerts[$0] }
        let lines = ScrollText(selected.map { facts($0, at: state.now) } ?? [])
        lines.draw(in: detail, state: ScrollTextState(), on: &canvas)
    }

    private static func parts(_ rect: Rect) -> [Rect] {
        let detail = rect.height >= 14 ? 8 : min(3, rect.height)
        return rect.rows([.ratio(1), .fixed(detail)], sharingBorders: true)
    }

    private static func line(_ alert: Alert, at now: Date, _ glyphs: GlyphSet) -> StyledText {
        let isOpen = alert.acknowledgedAt == nil
        var text = StyledText(isOpen ? "\(glyphs.running) " : "  ", style(alert.level))
        text.append(Figures.moment(date(alert.raisedAt), at: now).padded(to: 8) + " ", .muted)
        text.append(alert.level.rawValue.padded(to: 8), isOpen ? style(alert.level) : .muted)
        text.append(alert.sentence, isOpen ? .text : .muted)
        if alert.repeats > 0 { text.append(" (\(alert.repeats + 1) times)", .muted) }
        return text
    }

    private static func facts(_ alert: Alert, at now: Date) -> [StyledText] {
        var lines = [StyledText(alert.title, .strong)]
        lines += alert.text.split(separator: "\n").map { StyledText(String($0)) }
        let source = [alert.source.kind.rawValue, alert.source.name].compactMap { $0 }
        lines.append(
            StyledText("raised by ", .muted) + StyledText(source.joined(separator: " "))
                + StyledText(", \(Figures.localTime(date(alert.raisedAt)))", .muted)
        )
        if let time = alert.acknowledgedAt {
            let who = alert.acknowledgedBy.map { " by \($0)" } ?? ""
            let when = Figures.moment(date(time), at: now)
            lines.append(StyledText("acknowledged\(who), \(when)", .muted))
        }
        lines += alert.deliveries.map { delivery in
            var text = StyledText("\(delivery.target): \(delivery.state.rawValue)", .muted)
            if let problem = delivery.problem { text.append(", \(problem)", .warning) }
            return text
        }
        return lines
    }

    private static func date(_ milliseconds: Int) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    private static func style(_ level: Alert.Level) -> Style {
        switch level {
        case .info: .accent
        case .warning: .warning
        case .error: .error
        }
    }
}
