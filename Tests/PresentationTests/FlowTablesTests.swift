import Foundation
import JSON
import Presentation
import Testing
import Workflows

struct FlowTablesTests {
    private let now = Date(timeIntervalSince1970: 1_000_000)

    private func task(
        _ id: String,
        _ state: TaskState,
        after dependencies: [String] = [],
        seconds: Double? = nil,
        attempt: Int = 1,
        reason: String? = nil
    ) -> TaskSummary {
        TaskSummary(
            id: id,
            name: id,
            kind: "shell",
            state: state,
            attempt: attempt,
            dependencies: dependencies,
            startedAt: seconds.map { now.addingTimeInterval(-$0) },
            endedAt: state.isTerminal ? now : nil,
            reason: reason
        )
    }

    private func run(_ state: FlowState, origin: FlowRunOrigin = .person) -> FlowRunSummary {
        var parameters = JSONObject()
        _ = parameters.insert(.integer(2), named: "epochs")
        return FlowRunSummary(
            id: "0123456789abcdef0123456789abcdef",
            flow: "faq",
            path: "/flows/faq.yaml",
            state: state,
            parameters: parameters,
            origin: origin,
            counts: [.completed: 1, .failed: 1, .pending: 2],
            createdAt: now.addingTimeInterval(-90),
            startedAt: now.addingTimeInterval(-75),
            endedAt: now,
            reason: "sft failed."
        )
    }

    @Test func tasksAreIndentedBelowWhatTheyComeAfter() {
        let lines = FlowTables.tasks(
            [
                task("sft", .failed, after: ["cpt"], seconds: 5, attempt: 3, reason: "Status 1."),
                task("clean", .cached),
                task("cpt", .completed, after: ["clean"], seconds: 72),
                task("report", .upstreamFailed, after: ["sft", "clean"]),
            ],
            at: now
        )
        #expect(
            lines == [
                "TASK          STATE            TIME   ATTEMPT  AFTER       WHY",
                "clean         cached           -",
                "  cpt         completed        1m12s           clean",
                "    sft       failed           5s     3        cpt         Status 1.",
                "      report  upstream failed  -               sft, clean",
            ]
        )
    }

    @Test func tasksWithACycleOfADamagedStoreAreStillListed() {
        let tasks = [task("a", .pending, after: ["b"]), task("b", .pending, after: ["a"])]
        #expect(FlowTables.tasks(tasks, at: now).count == 3)
    }

    @Test func aListOfFlowRunsShowsProgressAndTime() {
        let lines = FlowTables.runs([run(.failed)], at: now).lines
        #expect(lines.last?.contains("01234567  faq   failed  1/4") == true)
        #expect(lines.last?.hasSuffix("1m15s") == true)
    }

    @Test func theHeadingNamesOriginAndParameters() {
        let lines = FlowTables.heading(
            run(.failed, origin: .forked(from: "fedcba9876543210")),
            at: now
        )
        .lines
        #expect(lines.contains("state       failed: sft failed."))
        #expect(
            lines.contains(
                "started by  a retry of fedcba98, with other parameters or an edited file"
            )
        )
        #expect(lines.contains("epochs      2"))
    }

    @Test func aPlanSaysWhatDiffersAndWhy() {
        let plan = FlowPlan(
            flow: "faq",
            parameters: [
                FlowParameter(name: "epochs", type: .integer, defaultValue: 2),
                FlowParameter(name: "key", type: .text, defaultValue: "", isSecret: true),
            ],
            values: JSONObject(),
            changes: [
                .init(parameter: "epochs", before: 2, after: 1),
                .init(parameter: "key", before: "old", after: "new"),
            ],
            steps: [
                .init(task: "clean", kind: "data.prepare", action: .reuse, reasons: ["Unchanged."]),
                .init(
                    task: "sft",
                    kind: "train",
                    action: .run,
                    reasons: ["It failed.", "epochs is 1."],
                    cost: TaskCost(seconds: 192, isScaled: true, memoryBytes: 610_000_000)
                ),
            ],
            isFork: true
        )
        let lines = FlowTables.plan(plan)
        #expect(lines.first == "faq, as a flow run of its own")
        #expect(lines.contains("  epochs 2 to 1"))
        #expect(lines.contains("  reuses  clean  data.prepare  Unchanged."))
        #expect(
            lines.contains(
                "  runs    sft    train         It failed. epochs is 1. Forecast: about 3m12s, 610 MB."
            )
        )
        let unknown = TaskCost(seconds: nil, isScaled: false, memoryBytes: 610_000_000)
        #expect(unknown.sentence == "Forecast: 610 MB.")
        #expect(!lines.contains { $0.contains("old") || $0.contains("new") })
    }

    @Test func textOfProgramsCannotSteerTheTerminal() {
        let lines = FlowTables.tasks([task("a", .failed, reason: "\u{1B}[2J\nrm")], at: now)
        #expect(lines.allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\n") })
    }

    @Test func aFlowRunAsJSONHasItsStatesAndParameters() {
        guard case .object(let object) = FlowJSON.run(run(.waitingApproval)) else {
            Issue.record("no object")
            return
        }
        #expect(object["state"] == "waiting_approval")
        #expect(object["tasks"] == ["completed": 1, "failed": 1, "pending": 2])
        #expect(object["origin"] == ["kind": "person"])
        #expect(object["ended_at"] == "1970-01-12T13:46:40Z")
    }

    @Test func aUnitQuotesItsWordsForSystemd() {
        let unit = ServiceUnit(program: "/opt/a b/work\"bench", workspace: "/home/ann/100%$x")
        #expect(
            unit.lines.contains(
                #"ExecStart="/opt/a b/work\"bench" flow serve --workspace "/home/ann/100%%$$x""#
            )
        )
        #expect(unit.fileName.hasPrefix("workbench-flows-"))
        #expect(unit.fileName != ServiceUnit(program: "", workspace: "/other").fileName)
    }
}
