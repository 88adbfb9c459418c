import Screens
import TerminalUI
import Testing
import Workflows
import Workspace

@Suite struct FlowLogTests {
    private let run = FlowRunSummary.live.id

    private func opened() -> Driver {
        var driver = Driver.flows()
        driver.go("enter", "down", "down", "l")
        return driver
    }

    private func page(_ lines: [String], _ cursor: Int, after: Int) -> Action {
        .flows(
            .logRead(
                TaskLogPage(lines: lines, cursor: cursor),
                task: "report",
                run: run,
                after: after
            )
        )
    }

    @Test func pagesAreReadUntilNothingIsNew() {
        var driver = Driver.flows()
        driver.go("enter", "down")
        driver.press("down")
        #expect(driver.asked.contains(FlowsWork.log(of: "report", in: run, after: 0)))
        driver.effects = []
        driver.take(page(["one"], 4, after: 0))
        #expect(driver.asked == [FlowsWork.log(of: "report", in: run, after: 4)])
        driver.effects = []
        driver.take(page([], 4, after: 4))
        #expect(driver.asked.isEmpty)
        driver.take(.event(.flow(.log(flowRun: run, task: "report"))))
        driver.take(.event(.flow(.log(flowRun: run, task: "report"))))
        #expect(driver.asked == [FlowsWork.log(of: "report", in: run, after: 4)])
    }

    @Test func newLinesAreFollowedUntilTheCursorMoves() {
        var driver = opened()
        driver.take(.event(.flow(.log(flowRun: run, task: "report"))))
        driver.take(page(["the newest"], 911, after: 900))
        #expect(driver.screen.contains("the newest"))
        driver.press("up", "up")
        driver.take(page(["newer still"], 923, after: 911))
        #expect(!driver.screen.contains("newer still"))
        driver.press("end")
        #expect(driver.screen.contains("newer still"))
    }

    @Test func searchGoesToTheLastMatchThenToTheNextOnes() {
        var driver = opened()
        driver.press("/")
        driver.type("LINE 2")
        driver.press("enter")
        let count = 40
        #expect(driver.state.flows.log?.position(count) == 28)
        driver.press("N")
        #expect(driver.state.flows.log?.position(count) == 27)
        driver.press("n", "n")
        #expect(driver.state.flows.log?.position(count) == 1)
        driver.press("esc")
        #expect(driver.state.flows.log?.search.text == "")
        driver.press("esc")
        #expect(driver.state.flows.log == nil)
    }

    @Test func searchSaysThatNothingMatchesUntilALineDoes() {
        var driver = opened()
        driver.press("/")
        driver.type("line 4")
        #expect(!driver.screen.contains("no match"))
        driver.type("x")
        #expect(driver.screen.contains("no match"))
        driver.press("enter", "n")
        #expect(driver.screen.contains("no match"))
        driver.take(.event(.flow(.log(flowRun: run, task: "report"))))
        driver.take(page(["LINE 4X"], 911, after: 900))
        #expect(!driver.screen.contains("no match"))
        driver.press("esc")
        driver.press("/")
        #expect(!driver.screen.contains("no match"))
    }

    @Test func lineIsCopiedWithoutWhatSteersATerminal() {
        var driver = opened()
        driver.take(.event(.flow(.log(flowRun: run, task: "report"))))
        driver.take(page(["\u{1b}[31mred"], 911, after: 900))
        #expect(!driver.screen.contains("\u{1b}"))
        driver.press("y")
        #expect(driver.asked.contains(.terminal(.copy("␛[31mred"))))
    }

    @Test func longLinesAreShifted() {
        var driver = opened()
        driver.take(.event(.flow(.log(flowRun: run, task: "report"))))
        driver.take(page([String(repeating: "x", count: 90) + "END"], 1000, after: 900))
        #expect(!driver.screen.contains("END"))
        driver.press("right", "right")
        #expect(driver.screen.contains("END"))
    }

    @Test func missingBytesAreSaidWhereTheyAre() {
        var log = FlowTaskLog(run: run, task: "report")
        _ = log.append(TaskLogPage(lines: ["first"], cursor: 6))
        _ = log.append(TaskLogPage(lines: ["last"], cursor: 5_006, dropped: 4_995))
        #expect(log.lines == ["first", "[4995 bytes were dropped here]", "last"])
    }

    @Test func oldLinesOfAnEndlessLogAreDropped() {
        var log = FlowTaskLog(run: run, task: "report")
        let lines = (0..<10_000).map { "\($0)" }
        for page in 1...8 {
            _ = log.append(TaskLogPage(lines: lines, cursor: page * 100))
        }
        #expect(log.lines.count <= FlowTaskLog.capacity * 5 / 4)
        #expect(log.lines.count + log.droppedLines == 80_000)
        #expect(log.lines.last == "9999")
    }
}
