import JSON
import Presentation
import TerminalUI
import Workflows
import Workspace

/// The questions before changes of flow runs; each names the consequences.
enum FlowQuestions {
    /// The plan of a retry, with the other ways to retry.
    ///
    /// - Parameters:
    ///   - task: The task that the retry can begin from.
    ///   - rows: The rows for the plan's lines.
    ///   - width: The columns of the screen.
    static func retry(
        _ plan: FlowPlan,
        _ order: FlowOrder,
        of run: FlowRunSummary,
        task: String?,
        rows: Int,
        width: Int
    ) -> Question {
        let secret = Set(plan.parameters.filter(\.isSecret).map(\.name))
        let id = run.id
        var answers: [(choice: Dialog.Choice, action: Action)] = [
            (
                .init(id: "retry", title: "Retry"),
                .flows(.retryNow(run: id, order, secret: secret))
            )
        ]
        if order != FlowOrder() {
            answers.append(
                (
                    .init(id: "failed", title: "From failed"),
                    .flows(.planRetry(run: id, FlowOrder()))
                )
            )
        }
        if let task, order.from != task {
            answers.append(
                (
                    .init(id: "task", title: "From this task"),
                    .flows(.planRetry(run: id, FlowOrder(from: task)))
                )
            )
        }
        if !order.startsOver {
            answers.append(
                (
                    .init(id: "start", title: "From start"),
                    .flows(.planRetry(run: id, FlowOrder(startsOver: true)))
                )
            )
        }
        answers.append((.init(id: "edit", title: "Edit"), .flows(.edit(run: id, plan))))
        let limit = FlowPlanText.limit(plan, rows: rows, width: Dialog.textWidth(on: width))
        if plan.lines().count > limit {
            answers.append((.init(id: "plan", title: "Plan"), .flows(.showPlan(plan))))
        }
        let from =
            order.startsOver
            ? "from the start" : order.from.map { "from \($0)" } ?? "from what has no result"
        return Question(
            "Retry \(run.name) \(from)?",
            message: FlowPlanText.lines(plan, limit: limit),
            answers: answers
        )
    }

    static func cancel(_ run: FlowRunSummary) -> Question {
        let running = run.counts[.running, default: 0] + run.counts[.retrying, default: 0]
        let tasks =
            "\(Figures.counted(running, "task")) that \(running == 1 ? "runs gets" : "run get")"
        return Question(
            "Stop \(run.name)?",
            message: [
                StyledText(
                    running > 0
                        ? "\(tasks) TERM and time to end; nothing else begins."
                        : "Nothing else begins."
                ), "What has completed is kept; R continues from there.",
            ],
            answers: [
                (
                    .init(id: "cancel", title: "Stop flow run", isDangerous: true),
                    .flows(.control(.cancel, run: run.id))
                )
            ],
            refusal: "Keep running"
        )
    }

    static func delete(_ run: FlowRunSummary) -> Question {
        Question(
            "Delete \(run.name)?",
            message: [
                "The flow run and the logs of its tasks are removed; this cannot be undone.",
                "Its training runs stay, and results that others use.",
            ],
            answers: [
                (
                    .init(id: "delete", title: "Delete", isDangerous: true),
                    .flows(.control(.delete, run: run.id))
                )
            ]
        )
    }

    /// The question which task to decide about.
    static func waiting(_ run: FlowRunSummary) -> ChoicePrompt {
        ChoicePrompt(
            "Decide about which task of \(run.name)?",
            items: run.awaitsApproval.map { task in
                (MenuItem(id: task, title: task), .flows(.decide(run: run.id, task: task)))
            }
        )
    }

    static func decide(_ task: TaskDetail?, named id: String, of run: FlowRunSummary) -> Question {
        var message = [StyledText("It waits for a person before it runs.")]
        if let task {
            message = [StyledText("\(task.summary.kind) runs with:", .muted)]
            message += task.inputs.members.prefix(8).map { member in
                StyledText("\(member.name.text) ", .muted)
                    + StyledText(FlowText.value(member.value))
            }
        }
        message.append(StyledText("Denied, the flow run fails.", .muted))
        return Question(
            "Approve \(id) of \(run.name)?",
            message: message,
            answers: [
                (
                    .init(id: "approve", title: "Approve"),
                    .flows(.askReason(run: run.id, task: id, isApproved: true))
                ),
                (
                    .init(id: "deny", title: "Deny", isDangerous: true),
                    .flows(.askReason(run: run.id, task: id, isApproved: false))
                ),
            ]
        )
    }

    static func reason(run: String, task: String, isApproved: Bool) -> TextPrompt {
        var prompt = TextPrompt(
            isApproved ? "Approve \(task): why?" : "Deny \(task): why?",
            hint: "kept with the decision; may be empty",
            answer: .init("decide \(run) \(task) \(isApproved)") { reason in
                .flows(
                    .decideNow(run: run, task: task, isApproved: isApproved, reason: reason)
                )
            }
        )
        prompt.isOptional = true
        return prompt
    }

    /// All faults of a file that cannot run.
    static func faults(_ lines: [String], of path: String) -> Overlay {
        let command = CommandText.validateFlow(path)
        let text =
            lines.map { StyledText($0, .error) } + [
                StyledText(), StyledText("Correct \(path), then press n again.", .muted),
                StyledText("\(command) says the same.", .muted),
            ]
        let sheet = TextSheet(title: "\(path) cannot run", text: ScrollText(text))
        return .text(sheet, ScrollTextState())
    }

    /// The question which flow to start; nil if there is none.
    static func start(_ files: [FlowFileSummary]) -> ChoicePrompt? {
        guard !files.isEmpty else { return nil }
        let names = Dictionary(files.map { ($0.name, 1) }, uniquingKeysWith: +)
        return ChoicePrompt(
            "Start which flow?",
            // Those that can run come first.
            items: (files.filter(\.faults.isEmpty) + files.filter { !$0.faults.isEmpty })
                .enumerated().map { place, file in
                    let item = MenuItem(
                        // Typing looks in ids too, and a path has letters that are not shown.
                        id: "\(place)",
                        title: file.name,
                        detail: file.isSample
                            ? "sample" : names[file.name, default: 0] > 1 ? file.path : "",
                        problem: file.faults.first
                    )
                    return (item: item, action: .flows(.start(file: file.path)))
                }
        )
    }
}

extension FlowRunSummary {
    /// The flow with the beginning of the id: `faq-assistant 3f9a02c1`.
    var name: String { "\(flow) \(id.prefix(8))" }
}
