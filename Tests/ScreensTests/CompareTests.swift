import Platform
import Runs
import Screens
import TerminalUI
import Testing
import Workspace

@Suite struct CompareTests {
    static func names(_ driver: Driver) -> [String] {
        driver.screen.split(separator: "\n").compactMap { line in
            line.split(separator: " ").map(String.init).first { word in
                RunSummary.four.contains { word.hasSuffix($0.name) && line.hasPrefix("│") }
            }.map { String($0.drop { "│›●".contains($0) }) }
        }
    }

    @Test func sortingCyclesThroughColumnsAndBackToTheNewest() {
        var driver = Driver.comparing()
        let newest = Self.names(driver)
        #expect(newest == RunSummary.four.map(\.name))
        driver.press("o")
        #expect(Self.names(driver) == newest.sorted())
        driver.press("o", "o")
        #expect(Self.names(driver) == ["faq-ko-r16", "faq-ko-r8", "cpt-ko", "faq-ko-r64"])
        for _ in 3...RunColumn.allCases.count { driver.press("o") }
        #expect(Self.names(driver) == newest)
    }

    @Test func nanComesLastInBothOrders() {
        var driver = Driver.comparing()
        driver.press("o", "o", "o", "O")
        #expect(Self.names(driver) == ["cpt-ko", "faq-ko-r8", "faq-ko-r16", "faq-ko-r64"])
    }

    @Test func sortingKeepsTheSelectedRun() {
        var driver = Driver.comparing()
        driver.press("j", "o", "O")
        driver.press("e")
        guard case .prompt(let prompt) = driver.state.overlay else {
            Issue.record("e asks for a name")
            return
        }
        #expect(prompt.title == "Register faq-ko-r8 as")
        #expect(prompt.field.text == "faq")
    }

    @Test func filterNarrowsTheTableAndEscDropsIt() {
        var driver = Driver.comparing()
        driver.press("/")
        driver.type("faq !r64")
        #expect(Self.names(driver) == ["faq-ko-r16", "faq-ko-r8"])
        driver.press("enter")
        #expect(Self.names(driver) == ["faq-ko-r16", "faq-ko-r8"])
        driver.press("esc")
        #expect(Self.names(driver).count == 4)
    }

    @Test func clausesAreEvaluatedByTheStore() {
        var driver = Driver.comparing()
        driver.press("/")
        driver.type("metrics.loss < 2")
        // One query is running, the last one follows it.
        #expect(driver.asked.contains(CompareWork.search("metrics.loss <")))
        #expect(Self.names(driver).count == 4)
        let error = WorkspaceError(.invalid, "Invalid filter: it ends too early.")
        driver.take(.compare(.searchFailed(error, for: "metrics.loss <")))
        #expect(driver.asked.last == CompareWork.search("metrics.loss < 2"))
        let found = Set([RunSummary.four[1].id])
        driver.take(.compare(.found(found, for: "metrics.loss < 2")))
        #expect(Self.names(driver) == ["faq-ko-r8"])
        driver.type(" and")
        driver.take(.compare(.searchFailed(error, for: "metrics.loss < 2 and")))
        // An unfinished clause keeps the former results.
        #expect(Self.names(driver) == ["faq-ko-r8"])
        #expect(driver.state.compare.search?.problem?.contains("ends too early") == true)
        driver.press("enter", "esc")
        #expect(Self.names(driver).count == 4)
    }

