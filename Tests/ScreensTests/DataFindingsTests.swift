import Datasets
import Presentation
import Screens
import TerminalUI
import Testing
import Workspace

/// Lengths, findings and derived datasets in the Data pane.
@Suite struct DataFindingsTests {
    static func looked(width: Int = 80, height: Int = 24) -> Driver {
        var driver = Driver.opened(
            width: width,
            height: height,
            datasets: [DatasetSummary.faq.lookedOver(), .corpus]
        )
        driver.press("1")
        return driver
    }

    static func findings(width: Int = 80, height: Int = 24) -> Driver {
        var driver = looked(width: width, height: height)
        driver.press("f")
        return driver
    }

    @Test func factsShowLengthsWithTheCutAndWhatWasFound() {
        expectScreen(
            Self.looked(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows
            ╭ Datasets ────────────────────────────────────────────────────────────────────╮
            │  dataset                 rows  held    tokens trained longest format   from  │
            │› faq                      480   120     34.6k    41 %     131 messages sample│
            │  corpus-ko                 64     0       0 %       -       - text     sample│
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰────────────────────────────────────────────────────────────────────── 1 of 2 ╯
            ╭ faq ─────────────────────────────────────────────────────────────────────────╮
            │ rows     480 to train on, 120 held out                                       │
            │ tokens   34.6k, of which 14.2k trained on; counted by smollm2-135m-instruct  │
            │ a row    median 70, mean 72.0, 95 % up to 104, longest 131                   │
            │ content  messages, 91.2 kB @ 3f9a02c1                                        │
            │ file     /data/faq.jsonl                                                     │
            │ lint     ✗ contamination blocks training; ! duplicate; f shows it            │
            │ lengths  ▁▁▃▇█▆▄▃▂▁│▁ ▁  1 to 130 tokens, cut at 100                         │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  t train on this  o held-out  a add a file  / filter  ? keys
            """
        )
    }

    @Test func aLargeScreenShowsABarForEachLength() {
        expectScreen(
            Self.looked(width: 200, height: 60),
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows
            ╭ Datasets ────────────────────────────────────╮╭ faq ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╮
            │  dataset         rows  held    tokens trained││ rows     480 to train on, 120 held out                                                                                                               │
            │› faq              480   120     34.6k    41 %││ tokens   34.6k, of which 14.2k trained on; counted by smollm2-135m-instruct                                                                          │
            │  corpus-ko         64     0       0 %       -││ a row    median 70, mean 72.0, 95 % up to 104, longest 131                                                                                           │
            │                                              ││ content  messages, 91.2 kB @ 3f9a02c1                                                                                                                │
            │                                              ││ file     /data/faq.jsonl                                                                                                                             │
            │                                              ││ lint     ✗ contamination blocks training; ! duplicate; f shows it                                                                                    │
            │                                              ││                                                                                                                                                      │
            │                                              ││ lengths  tokens and rows                                                                                                                             │
            │                                              ││   1 to  10  ██ 3                                                                                                                                     │
            │                                              ││  11 to  20  ██████ 12                                                                                                                                │
            │                                              ││  21 to  30  ████████████████████ 40                                                                                                                  │
            │                                              ││  31 to  40  ████████████████████████████████████████████████ 96                                                                                      │
            │                                              ││  41 to  50  ████████████████████████████████████████████████████████████ 120                                                                         │
            │                                              ││  51 to  60  ████████████████████████████████████████████ 88                                                                                          │
            │                                              ││  61 to  70  ██████████████████████████████ 60                                                                                                        │
            │                                              ││  71 to  80  ████████████████ 31                                                                                                                      │
            │                                              ││  81 to  90  █████████ 17                                                                                                                             │
            │                                              ││  91 to 100  ████ 8                                                                                                                                   │
            │                                              ││ cut at 100 tokens                                                                                                                                    │
            │                                              ││ 101 to 110  ██ 4                                                                                                                                     │
            │                                              ││ 111 to 120                                                                                                                                           │
            │                                              ││ 121 to 130  █ 1                                                                                                                                      │
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
            ╰────────────────────────────────────── 1 of 2 ╯╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
             enter open  t train on this  o held-out  a add a file  / filter  ? keys  q leave
            """
        )
    }

    @Test func findingsAreListedWithTheirRowsAndWhatToDo() {
        expectScreen(
            Self.findings(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows
            ╭ faq · lint · 1 blocking, 1 warning ──────────────────────────────────────────╮
            │› ✗ contamination     2 rows    questions of held-out rows are asked in train…│
            │  ! duplicate         31 rows   rows occur twice                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├ contamination ───────────────────────────────────────────────────────────────┤
            │ questions of held-out rows are asked in training too                         │
            │ held-out row 7  /data/validation.jsonl:7, as /data/train.jsonl:31            │
            │ held-out row 90  /data/validation.jsonl:90, as /data/train.jsonl:402         │
            │ the first: 휴가는 어떻게␛[31m 신청하나요?                                    │
            │ what to do: remove these rows from training, or hold out others: data split  │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  t train on this  o held-out  a add a file  / filter  ? keys
            """
        )
    }

    @Test func aFindingLeadsToItsFirstRow() throws {
        var driver = Self.findings()
        driver.press("enter")
        #expect(driver.state.data.opened?.part == .heldOut)
        #expect(driver.state.data.opened?.row == 6)
        driver.answerPages()
        #expect(driver.state.data.opened?.selected?.index == 6)
        driver.press("esc")
        #expect(driver.state.data.opened == nil && driver.state.data.findings?.row == 0)
        driver.press("down")
        #expect(driver.state.data.findings?.row == 1)
        driver.press("down", "down")
        #expect(driver.state.data.findings?.row == 1)
        driver.press("esc")
        #expect(driver.state.data.findings == nil)
    }

    @Test func withoutFindingsTheKeySaysWhy() {
        var driver = Self.looked()
        driver.press("down", "f")
        #expect(driver.state.data.findings == nil)
        #expect(driver.state.message?.text.contains("corpus-ko is not checked yet") == true)
    }

    @Test func datasetsAreCreatedFromTheSelectedOne() {
        var driver = Self.looked()
        driver.effects = []
        driver.press("C")
        var cleaning = Preparation()
        cleaning.cleaning = .korean
        #expect(driver.asked == [DataWork.convert("faq", cleaning)])
        driver.press("E")
        #expect(driver.screen.contains("Hold out of faq") == false)
        #expect(driver.state.message?.text.contains("some rows are held out") == true)
        driver.press("down", "E")
        #expect(driver.screen.contains("Hold out of corpus-ko"))
        driver.effects = []
        driver.press("enter")
        var split = Preparation()
        split.heldOut = HeldOutShare(0.1)
        #expect(driver.asked == [DataWork.convert("corpus-ko", split)])
        var made = DatasetSummary.corpus
        made.name = "corpus-ko-split"
        made.heldOutCount = 6
        driver.take(.data(.converted(made, command: CommandText.convert("corpus-ko", split))))
        #expect(driver.state.data.selected(in: driver.state.library)?.name == "corpus-ko-split")
        #expect(
            driver.state.message?.text.contains("64 rows to train on and 6 held out") == true
        )
    }
}

extension DatasetSummary {
    fileprivate func lookedOver() -> DatasetSummary {
        var dataset = measured()
        dataset.statistics?.sequenceLength = 100
        let counts = [3, 12, 40, 96, 120, 88, 60, 31, 17, 8, 4, 0, 1]
        dataset.statistics?.lengths = counts.enumerated().map {
            DatasetStatistics.Bucket(
                from: 1 + 10 * $0.offset,
                to: 11 + 10 * $0.offset,
                count: $0.element
            )
        }
        dataset.lint = LintReport(
            model: "smollm2-135m-instruct",
            sequenceLength: 100,
            rows: 480,
            heldOutRows: 120,
            findings: [
                .init(
                    rule: .contamination,
                    blocks: true,
                    detail: "questions of held-out rows are asked in training too",
                    count: 2,
                    rows: [
                        .init(
                            part: .heldOut,
                            number: 7,
                            source: RecordSource("/data/validation.jsonl:7"),
                            other: RecordSource("/data/train.jsonl:31")
                        ),
                        .init(
                            part: .heldOut,
                            number: 90,
                            source: RecordSource("/data/validation.jsonl:90"),
                            other: RecordSource("/data/train.jsonl:402")
                        ),
                    ],
                    excerpt: "휴가는 어떻게\u{1B}[31m 신청하나요?",
                    advice: "remove these rows from training, or hold out others: data split"
                ),
                .init(
                    rule: .duplicate,
                    blocks: false,
                    detail: "rows occur twice",
                    count: 31,
                    rows: (1...20).map {
                        .init(
                            part: .training,
                            number: $0 * 2,
                            source: RecordSource(file: "/data/train.jsonl", line: $0 * 2)
                        )
                    },
                    excerpt: "커피 머신은 무슨 이름입니까?",
                    advice: "data convert --deduplicate"
                ),
            ]
        )
        return dataset
    }
}
