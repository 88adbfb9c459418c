import Platform
import Screens
import TerminalUI
import Testing
import Workspace

@Suite struct CompareScreenTests {
    @Test func tableShowsEveryRunAndKeepsWhatMattersOnANarrowScreen() {
        expectScreen(
            Driver.comparing(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Runs · newest first ─────────────────────────────────────────────────────────╮
            │  name                status       loss   eval     steps  rank      lr    took│
            │› faq-ko-r16          ● running   1.842  1.913     24/60    16  2.0e-4   3m00s│
            │  faq-ko-r8           ✓ finished  1.971  1.874     60/60     8  1.0e-4   2m00s│
            │  cpt-ko              ✓ finished  3.204      -     40/40    16  1.7e-4   3m00s│
            │  faq-ko-r64          ✗ failed      nan      -      9/60    64  0.0100   3m00s│
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
            │                                                                              │
            ╰────────────────────────────────────────────────────────────────────── 1 of 4 ╯
             m mark  enter side by side  o sort  O reverse  / filter  e register  t train
            """
        )
    }

    @Test func wideTableShowsEveryColumn() {
        expectScreen(
            Driver.comparing(width: 110, height: 30),
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows              ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Runs · newest first ───────────────────────────────────────────────────────────────────────────────────────╮
            │  name           status       loss   eval     steps model          method  rank      lr data            took│
            │› faq-ko-r16     ● running   1.842  1.913     24/60 SmolLM2-135M-… qlora     16  2.0e-4 faq@3f9a02c1   3m00s│
            │  faq-ko-r8      ✓ finished  1.971  1.874     60/60 SmolLM2-135M-… qlora      8  1.0e-4 faq@3f9a02c1   2m00s│
            │  cpt-ko         ✓ finished  3.204      -     40/40 SmolLM2-135M-… lora      16  1.7e-4 corpus-ko@7…   3m00s│
            │  faq-ko-r64     ✗ failed      nan      -      9/60 SmolLM2-135M-… qlora     64  0.0100 faq@3f9a02c1   3m00s│
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            ╰──────────────────────────────────────────────────────────────────────────────────────────────────── 1 of 4 ╯
             m mark  enter side by side  o sort  O reverse  / filter  e register  t train  ? keys  q leave
            """
        )
    }

    @Test func sideBySideMarksTheBestAndShowsOnlyWhatDiffers() {
        expectScreen(
            Driver.sideBySide(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Loss ────────────────────────────────────────────────────────────────────────╮
            │ 4.30┤⡧⡀                                          faq-ko-r16 ━━  faq-ko-r8 ━━ │
            │     │⠈⠪⡢⢄                                                                    │
            │     │  ⠈⠑⢕⡢⢄⡀                                                                │
            │ 2.77┤     ⠈⠑⠪⠭⣒⠤⢄⣀⡀                                                          │
            │     │          ⠉⠉⠑⠚⠛⠭⠶⢖⣒⡢⠤⠤⠤⢄⣀⣀⣀⣀                                            │
            │ 1.75┤                   ⠈⠉⠉⠉⠉⠑⠒⠒⠒⠉⠉⠉⠉⠉⠉⠉⠑⠒⠒⠒⠒⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀ │
            │     └0 ───────────────────────────────────────────────────────────── step 59 │
            ├ 2 runs ──────────────────────────────────────────────────────────────────────┤
            │  ✓ best                                faq-ko-r16                   faq-ko-r8│
            │› what differs                                                                │
            │  learning_rate                             0.0002                      0.0001│
            │  rank                                          16                           8│
            │  metrics                                                                     │
            │  best_eval_loss                             1.913                     ✓ 1.874│
            │  eval_loss                                ✓ 1.913                     ✓ 1.913│
            │  loss                                     ✓ 1.842                       1.971│
            │  tokens_per_second                        ✓ 412.3                     ✓ 412.3│
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰──────────────────────────────────────────────────────── a shows all · 1 of 8 ╯
             a all or differing  c loss or eval  Y copy  v back  t train  ? keys  q leave
            """
        )
    }

    @Test func differencesStayAboveTheFold() throws {
        let lines = Driver.sideBySide(height: 16).screen.split(separator: "\n").map(String.init)
        let differs = try #require(lines.firstIndex { $0.contains("learning_rate") })
        let metrics = lines.firstIndex { $0.contains("best_eval_loss") } ?? lines.count
        #expect(differs < metrics)
        #expect(lines.contains { $0.contains("1 of 8 ╯") })
    }

    @Test func allParametersAndTheOtherCurveCanBeShown() {
        expectScreen(
            Driver.sideBySide(width: 110, height: 30).after("a", "c"),
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows              ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Eval loss ─────────────────────────────────────────────────────────────────────────────────────────────────╮
            │ 4.40┤⢕⡢⢄⡀                                                                      faq-ko-r16 ━━  faq-ko-r8 ━━ │
            │     │ ⠈⠑⠪⢕⡢⢄⡀                                                                                              │
            │     │     ⠈⠑⠪⢕⡢⢄⡀                                                                                          │
            │     │         ⠈⠑⠪⢕⡢⢄⡀                                                                                      │
            │ 2.97┤             ⠈⠑⠪⢕⡢⢄⡀                                                                                  │
            │     │                 ⠈⠑⠪⠭⠭⣒⣒⣒⠤⠤⠤⢄⣀⣀⣀                                                                      │
            │     │                         ⠉⠉⠉⠑⠒⠒⠒⠭⠭⠭⣒⣒⣒⡢⠤⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⣀⣀⣀⣀⡀                                              │
            │ 1.90┤                                      ⠈⠉⠁              ⠈⠉⠉⠉⠉⠉⠉⠉⠉⠉⠑⠒⠒⠒⠒⠒⠒⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀ │
            │     └0 ─────────────────────────────────────────────────────────────────────────────────────────── step 50 │
            ├ 2 runs ────────────────────────────────────────────────────────────────────────────────────────────────────┤
            │  ✓ best                                               faq-ko-r16                                  faq-ko-r8│
            │› what differs                                                                                              │
            │  learning_rate                                            0.0002                                     0.0001│
            │  rank                                                         16                                          8│
            │  metrics                                                                                                   │
            │  best_eval_loss                                            1.913                                    ✓ 1.874│
            │  eval_loss                                               ✓ 1.913                                    ✓ 1.913│
            │  loss                                                    ✓ 1.842                                      1.971│
            │  tokens_per_second                                       ✓ 412.3                                    ✓ 412.3│
            │  what is the same                                                                                          │
            │  alpha                                                      32.0                                       32.0│
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            │                                                                                                            │
            ╰──────────────────────────────────────────────────────────────────────── a hides what is the same · 1 of 10 ╯
             a all or differing  c loss or eval  Y copy  v back  t train  ? keys  q leave
            """
        )
    }

    @Test func withoutRunsItSaysHowToBegin() {
        let screen = Driver.opened().after("3").screen
        #expect(screen.contains("No run yet."))
        #expect(screen.contains("trains a model on the sample data"))
    }

    @Test func curvesHaveRolesOfTheirOwnAndPatternsWithoutColours() throws {
        let state = Driver.sideBySide().state
        let cells = state.drawn().cells
        var roles: Set<Role> = []
        for y in 2..<8 {
            for x in 7..<50 where cells[x, y].text != " " { roles.insert(cells[x, y].style.role) }
        }
        #expect(roles.isSuperset(of: [.series1, .series2]))
        let mono = state.drawn(with: Capabilities(glyphs: .braille, colors: .mono)).cells.dump()
        #expect(mono.contains("faq-ko-r16 ━━"))
        #expect(mono.contains("faq-ko-r8 ╍╍"))
    }

    @Test func problemOfReadingIsShownInPlace() {
        var driver = Driver.comparing()
        driver.press("m", "m", "v")
        let runs = driver.state.compare.opened?.runs ?? []
        driver.take(
            .compare(
                .comparingFailed(.init(.notFound, "A run is gone.", hint: "Go back."), runs: runs)
            )
        )
        #expect(driver.screen.contains("A run is gone."))
        #expect(driver.screen.contains("esc goes back to the table."))
    }
}
