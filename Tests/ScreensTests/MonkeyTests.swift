import FoundationEssentials
import Platform
import Runs
import Screens
import TerminalUI
import Testing
import Training
import Workspace

@Suite struct MonkeyTests {
    /// SplitMix64, so that a failure can be reproduced with its seed.
    struct Chance: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    static let keys: [Key] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:?.,!ㅂㅅㅓ한é🙂"
        .map { Key($0) }
        + [
            "enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "pgup", "pgdn",
            "home", "end", "backspace", "del", "space", "ctrl+c", "ctrl+p", "ctrl+t", "F1", "F3",
            "alt+1", "alt+2", "alt+3", "alt+4", "alt+5", "alt+6", "ctrl+u",
        ]

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func randomInputNeverBreaksTheScreen(seed: UInt64) {
        var chance = Chance(state: seed)
        var driver = RunScreenTests.live()
        for count in 0..<5_000 {
            driver.effects = []
            driver.now = driver.now.addingTimeInterval(0.1)
            driver.take(Self.action(&chance, driver.state))
            driver.answer(&chance)
            driver.state.exit = nil
            if let deadline = driver.state.deadline, deadline <= driver.now {
                driver.take(.deadline)
                #expect(driver.state.message == nil)
            }
            let shown = driver.state.run.shown(in: driver.state.library).map(\.id)
            #expect(shown.isEmpty || driver.selectedRun != nil)
            if count % 5 == 0 { _ = driver.state.drawn() }
            if count % 500 == 0 { Self.expectWayHome(from: driver) }
        }
    }

    /// From any state, esc leads to a pane without anything open, and ctrl+c out of the program.
    static func expectWayHome(from driver: Driver) {
        var home = driver
        for _ in 0..<8 { home.press("esc") }
        #expect(home.state.overlay == nil)
        let isTyping = home.state.pane.content.isTyping(in: home.state)
        #expect(!isTyping)
        var leaving = driver
        leaving.state.overlay = nil
        for _ in 0..<8 {
            if case .question(let question) = leaving.state.overlay,
                question.answers.values.contains(.screen(.leave))
            {
                leaving.press("right", "right", "enter")
                break
            }
            leaving.press("ctrl+c")
            if leaving.state.exit != nil { break }
        }
        #expect(leaving.state.exit == .left)
    }

    static func action(_ chance: inout Chance, _ state: AppState) -> Action {
        let runs = RunScreenTests.runs
        let id = runs[Int.random(in: 0..<runs.count, using: &chance)].id
        let step = Int.random(in: 0..<60, using: &chance)
        switch Int.random(in: 0..<100, using: &chance) {
        case 0..<80:
            return .input(.key(keys[Int.random(in: 0..<keys.count, using: &chance)]))
        case 80..<84:
            let point = Point(
                x: Int.random(in: 0..<120, using: &chance),
                y: Int.random(in: 0..<40, using: &chance)
            )
            let kind: MouseEvent.Kind = [.press, .wheelUp, .wheelDown, .release][step % 4]
            return .input(.mouse(MouseEvent(kind, at: point)))
        case 84..<87:
            return .input(
                .resize(
                    Size(
                        width: Int.random(in: 1..<140, using: &chance),
                        height: Int.random(in: 1..<45, using: &chance)
                    )
                )
            )
        case 87..<89: return .input(.paste("두 줄\nto \u{1b}[31mpaste\r\n"))
        case 89..<93:
            return .event(.run(.step(run: id, .sample(step: step, loss: Double(step) / 7))))
        case 93: return .event(.run(.evaluated(run: id, step: step, loss: .nan)))
        case 94: return .event(.run(.checkpointed(run: id, nextStep: step)))
        case 95: return .event(.run(.paused(run: id, step: step, reason: nil)))
        case 96: return .event(.run(.changed(run: id)))
        case 97: return .event(.run(.crashed(run: id)))
        case 98: return .event(.datasetsChanged)
        default: return .machine(.withGPU)
        }
    }
}

extension Driver {
    /// Answers effects as a workspace that sometimes fails.
    mutating func answer(_ chance: inout MonkeyTests.Chance) {
        let error = WorkspaceError(.failed, "It did not work.", hint: "Try again.")
        for effect in asked {
            let fails = Int.random(in: 0..<10, using: &chance) == 0
            guard let work = effect.work else { continue }
            if fails {
                take(work.failed(error))
                continue
            }
            switch work.name {
            case "read list":
                switch work.argument(Library.List.self) {
                case .runs: take(.library(.runs(RunScreenTests.runs)))
                case .datasets: take(.library(.datasets([.faq, .corpus, .broken])))
                case .models: take(.library(.models([.smol])))
                default: break
                }
            case "read changed runs":
                let ids: [String] = work.argument() ?? []
                let runs = RunScreenTests.runs.filter { ids.contains($0.id) }
                take(.library(.runsAgain(runs, ids: ids)))
            case "run detail":
                let id: String? = work.argument()
                if let run = RunScreenTests.runs.first(where: { $0.id == id }) {
                    take(.run(.detailed(run.detail)))
                }
            case "plan run":
                guard let request: TrainingRequest = work.argument(),
                    let isMeasured: Bool = work.argument()
                else { break }
                take(.run(.planned(.sample(request), request: request, isMeasured: isMeasured)))
            case "start run":
                let run = RunScreenTests.runs[0]
                take(.run(.started(run, command: "workbench train")))
            case "plan retry":
                let plan = RetryPlan(
                    run: RunScreenTests.runs[2],
                    resumableStep: 3,
                    obstacle: nil,
                    request: TrainingRequest(model: "other", dataset: "gone")
                )
                take(.run(.retryPlanned(plan)))
            case "read rows": answerPages()
            default: break
            }
        }
    }
}
