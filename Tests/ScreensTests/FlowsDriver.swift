import FoundationEssentials
import JSON
import Runs
import Screens
import TerminalUI
import Workflows
import Workspace

extension FlowRunSummary {
    /// A pipeline whose training runs in this process.
    static let live = sample("faq-assistant", "a", .running, isMine: true, tasks: TaskSummary.live)
    {
        $0.startedAt = Driver.start.addingTimeInterval(-72)
        $0.parameters = JSONObject([("epochs", .integer(2)), ("max_loss", .number(2.5))])
    }

    /// One whose check failed an hour ago.
    static let failed = sample("faq-assistant", "b", .failed, tasks: TaskSummary.failed) {
        $0.createdAt = Driver.start.addingTimeInterval(-3600)
        $0.startedAt = $0.createdAt
        $0.endedAt = $0.createdAt.addingTimeInterval(95)
        $0.reason = "evaluate failed: the data has no held-out rows."
        $0.parameters = JSONObject([("epochs", .integer(2)), ("max_loss", .number(2.5))])
    }

    /// One that waits for a person.
    static let waiting = sample("nightly", "c", .waitingApproval, tasks: TaskSummary.waiting) {
        $0.createdAt = Driver.start.addingTimeInterval(-7200)
        $0.startedAt = $0.createdAt
        $0.awaitsApproval = ["promote"]
        $0.origin = .schedule(name: "schedule", instant: 1_789_992_800_000)
    }

    static func sample(
        _ flow: String,
        _ digit: String,
        _ state: FlowState,
        isMine: Bool = false,
        tasks: [TaskSummary] = [],
        _ change: (inout FlowRunSummary) -> Void = { _ in }
    ) -> FlowRunSummary {
        var run = FlowRunSummary(
            id: String(repeating: digit, count: 32),
            flow: flow,
            path: "/w/flows/\(flow).yaml",
            state: state,
            counts: tasks.reduce(into: [:]) { $0[$1.state, default: 0] += 1 },
            createdAt: Driver.start.addingTimeInterval(-75),
            ownerProcess: isMine ? 4711 : nil,
            isMine: isMine
        )
        change(&run)
        return run
    }

    /// Its tasks.
    var detail: FlowRunDetail {
        let tasks =
            switch id.first {
            case "a": TaskSummary.live
            case "b": TaskSummary.failed
            default: TaskSummary.waiting
            }
        return FlowRunDetail(summary: self, tasks: tasks)
    }
}

extension TaskSummary {
    static func pipeline(_ states: [TaskState]) -> [TaskSummary] {
        let seeds = (1...3).map { "sft[seed=\($0)]" }
        let shape: [(id: String, kind: String, after: [String])] =
            [("clean", "data.prepare", []), ("cpt", "train", ["clean"])]
            + seeds.map { ($0, "train", ["cpt"]) } + [
                ("evaluate", "evaluate", seeds), ("report", "shell", ["evaluate"]),
                ("register", "registry.register", ["evaluate"]),
                ("promote", "registry.promote", ["register", "report"]),
            ]
        var start = Driver.start.addingTimeInterval(-72)
        return zip(shape, states).map { task, state in
            var summary = TaskSummary(
                id: task.id,
                name: String(task.id.prefix { $0 != "[" }),
                kind: task.kind,
                state: state,
                attempt: state == .pending ? 0 : 1,
                dependencies: task.after
            )
            if state != .pending, state != .waitingApproval, state != .upstreamFailed {
                summary.startedAt = start
                if state.isTerminal {
                    start = start.addingTimeInterval(12)
                    summary.endedAt = start
                }
            }
            if task.kind == "train", state != .pending { summary.run = "run-of-\(task.id)" }
            return summary
        }
    }

    /// Two of three trainings are done.
    static let live: [TaskSummary] = {
        var tasks = pipeline(
            [
                .cached, .completed, .completed, .completed, .running, .pending, .pending, .pending,
                .pending,
            ]
        )
        tasks[4].progress = TaskProgress(fraction: 0.4, text: "step 24 of 60")
        return tasks
    }()

    static let failed: [TaskSummary] = {
        var tasks = pipeline(
            [
                .completed, .completed, .completed, .completed, .completed, .failed,
                .upstreamFailed,
                .upstreamFailed, .upstreamFailed,
            ]
        )
        tasks[5].reason = "The data has no held-out rows."
        return tasks
    }()

    static let waiting = pipeline(
        [
            .completed, .completed, .completed, .completed, .completed, .completed, .completed,
            .completed, .waitingApproval,
        ]
    )

    /// Everything about it.
    var detail: TaskDetail {
        TaskDetail(
            summary: self,
            inputs: JSONObject([
                ("model", .string("smollm2-135m-instruct")), ("epochs", .integer(2)),
            ]),
            outputs: state.isSuccessful
                ? JSONObject([("eval_loss", .number(1.913))]) : JSONObject(),
            files: kind == "shell" ? ["report.md"] : [],
            history: [
                .init(
                    attempt: 0,
                    from: nil,
                    to: .pending,
                    reason: nil,
                    owner: "kim@lab 4711",
                    at: Driver.start.addingTimeInterval(-75)
                ),
                .init(
                    attempt: 1,
                    from: .pending,
                    to: state,
                    reason: reason,
                    owner: "kim@lab 4711",
                    at: Driver.start.addingTimeInterval(-30)
                ),
            ],
            reasons: ["It had not run before."]
        )
    }
}

