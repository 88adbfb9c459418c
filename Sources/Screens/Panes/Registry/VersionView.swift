import Presentation
import Registry
import Runs
import TerminalUI
import Workspace

/// Draws the selected version's facts: origin, metrics, gate.
enum VersionView {
    static func draw(
        _ state: RegistryState,
        _ context: Context,
        _ model: RegisteredModelSummary,
        in rect: Rect,
        on canvas: inout Canvas
    ) {
        guard let version = state.selectedVersion(in: context.library) else {
            canvas.box(rect)
            return
        }
        let inner = canvas.box(
            rect,
            title: StyledText("\(model.name) v\(version.number)", .strong)
        ).inset(horizontally: 1)
        let lines = ScrollText(facts(of: version, state, context.library, canvas.glyphs))
        lines.draw(in: inner, state: ScrollTextState(), on: &canvas)
    }

    private static func facts(
        of version: RegisteredModelSummary.Version,
        _ state: RegistryState,
        _ library: Library,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        var lines = [fact("base", version.baseModel ?? Figures.none)]
        var origin = version.runName ?? version.run ?? Figures.none
        if let run = library.run(version.run) {
            let facts = [run.method, run.parameters["rank"].map { "r\($0)" }, run.dataset]
            origin += facts.compactMap { $0 }.map { " \(glyphs.dot) \($0)" }.joined()
        }
        lines.append(fact("run", origin))
        let measured = [
            version.heldOutLoss.map { "eval \(Figures.loss($0))" },
            version.metrics[MetricName.loss].map { "loss \(Figures.loss($0))" },
        ].compactMap { $0 }
        lines.append(
            fact("measured", measured.isEmpty ? "nothing" : measured.joined(separator: "   "))
        )
        if let gate = state.deployment(in: library)?.gate {
            let found = state.check(in: library)?.findings.map(finding) ?? [StyledText(gate.line)]
            lines += zip(["gate"] + found.dropFirst().map { _ in "" }, found).map { label, text in
                StyledText(label.padded(to: 10), .muted) + text
            }
        }
        lines.append(fact("adapter", version.resultPath ?? Figures.none))
        if !version.note.isEmpty { lines.append(fact("note", version.note.oneLine)) }
        return lines
    }

    /// A finding of the gate, styled by its result.
    static func finding(_ finding: GateReport.Finding) -> StyledText {
        finding.passed
            ? StyledText("met: \(finding.text)", .success)
            : StyledText("not met: \(finding.text)", .error)
    }

    private static func fact(_ label: String, _ value: String) -> StyledText {
        StyledText(label.padded(to: 10), .muted) + StyledText(value)
    }
}
