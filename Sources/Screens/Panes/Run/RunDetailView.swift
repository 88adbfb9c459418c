import Presentation
import Runs
import TerminalUI
import Workspace

/// Draws one run: its metrics, curves, memory and facts.
struct RunDetailView {
    private let state: RunState
    private let context: Context
    private let run: RunSummary

    /// The minimum width that shows samples beside memory and facts.
    private static let samplesWidth = 96

    init(_ state: RunState, _ context: Context, _ run: RunSummary) {
        self.state = state
        self.context = context
        self.run = run
    }

    func draw(in rect: Rect, on canvas: inout Canvas) {
        let panelRows = rect.height >= 14 ? (run.samples != nil && rect.height >= 20 ? 6 : 4) : 0
        let parts = rect.rows([.ratio(1), .fixed(panelRows)], sharingBorders: true)
        let inner = canvas.box(parts[0], title: title(canvas.glyphs), isFocused: true)
            .inset(horizontally: 1)
        if panelRows > 0 {
            if let samples = run.samples, rect.width >= Self.samplesWidth {
                let panels = parts[1].columns(
                    [.ratio(2), .ratio(2), .ratio(3)],
                    sharingBorders: true
                )
                drawMemory(in: panels[0], on: &canvas)
                drawFacts(in: panels[1], on: &canvas)
                draw(samples, in: panels[2], on: &canvas)
            } else {
                let panels = parts[1].columns([.ratio(1), .ratio(1)], sharingBorders: true)
                drawMemory(in: panels[0], on: &canvas)
                drawFacts(in: panels[1], on: &canvas)
            }
        }
        let figures = Self.flow(figures(canvas.glyphs), width: inner.width, rows: 2)
        let notes = notes(canvas.glyphs).flatMap { $0.wrapped(to: inner.width) }
            .prefix(inner.height >= 12 ? 4 : 3)
        let rows = inner.rows([.fixed(figures.count), .fixed(notes.count), .ratio(1)])
        for (row, line) in figures.enumerated() { canvas.write(line, in: rows[0], row: row) }
        for (row, line) in notes.enumerated() { canvas.write(line, in: rows[1], row: row) }
        drawChart(in: rows[2], on: &canvas)
    }

    /// Facts side by side, in at most `rows` rows.
    static func flow(_ facts: [StyledText], width: Int, rows: Int) -> [StyledText] {
        var lines: [StyledText] = []
        for fact in facts {
            if let last = lines.last, last.width + 3 + fact.width <= width {
                lines[lines.count - 1] = last + StyledText("   ") + fact
            } else if lines.count < rows {
                lines.append(fact)
            }
        }
        return lines
    }

    private func title(_ glyphs: GlyphSet) -> StyledText {
        var facts: [String] = []
        if let model = run.model { facts.append(model) }
        var method = run.method ?? ""
        if let rank = run.parameters["rank"], run.method != "full" { method += " r\(rank)" }
        if let alpha = run.parameters["alpha"].flatMap(Double.init), run.method != "full" {
            method += " \(glyphs == .ascii ? "a" : "α")\(Figures.plain(alpha))"
        }
        if !method.isEmpty { facts.append(method) }
        if let dataset = run.dataset { facts.append(dataset) }
        let rest = facts.map { " \(glyphs.dot) \($0)" }.joined()
        let glyph = RunStyle.glyph(run.status, glyphs)
        return StyledText("\(glyph) ", RunStyle.style(run.status))
            + StyledText(run.name, .strong) + StyledText(rest, .muted)
    }

    private func figures(_ glyphs: GlyphSet) -> [StyledText] {
        func fact(_ label: String, _ value: String) -> StyledText {
            StyledText("\(label) ", .muted) + StyledText(value)
        }
        let isBroken = run.loss.map { !$0.isFinite } ?? false
        var facts = [
            StyledText("loss ", .muted)
                + StyledText(Figures.loss(run.loss), isBroken ? .error : .strong)
        ]
        if let evaluation = run.evaluationLoss {
            var text = fact("eval", Figures.loss(evaluation))
            if let best = run.bestEvaluation {
                let isBest = best.value == evaluation
                text.append(
                    isBest
                        ? " (best, step \(best.step))"
                        : " (best \(Figures.loss(best.value)), step \(best.step))",
                    .muted
                )
            }
            facts.append(text)
        }
        facts.append(
            fact("step", run.totalSteps.map { "\(run.stepsDone)/\($0)" } ?? "\(run.stepsDone)")
        )
        if run.status.isLive, let seconds = run.secondsRemaining {
            facts.append(fact("ETA", Figures.duration(seconds)))
        }
        // For a run that ended, the rate that was set says more than the schedule's last one.
        if !run.status.isLive, let rate = run.peakLearningRate {
            facts.append(fact("peak lr", Figures.significant(rate)))
        } else if let rate = run.learningRate {
            facts.append(fact("lr", Figures.significant(rate)))
        }
        if let norm = run.gradientNorm { facts.append(fact("grad", Figures.significant(norm))) }
        if let speed = run.tokensPerSecond {
            facts.append(StyledText(Figures.rate(speed)) + StyledText(" tok/s", .muted))
        }
        return facts
    }

    /// The run's status with the keys to press, its last alert, and the losses of its phases.
    private func notes(_ glyphs: GlyphSet) -> [StyledText] {
        var notes = statusNotes(glyphs)
        // The status of a run paused by a monitor already shows the alert.
        if run.status != .paused || run.failure == nil, let alert = run.alerts.last {
            notes.append(StyledText("! step \(alert.step), \(alert.sentence)", .warning))
        }
        let losses = run.phaseLosses.map { "phase \($0.phase) \(Figures.loss($0.loss))" }
        if !losses.isEmpty {
            notes.append(
                StyledText("held-out losses after it: ", .muted)
                    + StyledText(losses.joined(separator: "   "))
            )
        }
        return notes
    }

