import Screens
import TerminalUI
import Testing

@Suite struct FlowsWideScreenTests {
    @Test func wideScreenShowsTheGraphWithLiveStates() {
        var driver = Driver.flows(width: 200, height: 60)
        driver.go("enter", "space", "down")
        expectScreen(
            driver,
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows                                                                                                                 ● faq-assistant  4/9
            ╭ Flow runs ─────────────────────────────────────╮╭ ● faq-assistant · running · 4/9 · 1m12s ───────────────────────────────────────────────────────────────────────────────────────────────────────────╮
            │› ● faq-assistant                     4/9  1m12s││                               ╭───────────────╮                                                                                                    │
            │  ✗ faq-assistant                     5/9  1m35s││                             ╭→│ ✓ sft[seed=1] ├─╮                                                                                                  │
            │  ? nightly                           8/9  2h00m││                             │ ╰────────── 12s ╯ │                   ╭────────────╮                                                                 │
            │                                                ││ ╭──────────╮   ╭──────────╮ │ ╭───────────────╮ │  ╭────────────╮ ╭→│ ○ report   ├─╮                                                               │
            │                                                ││ │ ✓ clean  ├──→│ ✓ cpt    ├─┼→│ ✓ sft[seed=2] ├─┴┬→│ ○ evaluate ├─┤ ╰────────────╯ │  ╭───────────╮                                                │
            │                                                ││ ╰── cached ╯   ╰───── 12s ╯ │ ╰────────── 12s ╯  │ ╰────────────╯ │ ╭────────────╮ ╰┬→│ ○ promote │                                                │
            │                                                ││                             │ ╭───────────────╮  │                ╰→│ ○ register ├──╯ ╰───────────╯                                                │
            │                                                ││                             ╰→│ ● sft[seed=3] ├──╯                  ╰────────────╯                                                                 │
            │                                                ││                               ╰───────── 40 % ╯                                                                                                    │
            │                                                │├ ✓ sft[seed=2] · train ──────────────────────────────────────────────────┬ Log · l opens it ────────────────────────────────────────────────────────┤
            │                                                ││ completed  12s                                                          │ line 1 of sft[seed=2]                                                    │
            │                                                ││ outputs                                                                 │ line 2 of sft[seed=2]                                                    │
            │                                                ││   eval_loss   1.913                                                     │ line 3 of sft[seed=2]                                                    │
            │                                                ││ inputs                                                                  │ line 4 of sft[seed=2]                                                    │
            │                                                ││   model       smollm2-135m-instruct                                     │ line 5 of sft[seed=2]                                                    │
            │                                                ││   epochs      2                                                         │ line 6 of sft[seed=2]                                                    │
            │                                                ││ history                                                                 │ line 7 of sft[seed=2]                                                    │
            │                                                ││   14:12:50 pending to completed, attempt 1                              │ line 8 of sft[seed=2]                                                    │
            │                                                ││   14:12:05 pending                                                      │ line 9 of sft[seed=2]                                                    │
            │                                                ││                                                                         │ line 10 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 11 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 12 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 13 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 14 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 15 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 16 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 17 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 18 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 19 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 20 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 21 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 22 of sft[seed=2]                                                   │
            ╰──────────────────────────────────────── 1 of 3 ╯│                                                                         │ line 23 of sft[seed=2]                                                   │
            ╭ Flows and schedules ───────────────────────────╮│                                                                         │ line 24 of sft[seed=2]                                                   │
            │› faq-assistant                                 ││                                                                         │ line 25 of sft[seed=2]                                                   │
            │  nightly                                       ││                                                                         │ line 26 of sft[seed=2]                                                   │
            │    ● Wed 2026-09-23 14:13  in 2d00h            ││                                                                         │ line 27 of sft[seed=2]                                                   │
            │  broken  broken.yaml:3:5: there is no task cle…││                                                                         │ line 28 of sft[seed=2]                                                   │
            │  korean  sample                                ││                                                                         │ line 29 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 30 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 31 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 32 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 33 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 34 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 35 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 36 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 37 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 38 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 39 of sft[seed=2]                                                   │
            │                                                ││                                                                         │ line 40 of sft[seed=2]                                                   │
            │                                                ││                                                                         │                                                                          │
            │                                                ││                                                                         │                                                                          │
            │                                                ││                                                                         │                                                                          │
            │                                                ││                                                                         │                                                                          │
            │                                                ││                                                                         │                                                                          │
            │ Schedules fire from this screen.               ││                                                                         │                                                                          │
            ╰──────────────────────────────────────── 1 of 5 ╯╰─────────────────────────────────────────────────────────────────────────┴──────────────────────────────────────────────────────────────────────────╯
             enter open  n start  R retry  w why  l log  A approve  p pause  x cancel  g graph  f flows  / filter  t train  ? keys  q leave
            """
        )
    }
}
