import Machine
import Platform
import Presentation
import Runs
import TerminalUI
import Training
import Workspace

/// Draws the form for a new run, and beside or below it the forecast.
enum TrainFormView {
    static func draw(_ form: TrainForm, _ context: Context, in rect: Rect, on canvas: inout Canvas)
    {
        let parts =
            context.frame.isWide
            ? rect.columns([.ratio(3), .ratio(2)], sharingBorders: true)
            : rect.rows([.min(5), .fixed(min(6, rect.height / 3))], sharingBorders: true)
        let inner = canvas.box(
            parts[0],
            title: StyledText("Train a model", .strong),
            isFocused: true
        )
        Form(form.form).draw(in: inner.inset(horizontally: 1), on: &canvas)
        guard parts[1].height > 2 else { return }
        let side = canvas.box(parts[1], title: "Forecast")
        let lines = ScrollText(costs(of: form, machine: context.machine.latest, canvas.glyphs))
        lines.draw(in: side.inset(horizontally: 1), state: ScrollTextState(), on: &canvas)
    }

    private static func costs(
        of form: TrainForm,
        machine: MachineReading?,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        var lines: [StyledText] = []
        if form.isStarting {
            lines.append(StyledText("\(glyphs.running) loading the model and the data", .accent))
        }
        if let problem = form.problem {
            lines.append(StyledText(problem.message, .error))
            if let hint = problem.hint { lines.append(StyledText(hint, .muted)) }
        }
        if let wrong = form.form.firstProblem {
            lines.append(StyledText("\(wrong.label): \(wrong.problem)", .error))
            if form.plan != nil {
                lines.append(StyledText("The figures are for the answers before.", .muted))
            }
        }
        lines.append(time(of: form, glyphs))
        guard let plan = form.plan else { return lines }
        for phase in plan.later {
            var text = label("then") + StyledText("\(phase.totalSteps) steps on \(phase.dataset)")
            if let seconds = phase.seconds {
                text.append(", \(Figures.duration(seconds))", .muted)
            }
            lines.append(text)
        }
        lines.append(memory(of: plan, machine: machine))
        for phase in [plan] + plan.later {
            let prefix = plan.later.isEmpty ? "" : "\(phase.dataset): "
            lines += phase.warnings.map { StyledText("! \(prefix)\($0)", .warning) }
        }
        let data =
            "\(Figures.count(plan.trainingExamples)) examples, "
            + "\(Figures.count(plan.evaluationExamples)) held out, "
            + "\(Figures.count(plan.tokensPerEpoch)) tokens an epoch"
        lines.append(label("data") + StyledText(data))
        let name = form.form.value("name")
        lines.append(label("run") + StyledText(name.isEmpty ? plan.runName : name))
        return lines
    }

    private static func time(of form: TrainForm, _ glyphs: GlyphSet) -> StyledText {
        var text = label("time")
        if let plan = form.plan, let seconds = plan.seconds, let basis = plan.timeBasis {
            let prefix = basis == .scaled ? "about " : ""
            text.append("\(prefix)\(Figures.duration(seconds)) for \(plan.totalSteps) steps")
            text.append(", \(basis.words)", .muted)
        } else if form.plan != nil, form.unmeasured == nil {
            text.append("not measured", .muted)
        }
        if form.plan == nil, form.pending != nil {
            text.append("reading the data\(glyphs.ellipsis)", .accent)
        } else if form.unmeasured != nil {
            text.append(
                "\(form.plan?.seconds == nil ? "" : " \(glyphs.dot) ")measuring\(glyphs.ellipsis)",
                .accent
            )
        }
        return text
    }

    private static func memory(of plan: TrainingPlan, machine: MachineReading?) -> StyledText {
        var text = label("memory") + StyledText(Figures.bytes(plan.memoryBytes))
        text.append(" forecast", .muted)
        if let machine {
            let isTooMuch = plan.memoryBytes > machine.memoryTotal
            text.append(
                " of \(Figures.bytes(machine.memoryTotal)) in this machine",
                isTooMuch ? .error : .muted
            )
        }
        return text
    }

    private static func label(_ name: String) -> StyledText {
        StyledText(name.padded(to: 8), .muted)
    }
}
