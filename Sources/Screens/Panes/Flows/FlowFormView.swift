import Platform
import Presentation
import Runs
import TerminalUI
import Workflows
import Workspace

/// Draws the form of a flow run, and beside or below it the plan.
enum FlowFormView {
    static func draw(_ form: FlowForm, _ context: Context, in rect: Rect, on canvas: inout Canvas) {
        let parts =
            context.frame.isWide
            ? rect.columns([.ratio(1), .ratio(1)], sharingBorders: true)
            : rect.rows([.ratio(1), .ratio(1)], sharingBorders: true)
        let title: String =
            switch form.purpose {
            case .start: "Start \(form.flow)"
            case .retry(let run): "Retry \(context.library.flowRun(run)?.name ?? form.flow)"
            }
        let inner = canvas.box(parts[0], title: StyledText(title, .strong), isFocused: true)
            .inset(horizontally: 1)
        if form.form.fields.isEmpty {
            canvas.write(StyledText("It has no parameters; enter starts it.", .muted), in: inner)
        }
        Form(form.form).draw(in: inner, on: &canvas)
        guard parts[1].height > 2 else { return }
        let side = canvas.box(parts[1], title: "Plan").inset(horizontally: 1)
        let lines = ScrollText(plan(form, rows: side.height, canvas.glyphs))
        lines.draw(in: side, state: ScrollTextState(), on: &canvas)
    }

    private static func plan(_ form: FlowForm, rows: Int, _ glyphs: GlyphSet) -> [StyledText] {
        var lines: [StyledText] = []
        if form.isStarting { lines.append(StyledText("\(glyphs.running) starting it", .accent)) }
        if let problem = form.problem {
            lines.append(StyledText(problem.message, .error))
            if let hint = problem.hint { lines.append(StyledText(hint, .muted)) }
        }
        if let wrong = form.form.firstProblem {
            lines.append(StyledText("\(wrong.label): \(wrong.problem)", .error))
            if form.plan != nil {
                lines.append(StyledText("The plan is for the answers before.", .muted))
            }
        }
        if form.pending != nil { lines.append(StyledText("planning\(glyphs.ellipsis)", .accent)) }
        guard let plan = form.plan else { return lines }
        return lines + FlowPlanText.lines(plan, limit: max(3, rows - lines.count - 3))
    }
}
