import FoundationEssentials
import JSON
import Runs
import Screens
import TerminalUI
import Testing
import Tracking
import Workflows
import Workspace

extension Alert {
    static func sample(
        _ id: Int,
        _ title: String,
        level: Level = .warning,
        source: Source = Source(.script),
        isOpen: Bool = true
    ) -> Alert {
        let time = Int(Driver.start.timeIntervalSince1970 * 1000)
        var members: [(String, JSONValue)] = [
            ("id", .integer(id)), ("level", .string(level.rawValue)), ("title", .string(title)),
            ("text", .string("More about \(id).")),
            ("raisedAt", .integer(time - 60_000 * (10 - id))),
            ("repeats", .integer(id == 1 ? 2 : 0)), ("deliveries", .array([])),
        ]
        if !isOpen {
            members += [("acknowledgedAt", .integer(time)), ("acknowledgedBy", .string("kim@lab"))]
        }
        var origin: [(String, JSONValue)] = [("kind", .string(source.kind.rawValue))]
        if let name = source.name { origin.append(("name", .string(name))) }
        if let run = source.run { origin.append(("run", .string(run))) }
        if let flow = source.flowRun { origin.append(("flowRun", .string(flow))) }
        members.append(("source", .object(JSONObject(origin))))
        // It is only made by the store; its JSON form is public.
        return try! decodeJSON(Alert.self, from: JSONValue.object(JSONObject(members)).bytes)
    }
}

@Suite struct AlertTests {
    private static let flow = Alert.sample(
        3,
        "evaluate failed",
        level: .error,
        source: .init(.flow, name: "evaluate", flowRun: FlowRunSummary.failed.id)
    )
    private static let run = Alert.sample(
        2,
        "loss is above 3",
        source: .init(.rule, name: "loss", run: RunScreenTests.runs[1].id)
    )
    private static let old = Alert.sample(1, "disk is nearly full", level: .info, isOpen: false)

    private func opened(width: Int = 80, isReadOnly: Bool = false) -> Driver {
        var driver = Driver.opened(
            width: width,
            isReadOnly: isReadOnly,
            runs: RunScreenTests.runs
        )
        driver.take(.library(.flowRuns(Driver.flowRuns)))
        driver.take(.library(.alerts([Self.flow, Self.run, Self.old])))
        return driver
    }

    @Test func listShowsTheNewestFirstAndWhatIsNew() {
        var driver = opened()
        driver.press("!")
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows !2 ● faq-ko…  40 %  ETA 1m12s
            ╭ ● faq-ko-r16 · SmolLM2-135M-Instruct Q4_1 · qlora r16 α32 · faq@3f9a02c1 ────╮
            ╭ Alerts · 2 new ──────────────────────────────────────────────────────────────╮
            │› ● 14:06    error   evaluate failed: More about 3.                           │
            │  ● 14:05    warning loss is above 3: More about 2.                           │
            │    14:04    info    disk is nearly full: More about 1. (3 times)             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├──────────────────────────────────────────────────────────────────────────────┤
            │ evaluate failed                                                              │
            │ More about 3.                                                                │
            │ raised by flow evaluate, Mon 2026-09-21 14:06                                │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰───────────────────────── enter goes to it  a acknowledges  A all  esc closes ╯
            ╰──────────────────────────────────────┴───────────────────────────────────────╯
             t train  p pause  s stop  R retry  m mark  e register  / filter  ? keys
            """
        )
    }

    @Test func newAlertIsReportedCountedAndPutInFront() {
        var driver = opened()
        #expect(driver.screen.contains("!2 "))
        let alert = Alert.sample(4, "the script died", level: .error)
        driver.take(.event(.alert(alert)))
        #expect(driver.state.library.alerts?.map(\.id) == [4, 3, 2, 1])
        #expect(driver.state.message?.text.hasPrefix("the script died: More about 4.") == true)
        #expect(driver.screen.contains("!3 "))
        driver.effects = []
        driver.take(.event(.alert(alert)))
        #expect(driver.state.library.alerts?.count == 4)
        #expect(driver.asked == [LibraryWork.read(.alerts)])
    }

    @Test func monitorOfARunHereIsNotReportedTwice() {
        var driver = opened()
        let id = RunScreenTests.runs[0].id
        driver.take(.event(.alert(.sample(5, "loss spike", source: .init(.monitor, run: id)))))
        #expect(driver.state.message == nil)
        #expect(driver.state.library.openAlertCount == 3)
    }

    @Test func enterGoesToTheFlowRunAndEscapeBack() {
        var driver = opened()
        driver.press("1", "!", "enter")
        #expect(driver.state.pane == .flows)
        #expect(
            driver.state.flows.selected(in: driver.state.library)?.id == FlowRunSummary.failed.id
        )
        driver.answerFlows()
        #expect(driver.state.flows.selectedTask(in: driver.state.library)?.id == "evaluate")
        driver.press("esc")
        #expect(driver.state.pane == .data)
    }

    @Test func enterGoesToTheSchedule() {
        var driver = opened()
        let schedule = ScheduleSummary.nightly(isOn: true)
        let source = Alert.Source(.schedule, name: schedule.id)
        driver.take(.event(.alert(.sample(6, "nightly.yaml is paused", source: source))))
        driver.press("!", "home", "enter")
        driver.answerFlows()
        #expect(driver.state.pane == .flows)
        #expect(driver.state.flows.files.selectedSchedule?.id == schedule.id)
    }

    @Test func enterGoesToTheRun() {
        var driver = opened()
        driver.press("!", "down", "enter")
        #expect(driver.state.pane == .run)
        #expect(driver.selectedRun?.id == RunScreenTests.runs[1].id)
    }

    @Test func alertsAreAcknowledgedOneByOneOrAll() {
        var driver = opened()
        driver.press("!")
        driver.take(.library(.alerts([Self.flow, Self.run, Self.old])))
        driver.press("a")
        #expect(driver.asked == [ScreenWork.acknowledge([3])])
        driver.press("a")
        #expect(driver.asked == [ScreenWork.acknowledge([2])])
        driver.press("A")
        #expect(driver.asked == [ScreenWork.acknowledge(nil)])
        driver.effects = []
        driver.take(.event(.alertsChanged))
        #expect(driver.asked == [LibraryWork.read(.alerts)])
        driver.press("esc", ":")
        driver.type("acknowledge-alerts")
        driver.press("enter")
        #expect(driver.asked.contains(ScreenWork.acknowledge(nil)))
    }

    @Test func readOnlyScreenAcknowledgesNothing() {
        var driver = opened(isReadOnly: true)
        driver.press("!", "a")
        #expect(!driver.asked.contains { $0.work?.name == "acknowledge" })
        #expect(driver.state.message?.text.contains("opened with --readonly") == true)
    }

    @Test func clickOnTheCountOpensTheList() {
        var driver = opened()
        let row = driver.screen.split(separator: "\n")[0]
        let start = row.distance(from: row.startIndex, to: row.firstIndex(of: "!") ?? row.endIndex)
        driver.take(.input(.mouse(MouseEvent(.press, at: Point(x: start, y: 0)))))
        guard case .alerts = driver.state.overlay else {
            Issue.record("the list is not open")
            return
        }
    }
}