    private func statusNotes(_ glyphs: GlyphSet) -> [StyledText] {
        let resumable = run.resumableStep.map { "R resumes at step \($0)" } ?? "R runs it again"
        switch run.status {
        case .paused:
            // A pause that was requested has no other reason.
            let reason = run.failure.flatMap { $0 == "paused" ? nil : ": \($0)" } ?? "."
            return [StyledText("paused\(reason) p continues.", .warning)]
        case .failed:
            return [
                StyledText("Failed. \(resumable).", .muted),
                StyledText(run.failure ?? "No reason was given.", .error),
            ]
        case .crashed: return [StyledText("Its process died. \(resumable).", .error)]
        case .stopped: return [StyledText("Stopped. \(resumable).", .muted)]
        case .silent:
            let last = run.lastActivityAt.map { Figures.moment($0, at: context.now) }
            return [
                StyledText("No news for a while; the last came \(last ?? "never").", .warning)
            ]
        case .scheduled: return [StyledText("It has not started yet.", .muted)]
        case .finished: return run.conclusion.map { [StyledText($0, .muted)] } ?? []
        case .running: return []
        }
    }

    private func drawChart(in rect: Rect, on canvas: inout Canvas) {
        guard rect.height > 0 else { return }
        guard let curves = state.curves, curves.run == run.id else {
            canvas.write(
                StyledText("reading the curves\(canvas.glyphs.ellipsis)", .muted),
                in: rect
            )
            return
        }
        guard !curves.losses.isEmpty || !curves.evaluations.isEmpty else {
            canvas.write(StyledText("no step has been measured yet", .muted), in: rect)
            return
        }
        var series = [LineChart.Series("train", curves.losses, role: .series1)]
        if !curves.evaluations.isEmpty {
            series.append(.init("eval", curves.evaluations, role: .series2))
        }
        LineChart(
            series,
            markers: curves.checkpoints.map { .init(x: Double($0), label: "\($0)") }
                // The newest first, because labels that do not fit are dropped.
                + run.alerts.reversed().map {
                    .init(x: Double($0.step), label: "\($0.monitor) \($0.step)", isAlarm: true)
                }
        ).draw(in: rect, on: &canvas)
    }

    private func draw(_ samples: RunSamples, in rect: Rect, on canvas: inout Canvas) {
        let inner = canvas.box(rect, title: "Last answers, step \(samples.step)")
            .inset(horizontally: 1)
        var lines: [StyledText] = []
        for sample in samples.samples {
            lines.append(StyledText("Q ", .muted) + StyledText(sample.prompt.oneLine))
            let answer = StyledText("A ", .muted) + StyledText(sample.answer.oneLine)
            lines += answer.wrapped(to: inner.width).prefix(2)
        }
        if lines.count > inner.height {
            lines = lines.prefix(inner.height - 1) + [StyledText("a shows them all", .muted)]
        }
        for (row, line) in lines.prefix(inner.height).enumerated() {
            canvas.write(line, in: inner, row: row)
        }
    }

    private func from(_ id: String) -> StyledText {
        let name = context.library.run(id)?.name
        return StyledText("from ", .muted) + StyledText(name ?? String(id.prefix(8)))
    }

    private func drawMemory(in rect: Rect, on canvas: inout Canvas) {
        let inner = canvas.box(rect, title: "Memory").inset(horizontally: 1)
        let lines = MemoryText(context.machine, of: run, forecast: state.forecasts[run.id])
            .lines(width: inner.width, glyphs: canvas.glyphs)
        for (row, line) in lines.enumerated() { canvas.write(line, in: inner, row: row) }
    }

    private func drawFacts(in rect: Rect, on canvas: inout Canvas) {
        let inner = canvas.box(rect, title: "Run").inset(horizontally: 1)
        var facts = [StyledText("experiment ", .muted) + StyledText(run.experiment)]
        if let started = run.startedAt {
            facts.append(
                StyledText("started ", .muted)
                    + StyledText(Figures.moment(started, at: context.now))
            )
        }
        if let task = run.flowTask {
            facts.append(StyledText("flow ", .muted) + StyledText(task.name(in: context.library)))
        }
        if let step = run.resumableStep {
            facts.append(StyledText("checkpoint ", .muted) + StyledText("step \(step)"))
        }
        if !run.isMine, let process = run.ownerProcess {
            facts.append(StyledText("process ", .muted) + StyledText("\(process)"))
        }
        if let next = run.laterPhases.first {
            let more = run.laterPhases.count - 1
            facts.append(
                StyledText("then ", .muted) + StyledText(next)
                    + StyledText(more > 0 ? ", \(more) after" : "", .muted)
            )
        }
        if let previous = run.previousPhase {
            facts.append(from(previous))
        }
        if let origin = run.origin { facts.append(from(origin)) }
        if let path = run.resultPath {
            let what = path.hasSuffix(".gguf") ? "model" : "adapter"
            facts.append(StyledText("\(what) saved", .success))
        }
        if let alert = run.alerts.last {
            let before = (alert.number ?? run.alerts.count) - 1
            facts.append(
                StyledText("\(alert.monitor) ", .warning) + StyledText("step \(alert.step)")
                    + StyledText(before > 0 ? ", \(before) before" : "", .muted)
            )
        }
        let lines = Self.flow(facts, width: inner.width, rows: inner.height)
        for (row, line) in lines.enumerated() { canvas.write(line, in: inner, row: row) }
    }
}
