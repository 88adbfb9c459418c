package import Workflows

extension FlowPlan {
    /// A line about one task or several: what happens, with which, and why.
    package struct Line: Equatable, Sendable {
        /// What happens: `reuses`, `runs`.
        package var verb: String
        /// The tasks.
        package var tasks: String
        /// Why.
        package var reason: String
        /// The action that it is about.
        package var action: Action
    }

    /// The number of tasks that an action is planned for.
    package func count(_ action: Action) -> Int { steps.count { $0.action == action } }

    /// The plan in few lines: what is reused in one, everything else a task a line.
    ///
    /// - Parameter limit: The most lines; a last one says how many are left out.
    package func lines(limit: Int = .max) -> [Line] {
        var lines: [Line] = []
        let reused = steps.filter { $0.action == .reuse }.map(\.task)
        if !reused.isEmpty {
            let more = reused.count > 4 ? " and \(reused.count - 4) more" : ""
            lines.append(
                Line(
                    verb: Self.verb(.reuse),
                    tasks: reused.prefix(4).joined(separator: ", ") + more,
                    reason: "",
                    action: .reuse
                )
            )
        }
        let others = steps.filter { $0.action != .reuse }
        let room = max(1, limit - lines.count)
        let shown = others.count > room ? max(0, room - 1) : others.count
        lines += others.prefix(shown).map { step in
            Line(
                verb: Self.verb(step.action),
                tasks: step.task,
                reason: step.explanation,
                action: step.action
            )
        }
        if let next = others.dropFirst(shown).first {
            let rest = "\(others.count - shown) more tasks"
            lines.append(Line(verb: "and", tasks: rest, reason: "", action: next.action))
        }
        return lines
    }

    /// A verb for what happens with a task.
    package static func verb(_ action: Action) -> String {
        switch action {
        case .reuse: "reuses"
        case .run: "runs"
        case .resume: "resumes"
        case .open: "may run"
        case .approve: "asks"
        case .skip: "skips"
        }
    }

    /// The plan in one line: `3 reused, 2 to run, 1 to be approved`.
    package var sentence: String {
        let parts = [
            (count(.reuse), "reused"), (count(.resume), "resumed"), (count(.run), "to run"),
            (count(.open), "may run"), (count(.approve), "to be approved"),
            (count(.skip), "skipped"),
        ]
        let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return text.isEmpty ? "nothing to do" : text
    }

    /// A changed parameter: `max_loss 2.5 to 3.0`.
    package static func text(_ change: Change, isSecret: Bool) -> String {
        guard !isSecret else { return "\(change.parameter) changed" }
        return "\(change.parameter) \(FlowText.value(change.before)) to "
            + FlowText.value(change.after)
    }
}

extension FlowPlan.Step {
    /// Why, and what it would take, in sentences.
    package var explanation: String {
        (reasons + [cost?.sentence].compactMap { $0 }).joined(separator: " ")
    }
}

extension TaskCost {
    /// The forecast as a sentence, like `Forecast: about 3m12s, 610 MB.`.
    package var sentence: String {
        let memory = Figures.bytes(memoryBytes)
        guard let seconds else { return "Forecast: \(memory)." }
        return "Forecast: \(isScaled ? "about " : "")\(Figures.duration(seconds)), \(memory)."
    }
}
