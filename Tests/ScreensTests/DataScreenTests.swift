import Platform
import Screens
import TerminalUI
import Testing
import Training
import Workspace

@Suite struct DataScreenTests {
    static func data(width: Int = 80, height: Int = 24) -> Driver {
        var driver = Driver.opened(
            width: width,
            height: height,
            datasets: [DatasetSummary.faq.measured(), .corpus, .broken]
        )
        driver.press("1")
        return driver
    }

    static func opened(width: Int = 80, height: Int = 24) -> Driver {
        var driver = data(width: width, height: height)
        driver.press("enter")
        driver.answerPages()
        return driver
    }

    @Test func listShowsCountsAndTokenStatistics() {
        expectScreen(
            Self.data(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows
            ╭ Datasets ────────────────────────────────────────────────────────────────────╮
            │  dataset                 rows  held    tokens trained longest format   from  │
            │› faq                      480   120     34.6k    41 %     131 messages sample│
            │  corpus-ko                 64     0       0 %       -       - text     sample│
            │  ✗ broken                   -     -         -       -       - messages added │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰────────────────────────────────────────────────────────────────────── 1 of 3 ╯
            ╭ faq ─────────────────────────────────────────────────────────────────────────╮
            │ rows     480 to train on, 120 held out                                       │
            │ tokens   34.6k, of which 14.2k trained on; counted by smollm2-135m-instruct  │
            │ a row    median 70, mean 72.0, 95 % up to 104, longest 131                   │
            │ content  messages, 91.2 kB @ 3f9a02c1                                        │
            │ file     /data/faq.jsonl                                                     │
            │                                                                              │
            │                                                                              │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  t train on this  o held-out  a add a file  / filter  ? keys
            """
        )
    }

    @Test func brokenDatasetSaysFileAndLine() {
        var driver = Self.data()
        driver.press("G")
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows
            ╭ Datasets ────────────────────────────────────────────────────────────────────╮
            │  dataset                 rows  held    tokens trained longest format   from  │
            │  faq                      480   120     34.6k    41 %     131 messages sample│
            │  corpus-ko                 64     0       0 %       -       - text     sample│
            │› ✗ broken                   -     -         -       -       - messages added │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰────────────────────────────────────────────────────────────────────── 3 of 3 ╯
            ╭ broken ──────────────────────────────────────────────────────────────────────╮
            │ ✗ /data/broken.jsonl:7: the line is not JSON.                                │
            │ Correct the file and add it again with a.                                    │
            │ /data/broken.jsonl                                                           │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  t train on this  o held-out  a add a file  / filter  ? keys
            """
        )
        driver.press("enter")
        #expect(driver.asked.isEmpty)
        #expect(driver.state.message?.text.contains("broken cannot be read") == true)
    }

    @Test func rowsAreShownAsTheModelSeesThem() {
        expectScreen(
            Self.opened(width: 110, height: 30),
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows
            ╭ Datasets ────────────────────────╮╭ faq · training part · 1 of 480 · as smollm2-135m-instruct sees it ─────╮
            │  dataset               rows  held││›     1       2/9 user 휴가는 어떻게 신청하나요? (0) assistant 인사 포… │
            │› faq                    480   120││      2       2/9 user 휴가는 어떻게 신청하나요? (1) assistant 인사 포… │
            │  corpus-ko               64     0││      3       2/9 user 휴가는 어떻게 신청하나요? (2) assistant 인사 포… │
            │  ✗ broken                 -     -││      4       2/9 user 휴가는 어떻게 신청하나요? (3) assistant 인사 포… │
            │                                  ││      5       2/9 user 휴가는 어떻게 신청하나요? (4) assistant 인사 포… │
            │                                  ││      6       2/9 user 휴가는 어떻게 신청하나요? (5) assistant 인사 포… │
            │                                  ││      7       2/9 user 휴가는 어떻게 신청하나요? (6) assistant 인사 포… │
            │                                  ││      8       2/9 user 휴가는 어떻게 신청하나요? (7) assistant 인사 포… │
            │                                  ││      9       2/9 user 휴가는 어떻게 신청하나요? (8) assistant 인사 포… │
            │                                  │├ Row 1 · 9 tokens, 2 trained on · faq.jsonl:1 ──────────────────────────┤
            │                                  ││ <|im_start|>user                                                       │
            │                                  ││ 휴가는 어떻게 신청하나요? (0)<|im_end|>                                │
            │                                  ││ <|im_start|>assistant                                                  │
            │                                  ││ 인사 포털에서 날짜를 입력합니다.<|im_end|>                             │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            │                                  ││                                                                        │
            ╰────────────────────────── 1 of 3 ╯╰──────────────────────────────────────── trained on  read only  control ╯
             enter open  t train on this  o held-out  a add a file  / filter  ? keys  q leave
            """
        )
    }

    @Test func narrowScreenShowsRowsAndTheSelectedOne() {
        expectScreen(
            Self.opened(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows
            ╭ faq · training part · 1 of 480 · as smollm2-135m-instruct sees it ───────────╮
            │›     1       2/9 user 휴가는 어떻게 신청하나요? (0) assistant 인사 포털에서 …│
            │      2       2/9 user 휴가는 어떻게 신청하나요? (1) assistant 인사 포털에서 …│
            │      3       2/9 user 휴가는 어떻게 신청하나요? (2) assistant 인사 포털에서 …│
            │      4       2/9 user 휴가는 어떻게 신청하나요? (3) assistant 인사 포털에서 …│
            │      5       2/9 user 휴가는 어떻게 신청하나요? (4) assistant 인사 포털에서 …│
            │      6       2/9 user 휴가는 어떻게 신청하나요? (5) assistant 인사 포털에서 …│
            │      7       2/9 user 휴가는 어떻게 신청하나요? (6) assistant 인사 포털에서 …│
            ├ Row 1 · 9 tokens, 2 trained on · faq.jsonl:1 ────────────────────────────────┤
            │ <|im_start|>user                                                             │
            │ 휴가는 어떻게 신청하나요? (0)<|im_end|>                                      │
            │ <|im_start|>assistant                                                        │
            │ 인사 포털에서 날짜를 입력합니다.<|im_end|>                                   │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰────────────────────────────────────────────── trained on  read only  control ╯
             enter open  t train on this  o held-out  a add a file  / filter  ? keys
            """
        )
    }

    @Test func onlyTrainedTokensAreMarked() throws {
        let cells = Self.opened().state.drawn().cells
        let row = try #require(
            (0..<24).first { cells.row($0).contains("│ 인사 포털에서 날짜를 입력합니다.<|im_end|>") }
        )
        let question = try #require(
            (0..<24).first { cells.row($0).contains("│ 휴가는 어떻게 신청하나요? (0)") }
        )
        #expect(cells[2, row].style.role == .target)
        #expect(cells[2, question].style.role == .text)
    }

    @Test func pagesAreReadAsTheSelectionMoves() throws {
        var driver = Self.opened()
        driver.press("G")
        #expect(driver.state.data.opened?.row == 479)
        #expect(
            driver.asked == [
                DataWork.page(
                    .init(
                        dataset: "faq",
                        part: .training,
                        offset: 449,
                        count: 60,
                        model: "smollm2-135m-instruct"
                    )
                )
            ]
        )
        driver.answerPages()
        #expect(driver.state.data.opened?.selected?.index == 479)
        driver.press("up")
        #expect(driver.asked.isEmpty)
    }

    @Test func heldOutPartIsOneKeyAway() {
        var driver = Self.opened()
        driver.press("down", "down", "o")
        #expect(driver.state.data.opened?.part == .heldOut)
        #expect(driver.state.data.opened?.row == 0)
        driver.answerPages()
        #expect(driver.screen.contains("held-out part"))
        #expect(driver.screen.contains("1 of 120"))
    }

    @Test func escapeStepsOutOneLayerAtATime() {
        var driver = Self.opened()
        driver.press("enter")
        #expect(driver.state.data.opened?.isRowOpen == true)
        driver.press("esc")
        #expect(driver.state.data.opened?.isRowOpen == false)
        driver.press("esc")
        #expect(driver.state.data.opened == nil)
    }

    @Test func fileThatCannotBeAddedKeepsWhatWasTyped() {
        var driver = Self.data()
        driver.press("a")
        driver.type("/tmp/신청.jsonl")
        driver.press("enter")
        #expect(driver.asked == [DataWork.add("/tmp/신청.jsonl")])
        let error = WorkspaceError(.invalid, "/tmp/신청.jsonl:3: the line is not JSON.")
        driver.take(.data(.addFailed(error, path: "/tmp/신청.jsonl")))
        #expect(driver.screen.contains("/tmp/신청.jsonl:3: the line is not JSON."))
        guard case .prompt(let prompt) = driver.state.overlay else {
            Issue.record("the question is gone")
            return
        }
        #expect(prompt.field.text == "/tmp/신청.jsonl")
    }

    @Test func datasetsAreMeasuredOneAfterAnother() {
        var driver = Driver.opened(datasets: [.faq, .corpus])
        #expect(driver.state.data.measuring == ["faq": 0])
        driver.take(.event(.datasetMeasured(dataset: "faq", fraction: 0.5)))
        #expect(driver.state.data.measuring == ["faq": 0.5])
        driver.effects = []
        driver.take(.event(.datasetMeasured(dataset: "faq", fraction: 1)))
        #expect(
            driver.asked == [
                LibraryWork.read(.datasets),
                DataWork.measure("corpus-ko", model: "smollm2-135m-instruct"),
            ]
        )
    }

    @Test func trainingStartsOnTheSelectedDataset() {
        var driver = Self.data()
        driver.press("down", "t")
        #expect(driver.state.pane == .run)
        #expect(driver.state.run.form?.request?.dataset == "corpus-ko")
    }
}

extension Driver {
    /// Answers every request for rows among the effects, as the workspace would.
    mutating func answerPages() {
        for effect in effects {
            guard let query: DataQuery = effect.argument(of: "read rows") else { continue }
            let total = query.part == .training ? 480 : 120
            let page = DatasetPage.sample(
                part: query.part,
                offset: query.offset,
                count: query.count,
                total: total
            )
            take(.data(.paged(page, query)))
        }
    }
}
