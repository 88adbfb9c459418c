import FoundationEssentials
import Runs
import TerminalUI
import Testing
import Tracking
import Workspace

import Screens

/// A list of runs that is read in parts.
@Suite struct RunListTests {
    private static func run(
        _ number: Int,
        _ status: RunCondition = .finished,
        _ change: (inout RunSummary) -> Void = { _ in }
    ) -> RunSummary {
        .sample("run-\(number)", status) { run in
            run.startedAt = Driver.start.addingTimeInterval(Double(-number))
            run.loss = Double(number)
            change(&run)
        }
    }

    private static func position(_ run: RunSummary) -> RunPosition {
        let seconds = run.startedAt?.timeIntervalSince1970 ?? 0
        return RunPosition(startTime: Int(seconds * 1000), id: run.id)
    }

    private static func page(
        _ runs: [RunSummary],
        after: RunSummary? = nil,
        through: RunSummary? = nil
    ) -> Action {
        .library(
            .runPage(
                RunPage(
                    runs: runs,
                    after: after.map(position),
                    through: through.map(position)
                )
            )
        )
    }

    /// A screen with the runs 0 to 5, read in two parts.
    private static func opened() -> Driver {
        var driver = Driver()
        driver.take(.opened(folder: "/home/kim/.local/share/workbench", access: .full))
        driver.take(.library(.models([.smol])))
        driver.press("2")
        let runs = (0..<6).map { run($0) }
        driver.take(page(Array(runs[..<3]), through: runs[2]))
        #expect(driver.asked.contains { $0.work?.name == "read runs" })
        #expect(driver.screen.contains("reading older ones"))
        #expect(driver.screen.contains("1 of 3"))
        driver.take(page(Array(runs[3...]), after: runs[2]))
        return driver
    }

    private static func names(_ driver: Driver) -> [String] {
        (driver.state.library.runs ?? []).map(\.name)
    }

    @Test func theFirstPartIsShownWhileTheRestIsRead() {
        let driver = Self.opened()
        #expect(Self.names(driver) == (0..<6).map { "run-\($0)" })
        #expect(!driver.screen.contains("reading older ones"))
        #expect(driver.screen.contains("1 of 6"))
    }

    @Test func aPartThatIsReadAgainReplacesOnlyItself() {
        var driver = Self.opened()
        driver.press("j", "j", "j", "j")
        #expect(driver.selectedRun?.name == "run-4")
        let new = Self.run(-1)
        let last = Self.run(2)
        driver.take(Self.page([new, Self.run(0) { $0.loss = 9 }, last], through: last))
        #expect(Self.names(driver) == ["run--1", "run-0", "run-2", "run-3", "run-4", "run-5"])
        #expect(driver.selectedRun?.name == "run-4", "The selection follows its run.")
        #expect(!driver.screen.contains("reading older ones"), "The list was complete before.")
        #expect(driver.state.library.run(Self.run(0).id)?.loss == 9)
        #expect(driver.state.library.run(Self.run(1).id) == nil)
        driver.take(Self.page([], after: last))
        #expect(Self.names(driver) == ["run--1", "run-0", "run-2"])
    }

    @Test func aChangedRunIsReadAloneAndAGoneOneLeaves() throws {
        var driver = Self.opened()
        let (id, gone) = (Self.run(3).id, Self.run(4).id)
        driver.take(.library(.toggleMark(gone)))
        driver.effects = []
        driver.take(.event(.run(.changed(run: id))))
        driver.take(.event(.run(.changed(run: gone))))
        driver.take(.event(.run(.changed(run: id))))
        let works = driver.asked.compactMap(\.work).filter { $0.name == "read changed runs" }
        #expect(works.count == 1, "The others wait for it.")
        driver.effects = []
        let changed = Self.run(3) { $0.name = "renamed" }
        driver.take(.library(.runsAgain([changed], ids: [id])))
        #expect(driver.asked.contains { $0.work?.name == "read changed runs" })
        driver.take(.library(.runsAgain([changed], ids: [gone, id])))
        #expect(Self.names(driver) == ["run-0", "run-1", "run-2", "renamed", "run-5"])
        #expect(driver.state.library.marks.isEmpty)
        #expect(driver.screen.contains("1 of 5"))
    }

    @Test func aFilterSeesChangesOfWhatItSearches() {
        var driver = Self.opened()
        driver.press("/")
        driver.type("failed")
        #expect(driver.screen.contains("No match"))
        #expect(driver.screen.contains("loss curve"), "The headings stay.")
        driver.take(.library(.runsAgain([Self.run(5, .failed)], ids: [Self.run(5).id])))
        #expect(driver.screen.contains("1 of 1"))
        #expect(driver.selectedRun?.name == "run-5")
        // A step changes nothing that is searched, and is shown.
        driver.take(.library(.runsAgain([Self.run(5, .failed) { $0.loss = 77 }], ids: [])))
        #expect(driver.screen.contains("77"))
    }

    @Test func theOrderFollowsValues() {
        var driver = Self.opened()
        driver.press("3", "o", "o", "o")
        #expect(driver.state.compare.order.column == .loss)
        func first() -> Int? {
            let lines = driver.screen.split(separator: "\n")
            return lines.firstIndex { $0.contains("run-5") }
        }
        let before = first()
        driver.take(.library(.runsAgain([Self.run(5) { $0.loss = -3 }], ids: [])))
        #expect(first() != nil && before != nil)
        #expect((first() ?? 0) < (before ?? 0), "The run with the lowest loss is the first.")
    }

    @Test func wordsAreFoundWhereverTheyAre() {
        let run = RunSummary.sample("학습-Run 한글 bbbc", .finished)
        for text in ["run", "bbc", "한글", "학습 !failed", "c"] {
            #expect(RunFilter(text).accept(run), "\(text)")
        }
        for text in ["bbbb", "!run", "한국", "c x"] {
            #expect(!RunFilter(text).accept(run), "\(text)")
        }
    }
}
