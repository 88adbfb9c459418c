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
        // An invalid answer cancels the measurement, which takes a moment.
        let isMeasuring = form.isMeasuring && form.form.isValid
        if let estimate = form.estimate {
            text.append(
                "\(estimate.isMeasured ? "" : "about ")\(Figures.duration(estimate.seconds))"
            )
            if let steps = form.plan?.totalSteps { text.append(" for \(steps) steps") }
            text.append(
                estimate.isMeasured ? ", measured here" : ", scaled from a measurement",
                .muted
            )
        } else if !isMeasuring {
            text.append("not measured", .muted)
        }
        if isMeasuring {
            text.append("\(form.estimate == nil ? "" : " ")measuring\(glyphs.ellipsis)", .accent)
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

extension TrainForm {
    /// The seconds the run would take: measured for this request, or scaled from the last
    /// measurement; nil before the first.
    package var estimate: (seconds: Double, isMeasured: Bool)? {
        guard let plan, let measurement, let planned else { return nil }
        if let seconds = plan.seconds, measurement.request == planned, request == planned {
            return (seconds, true)
        }
        let rows = Double(planned.batchSize * planned.gradientAccumulation)
        let measuredRows = Double(
            measurement.request.batchSize * measurement.request.gradientAccumulation
        )
        guard measuredRows > 0 else { return nil }
        let seconds = measurement.secondsPerStep * Double(plan.totalSteps) * rows / measuredRows
        return (seconds, false)
    }
}
