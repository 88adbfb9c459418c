import Presentation
import Runs
import Synchronization
import Workspace

/// A run's events as lines, for people or as JSON.
///
/// Events of a run that has not begun here yet, such as the next phase, are kept until it does.
final class TrainOutput: Sendable {
    private struct State {
        var run: RunSummary?
        var early: [WorkspaceEvent] = []
    }

    private let isJSON: Bool
    private let state = Mutex(State())

    init(isJSON: Bool) {
        self.isJSON = isJSON
    }

    func begin(_ run: RunSummary) {
        if !isJSON { Console.note("run \(run.name) (\(run.id))") }
        state.withLock { state in
            state.run = run
            for event in state.early { write(event, of: run) }
            state.early = []
        }
    }

    func receive(_ event: WorkspaceEvent) {
        state.withLock { state in
            if let run = state.run, event.run == nil || event.run == run.id {
                write(event, of: run)
            } else {
                state.early.append(event)
            }
        }
    }

    func end(_ outcome: RunOutcome) {
        guard isJSON else {
            Console.note("\(outcome.status.rawValue) after \(outcome.stepsDone) steps")
            if let conclusion = outcome.conclusion { Console.note(conclusion) }
            if let path = outcome.resultPath { Console.print(path) }
            return
        }
        var fields: [String: JSONValue] = [
            "run_id": .text(outcome.run),
            "peak_rss_bytes": .number(Double(outcome.peakResidentBytes)),
            "steps": .number(Double(outcome.stepsDone)),
        ]
        fields["conclusion"] = outcome.conclusion.map(JSONValue.text)
        if let path = outcome.resultPath {
            fields[path.hasSuffix(".gguf") ? "model" : "adapter"] = .text(path)
        }
        write(outcome.status.rawValue, fields)
    }

    private func write(_ event: WorkspaceEvent, of run: RunSummary) {
        switch event {
        case .run(.step(run.id, let point)): write(point)
        case .run(.evaluated(run.id, let step, let loss)):
            isJSON
                ? write("evaluated", ["step": .number(Double(step)), "eval_loss": .number(loss)])
                : Console.print("eval \(step)  loss \(Figures.optional(loss))")
        case .run(.sampled(run.id, let samples)): write(samples)
        case .run(.alerted(run.id, let alert)):
            isJSON
                ? write(
                    "called",
                    [
                        "step": .number(Double(alert.step)), "sentinel": .text(alert.monitor),
                        "message": .text(alert.message), "action": .text(alert.action),
                    ]
                )
                : Console.note("step \(alert.step), \(alert.sentence)")
        case .notice(let notice):
            isJSON
                ? write(
                    "notice",
                    ["message": .text(notice.message), "hint": .text(notice.hint ?? "")]
                )
                : Console.remark(notice.message, hint: notice.hint)
        case .run(.checkpointed(run.id, let next)):
            isJSON
                ? write("checkpoint", ["next_step": .number(Double(next))])
                : Console.note("checkpoint; resumes at step \(next)")
        case .run(.paused(run.id, let step, let reason)):
            isJSON
                ? write("paused", ["step": .number(Double(step)), "reason": .text(reason ?? "")])
                : Console.note("paused at step \(step)\(reason.map { ": \($0)" } ?? "")")
        default: break
        }
    }

    private func write(_ samples: RunSamples) {
        for sample in samples.samples {
            guard isJSON else {
                Console.note("  Q \(Console.line(sample.prompt))")
                Console.note("  A \(Console.line(sample.answer))")
                continue
            }
            var fields: [String: JSONValue] = [
                "step": .number(Double(samples.step)), "prompt": .text(sample.prompt),
                "answer": .text(sample.answer),
            ]
            fields["reference"] = sample.reference.map(JSONValue.text)
            write("answered", fields)
        }
    }

    private func write(_ point: StepPoint) {
        guard isJSON else {
            let total = point.totalSteps.map { "/\($0)" } ?? ""
            Console.print(
                "step \(point.step)\(total)  loss \(Figures.optional(point.loss))"
                    + "  lr \(point.learningRate.map { Figures.significant($0) } ?? "-")"
                    + "  grad \(Figures.optional(point.gradientNorm))"
                    + "  \(point.tokensPerSecond.map { Figures.decimal($0, places: 0) } ?? "-") tok/s"
            )
            return
        }
        var fields = point.metrics.mapValues(JSONValue.number)
        fields["step"] = .number(Double(point.step))
        write("step", fields)
    }

    private func write(_ event: String, _ fields: [String: JSONValue]) {
        var fields = fields
        fields["event"] = .text(event)
        try? Console.printJSON(fields)
    }
}

/// A plain value in a JSON object.
enum JSONValue: Encodable {
    case text(String)
    case number(Double)

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number):
            if number == number.rounded(), abs(number) < 9e15 {
                try container.encode(Int(number))
            } else {
                try container.encode(number)
            }
        }
    }
}

extension WorkspaceEvent {
    /// The run that it is about.
    fileprivate var run: String? {
        if case .run(let event) = self { event.run } else { nil }
    }
}
