import Datasets
import Presentation
import Screens
import TerminalUI
import Testing
import Workspace

/// Tokens, cuts and packed rows in the Data pane.
@Suite struct DataTokensTests {
    static func cutRow(width: Int = 80, height: Int = 24) -> Driver {
        var driver = DataFindingsTests.looked(width: width, height: height)
        driver.press("enter")
        for effect in driver.effects {
            guard let query: DataQuery = effect.argument(of: "read rows") else { continue }
            var page = DatasetPage.sample()
            page.rows[0].cut = 7
            page.rows[0].problem = "the conversation has 9 tokens, the sequence length is 7"
            page.rows[1].borders = [
                .init(place: 3, label: "sequence 2"), .init(place: 6, label: "sequence 3"),
            ]
            driver.take(.data(.paged(page, query)))
        }
        driver.press("enter")
        return driver
    }

    @Test func cutTextIsShownAfterALine() {
        expectScreen(
            Self.cutRow(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows
            ╭ Row 1 · 9 tokens, 2 trained on · faq.jsonl:1 ────────────────────────────────╮
            │ not trained on: the conversation has 9 tokens, the sequence length is 7      │
            │ <|im_start|>user                                                             │
            │ 휴가는 어떻게 신청하나요? (0)<|im_end|>                                      │
            │ <|im_start|>assistant                                                        │
            │ ──── cut here, at 7 tokens ────                                              │
            │ 인사 포털에서 날짜를 입력합니다.<|im_end|>                                   │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
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

    @Test func tokensAndSequencesAreDistinguished() {
        var driver = Self.cutRow(width: 200, height: 60)
        driver.press("v", "right")
        expectScreen(
            driver,
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows
            ╭ Datasets ────────────────────────────────────╮╭ Row 2 · 9 tokens, 2 trained on · faq.jsonl:2 ────────────────────────────────────────────────────────────────────────────────────────────────────────╮
            │  dataset         rows  held    tokens trained││ <|im_start|>│user                                                                                                                                    │
            │› faq              480   120     34.6k    41 %││ 휴가는 어떻게 신청하나요? (1)│                                                                                                                       │
            │  corpus-ko         64     0       0 %       -││ ──── sequence 2 ────                                                                                                                                 │
            │                                              ││ <|im_end|>│                                                                                                                                          │
            │                                              ││ <|im_start|>│                                                                                                                                        │
            │                                              ││ ──── sequence 3 ────                                                                                                                                 │
            │                                              ││ assistant                                                                                                                                            │
            │                                              ││ 인사 포털에서 날짜를 입력합니다.│<|im_end|>│                                                                                                         │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            │                                              ││                                                                                                                                                      │
            ╰────────────────────────────────────── 1 of 2 ╯╰────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── trained on  read only  control ╯
             enter open  t train on this  o held-out  a add a file  / filter  ? keys  q leave
            """
        )
        driver.press("v")
        #expect(!driver.screen.contains("user│"))
    }

    @Test func rowsAreShownAsTheyArePacked() {
        var driver = DataScreenTests.opened()
        driver.effects = []
        driver.press("down", "p")
        #expect(driver.state.data.opened?.row == 0)
        #expect(driver.screen.contains("packed for training"))
        for effect in driver.effects {
            guard let query: DataQuery = effect.argument(of: "read rows") else { continue }
            #expect(query.layout == .packed)
            var page = DatasetPage.sample(total: 7)
            page.layout = .packed
            page.rows[0].source = "2 rows"
            page.rows[0].borders = [
                .init(place: 0, label: "faq.jsonl:31"), .init(place: 5, label: "faq.jsonl:4"),
            ]
            driver.take(.data(.paged(page, query)))
        }
        #expect(driver.screen.contains("faq · packed for training · 1 of 7"))
        #expect(driver.screen.contains("Sequence 1 · 9 tokens, 2 trained on · 2 rows"))
        #expect(driver.screen.contains("──── faq.jsonl:31 ────"))
        #expect(driver.screen.contains("──── faq.jsonl:4 ────"))
        driver.press("p")
        driver.answerPages()
        #expect(driver.state.data.opened?.layout == .records)
        #expect(driver.screen.contains("training part · 1 of 480"))
    }

    @Test func cutTokensAreNotMarkedAsTrained() throws {
        let cells = Self.cutRow().state.drawn().cells
        let row = try #require((0..<24).first { cells.row($0).contains("인사 포털에서 날짜를") })
        #expect(cells[2, row].style.role == .muted)
    }
}