extension JSONObject {
    init(_ members: [(String, JSONValue)]) {
        self.init()
        for (name, value) in members { _ = insert(value, named: JSONName(name)) }
    }
}

extension FlowPlan {
    static func retry(changes: [Change] = [], isFork: Bool = false) -> FlowPlan {
        FlowPlan(
            flow: "faq-assistant",
            parameters: [
                FlowParameter(name: "epochs", type: .integer, defaultValue: .integer(2)),
                FlowParameter(name: "max_loss", type: .number, defaultValue: .number(2.5)),
                FlowParameter(
                    name: "token",
                    type: .text,
                    defaultValue: .string("x"),
                    isSecret: true
                ),
            ],
            values: JSONObject(
                [("epochs", .integer(2)), ("max_loss", .number(2.5)), ("token", .string("***"))]
            ),
            changes: changes,
            steps: TaskSummary.failed.map { task in
                FlowPlan.Step(
                    task: task.id,
                    kind: task.kind,
                    action: task.state == .completed
                        ? .reuse
                        : task.id == "promote" ? .approve : task.state == .failed ? .run : .open,
                    reasons: task.state == .failed ? ["It failed."] : []
                )
            },
            isFork: isFork
        )
    }
}

extension ScheduleSummary {
    static func nightly(isOn: Bool) -> ScheduleSummary {
        var schedule = FlowSchedule(trigger: .cron("0 2 * * 0"))
        schedule.timezone = "Asia/Seoul"
        return ScheduleSummary(
            flow: "nightly",
            path: "/w/flows/nightly.yaml",
            schedule: schedule,
            isOn: isOn,
            nextAt: isOn ? Driver.start.addingTimeInterval(86_400 * 2) : nil
        )
    }
}

extension FlowFileSummary {
    static let all = [
        FlowFileSummary(name: "faq-assistant", path: "/w/flows/faq-assistant.yaml"),
        FlowFileSummary(name: "nightly", path: "/w/flows/nightly.yaml"),
        FlowFileSummary(
            name: "broken",
            path: "/w/flows/broken.yaml",
            faults: ["broken.yaml:3:5: there is no task clen; did you mean clean?"]
        ),
        FlowFileSummary(name: "korean", path: "/share/flows/korean.yaml", isSample: true),
    ]
}

extension Driver {
    static let flowRuns: [FlowRunSummary] = [.live, .failed, .waiting]

    /// Pane 6 with three flow runs, the first of which is selected and read.
    static func flows(
        width: Int = 80,
        height: Int = 24,
        isReadOnly: Bool = false,
        runs: [FlowRunSummary] = flowRuns,
        trainings: [RunSummary] = []
    ) -> Driver {
        var driver = Driver.opened(
            width: width,
            height: height,
            isReadOnly: isReadOnly,
            runs: trainings
        )
        driver.take(.library(.flowRuns(runs)))
        driver.press("6")
        driver.answerFlows()
        return driver
    }

    /// Pane 6 with the form of the first flow.
    static func flowForm(width: Int = 80, height: Int = 24) -> Driver {
        var driver = Driver.flows(width: width, height: height)
        driver.take(.flows(.edit(run: FlowRunSummary.failed.id, .retry())))
        return driver
    }

    /// Presses keys and answers what they ask for.
    mutating func go(_ keys: Key...) {
        for key in keys {
            press(key)
            answerFlows()
        }
    }

    /// Answers the reads of pane 6 until nothing is asked any more.
    mutating func answerFlows() {
        for _ in 0..<8 {
            let asked = effects
            effects = []
            for effect in asked { answerFlow(effect) }
            if effects.isEmpty {
                effects = asked.filter { $0.work.map { !Self.reads.contains($0.name) } ?? true }
                return
            }
        }
    }

    private static let reads: Set<String> = [
        "flow detail", "flow task", "task log", "flow files", "read list", "read flow run", "log",
        "read changed runs",
    ]

    mutating func answerFlow(_ effect: Effect) {
        guard let work = effect.work else { return }
        let first: String? = work.arguments.first as? String
        let run = Self.flowRuns.first { $0.id == first }
        let second = work.arguments.count > 1 ? work.arguments[1] as? String : nil
        switch work.name {
        case "flow detail":
            if let run { take(.flows(.detailed(run.detail))) }
        case "flow task":
            if let run, let task = run.detail.tasks.first(where: { $0.id == second }) {
                take(.flows(.taskRead(task.detail, run: run.id)))
            }
        case "task log":
            guard let run, let task = second, let cursor: Int = work.argument() else { return }
            let lines = cursor == 0 ? (1...40).map { "line \($0) of \(task)" } : []
            let page = TaskLogPage(lines: lines, cursor: 900)
            take(.flows(.logRead(page, task: task, run: run.id, after: cursor)))
        case "flow files":
            take(.flows(.filesRead(FlowFileSummary.all, [.nightly(isOn: true)], .here)))
        case "read flow run":
            if let run { take(.library(.flowRun(run, id: run.id))) }
        case "read list":
            if work.argument(Library.List.self) == .flows {
                take(.library(.flowRuns(Self.flowRuns)))
            }
        default: break
        }
    }
}