    @Test func comparingNeedsTwoMarkedRuns() {
        var driver = Driver.comparing()
        driver.press("enter")
        #expect(driver.state.message?.text.contains("mark two or more runs with m first") == true)
        driver.press("m", "enter")
        #expect(driver.state.message?.text.contains("mark one more run with m") == true)
        #expect(driver.state.compare.opened == nil)
        driver.press("m", "enter")
        let ids = RunSummary.four.prefix(2).map(\.id)
        #expect(driver.asked == [CompareWork.read(ids)])
        #expect(
            driver.state.log.entries.last?.command == "workbench runs compare faq-ko-r16 faq-ko-r8"
        )
    }

    @Test func marksHoldInBothPanes() {
        var driver = Driver.comparing()
        driver.press("m")
        #expect(driver.state.library.marks == [RunSummary.four[0].id])
        driver.press("u")
        #expect(driver.state.library.marks.isEmpty)
    }

    @Test func liveRunGrowsWithoutReadingAgain() {
        var driver = Driver.sideBySide()
        let id = RunSummary.four[0].id
        let count = driver.state.compare.opened?.curves[id]?.losses.count ?? 0
        driver.effects = []
        let next = StepPoint(step: count, totalSteps: 60, metrics: [MetricName.loss: 1.5])
        driver.take(.event(.run(.step(run: id, next))))
        #expect(driver.state.compare.opened?.curves[id]?.losses.last == 1.5)
        #expect(driver.screen.contains("✓ 1.500"))
        #expect(!driver.asked.contains { $0.work?.name == "compare runs" })
    }

    @Test func missedStepsAreReadAgain() {
        var driver = Driver.sideBySide()
        let id = RunSummary.four[0].id
        driver.effects = []
        driver.take(
            .event(
                .run(
                    .step(run: id, .init(step: 50, totalSteps: 60, metrics: [MetricName.loss: 1.5]))
                )
            )
        )
        #expect(driver.asked.contains(CompareWork.read(RunSummary.four.prefix(2).map(\.id))))
    }

    @Test func staleAnswerDoesNotReplaceWhatIsOpen() {
        var driver = Driver.sideBySide()
        let table = driver.state.compare.opened?.table
        driver.take(.compare(.compared(.of(Array(RunSummary.four.suffix(2))))))
        #expect(driver.state.compare.opened?.table == table)
    }

    @Test func copyingGivesTabsForASpreadsheet() {
        var driver = Driver.sideBySide()
        driver.press("y")
        guard case .terminal(.copy(let text)) = driver.asked.first else {
            Issue.record("y copies the table")
            return
        }
        #expect(text.hasPrefix("run\tfaq-ko-r16\tfaq-ko-r8\n"))
        #expect(text.contains("\nbest_eval_loss\t1.913\t1.874 *\n"))
        driver.press("esc", "y")
        guard case .terminal(.copy(let row)) = driver.asked.first else {
            Issue.record("y copies the row")
            return
        }
        #expect(row.split(separator: "\t").count == RunColumn.allCases.count)
    }

    @Test func registeringSaysWhyItCannot() {
        var driver = Driver.comparing()
        driver.press("e")
        #expect(
            driver.state.message?.text.contains("faq-ko-r16 has no finished adapter") == true
        )
        driver = Driver.comparing(isReadOnly: true)
        driver.press("j", "e")
        #expect(driver.state.message?.text.contains("opened with --readonly") == true)
        #expect(driver.state.overlay == nil)
    }

    @Test func manyRunsAreReachedSideways() {
        var driver = Driver.opened(width: 60, runs: RunSummary.four)
        driver.press("3", "m", "m", "m", "m", "v")
        driver.take(.compare(.compared(.of(RunSummary.four))))
        #expect(driver.screen.contains("1 to 2, h l moves"))
        #expect(driver.screen.contains("rank"))
        driver.press("l", "l", "l", "l")
        #expect(driver.screen.contains("3 to 4, h l moves"))
        driver.press("h")
        #expect(driver.screen.contains("2 to 3, h l moves"))
    }

    @Test func everySizeIsDrawn() {
        for scene in [Driver.comparing(), .sideBySide(), .comparing().after("/", "z")] {
            scene.expectEverySize()
        }
    }
}

extension Driver {
    /// Draws at sizes from nothing to large, in all glyphs.
    func expectEverySize() {
        var driver = self
        for width in [1, 2, 7, 19, 39, 40, 41, 60, 79, 99, 100, 101, 160, 200] {
            for height in [1, 2, 5, 8, 9, 10, 13, 17, 24, 60] {
                driver.take(.input(.resize(Size(width: width, height: height))))
                for glyphs in GlyphSet.allCases {
                    let cells = driver.state.drawn(with: Capabilities(glyphs: glyphs)).cells
                    #expect(cells.size == Size(width: width, height: height))
                }
                driver.press("pgdn", "pgup")
            }
        }
    }
}
