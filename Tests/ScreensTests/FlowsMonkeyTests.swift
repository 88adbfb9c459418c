import FoundationEssentials
import JSON
import Platform
import Screens
import TerminalUI
import Testing
import Tracking
import Workflows
import Workspace

@Suite struct FlowsMonkeyTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func randomInputNeverBreaksTheFlowsPane(seed: UInt64) {
        var chance = MonkeyTests.Chance(state: seed)
        var driver = Driver.flows(width: 120, height: 40)
        for count in 0..<3_000 {
            driver.effects = []
            driver.now = driver.now.addingTimeInterval(0.1)
            driver.take(Self.action(&chance, driver.state))
            driver.answerAnything(&chance)
            driver.state.exit = nil
            // The keys lead to other panes; most of the time is spent in this one.
            if count % 40 == 0 { driver.take(.screen(.show(.flows))) }
            let shown = driver.state.flows.shown(in: driver.state.library).map(\.id)
            #expect(
                shown.isEmpty || driver.state.flows.selected(in: driver.state.library) != nil
            )
            if let opened = driver.state.flows.opened, !opened.board.rows.isEmpty {
                #expect(opened.item != nil)
            }
            if count % 3 == 0 { _ = driver.state.drawn() }
            if count % 300 == 0 { MonkeyTests.expectWayHome(from: driver) }
        }
    }

    static func action(_ chance: inout MonkeyTests.Chance, _ state: AppState) -> Action {
        let runs = Driver.flowRuns
        let run = runs[Int.random(in: 0..<runs.count, using: &chance)]
        let tasks = run.detail.tasks
        let task = tasks[Int.random(in: 0..<tasks.count, using: &chance)].id
        let states = TaskState.allCases
        let taskState = states[Int.random(in: 0..<states.count, using: &chance)]
        switch Int.random(in: 0..<100, using: &chance) {
        case 0..<70:
            let keys = MonkeyTests.keys
            return .input(.key(keys[Int.random(in: 0..<keys.count, using: &chance)]))
        case 70..<76:
            let point = Point(
                x: Int.random(in: 0..<120, using: &chance),
                y: Int.random(in: 0..<40, using: &chance)
            )
            let kinds: [MouseEvent.Kind] = [.press, .wheelUp, .wheelDown, .release]
            return .input(.mouse(MouseEvent(kinds[taskState.rawValue.count % 4], at: point)))
        case 76..<79:
            return .input(
                .resize(
                    Size(
                        width: Int.random(in: 1..<160, using: &chance),
                        height: Int.random(in: 1..<50, using: &chance)
                    )
                )
            )
        case 79: return .input(.paste("줄\nto \u{1b}[31mpaste"))
        case 80..<88:
            return .event(
                .flow(
                    .task(
                        flowRun: run.id,
                        task: task,
                        state: taskState,
                        attempt: 2,
                        reason: "why \u{7}"
                    )
                )
            )
        case 88..<91:
            let progress = TaskProgress(fraction: .nan, text: "step")
            return .event(.flow(.progress(flowRun: run.id, task: task, progress)))
        case 91..<94: return .event(.flow(.log(flowRun: run.id, task: task)))
        case 94: return .event(.flow(.changed(flowRun: run.id)))
        case 95: return .event(.flow(.schedulesChanged))
        case 96: return .library(.flowRuns(Array(runs.dropLast(task.count % 4))))
        case 97: return .library(.flowRun(nil, id: run.id))
        case 98:
            return .event(
                .alert(.sample(task.count, "\u{1b}[31m", source: .init(.flow, flowRun: run.id)))
            )
        default: return .event(.flow(.ended(flowRun: run.id, state: .failed, reason: nil)))
        }
    }
}

extension Driver {
    /// Answers effects of pane 6 as a workspace that sometimes fails, others as the other monkeys do.
    mutating func answerAnything(_ chance: inout MonkeyTests.Chance) {
        let asked = effects
        answer(&chance)
        let error = WorkspaceError(.notFound, "It is gone.")
        for effect in asked {
            guard let work = effect.work else { continue }
            if Int.random(in: 0..<8, using: &chance) == 0, work.name.contains("flow") {
                take(work.failed(error))
                continue
            }
            let run: String? = work.argument()
            switch work.name {
            case "plan flow retry":
                take(.flows(.retryPlanned(.retry(), FlowOrder(), run: run ?? "")))
            case "plan fork", "plan flow":
                let order: FlowOrder = work.argument() ?? FlowOrder()
                take(.flows(.planned(.retry(isFork: true), order)))
            case "flow outline":
                take(
                    .flows(
                        .outlined(
                            FlowOutline(
                                name: "f",
                                path: "/f.yaml",
                                parameters: FlowPlan.retry().parameters
                            )
                        )
                    )
                )
            case "why task": take(.flows(.whyRead(["because"], task: "t")))
            case "start flow", "retry flow":
                take(.flows(.started(Driver.flowRuns[1], command: "workbench flow run")))
            default: answerFlow(effect)
            }
        }
    }
}
