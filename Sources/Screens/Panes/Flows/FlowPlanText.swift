import Platform
import Presentation
import TerminalUI
import Workflows

/// A plan as lines of a dialog or beside a form.
enum FlowPlanText {
    /// The plan: a sentence, what differs, then what happens with each task.
    ///
    /// - Parameter limit: The most lines about tasks.
    static func lines(_ plan: FlowPlan, limit: Int = .max) -> [StyledText] {
        var lines = [StyledText(plan.sentence, .strong)]
        lines += plan.changes.map { change in
            let isSecret = plan.parameters.contains { $0.name == change.parameter && $0.isSecret }
            return StyledText(FlowPlan.text(change, isSecret: isSecret), .accent)
        }
        if plan.isFork {
            lines.append(StyledText("It is a fork: a new flow run that names this one.", .warning))
        }
        lines += plan.lines(limit: limit).map { line in
            var text = StyledText(line.verb.padded(to: 8), style(line.action))
            text.append(line.tasks)
            if !line.reason.isEmpty { text.append("  \(line.reason)", .muted) }
            return text
        }
        return lines
    }

    /// The most lines about tasks, at least one, that do not need more rows than there are once the
    /// reasons are wrapped.
    static func limit(_ plan: FlowPlan, rows: Int, width: Int) -> Int {
        let others = lines(plan, limit: 0).count - plan.lines(limit: 0).count
        let used = plan.lines(limit: rows).count
        return (1...max(1, used)).last { limit in
            let shown = lines(plan, limit: limit).dropFirst(others)
            return shown.reduce(0) { $0 + $1.wrapped(to: width).count } <= rows
        } ?? 1
    }

    static func style(_ action: FlowPlan.Action) -> Style {
        switch action {
        case .reuse: .success
        case .run, .resume: .accent
        case .open, .skip: .muted
        case .approve: .warning
        }
    }
}
