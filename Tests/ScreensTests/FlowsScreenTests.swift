import FoundationEssentials
import JSON
import Screens
import TerminalUI
import Testing
import Workflows
import Workspace

@Suite struct FlowsScreenTests {
    @Test func listShowsStateProgressAndDuration() {
        expectScreen(
            Driver.flows(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows          ● faq-assistant  4/9
            ╭ Flow runs ───────────────────────────────────────────────────────────────────╮
            │    flow                   tasks   time state                 started id      │
            │› ● faq-assistant            4/9  1m12s running                 14:12 aaaaaaaa│
            │  ✗ faq-assistant            5/9  1m35s failed                  13:13 bbbbbbbb│
            │  ? nightly                  8/9  2h00m waiting for approval    12:13 cccccccc│
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├ Flow run aaaaaaaa ───────────────────────────────────────────────────────────┤
            │ tasks       1 running, 4 pending, 3 completed, 1 cached                      │
            │ epochs      2                                                                │
            │ max_loss    2.5                                                              │
            │ created     Mon 2026-09-21 14:12                                             │
            │ by          a person                                                         │
            │ executed by this screen                                                      │
            │ file        /w/flows/faq-assistant.yaml                                      │
            │                                                                              │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  n start  R retry  w why  l log  A approve  p pause  x cancel
            """
        )
    }

    @Test func narrowScreenShowsTasksAsBranches() {
        var driver = Driver.flows()
        driver.go("enter", "space", "down", "down", "down")
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows          ● faq-assistant  4/9
            ╭ ● faq-assistant · running · 4/9 · 1m12s ─────────────────────────────────────╮
            │  ✓ clean                                                               cached│
            │  ✓ cpt                                                                    12s│
            │  ▾ sft ×3 1● 2✓                                                              │
            │  │ ✓ sft[seed=1]                                                          12s│
            │  │ ✓ sft[seed=2]                                                          12s│
            │› │ ● sft[seed=3]                                                         40 %│
            │  ○ evaluate                                                                  │
            │  ├─○ report                                                                  │
            │  ○ │ register                                                                │
            │  ○─╯ promote  after report                                                   │
            ├ ● sft[seed=3] · train ───────────────────────────────────────────────────────┤
            │ running  24s                                                                 │
            │ █████████··············· 40 %  step 24 of 60                                 │
            │ enter shows its curves.                                                      │
            │ inputs                                                                       │
            │   model       smollm2-135m-instruct                                          │
            │   epochs      2                                                              │
            │ line 38 of sft[seed=3]                                                       │
            │ line 39 of sft[seed=3]                                                       │
            │ line 40 of sft[seed=3]                                                       │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  n start  R retry  w why  l log  A approve  p pause  x cancel
            """
        )
    }

    @Test func logShowsItsEndAndFollows() {
        var driver = Driver.flows()
        driver.go("enter", "down", "down", "l")
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows          ● faq-assistant  4/9
            ╭ Log of report · following ───────────────────────────────────────────────────╮
            │line 21 of report                                                             │
            │line 22 of report                                                             │
            │line 23 of report                                                             │
            │line 24 of report                                                             │
            │line 25 of report                                                             │
            │line 26 of report                                                             │
            │line 27 of report                                                             │
            │line 28 of report                                                             │
            │line 29 of report                                                             │
            │line 30 of report                                                             │
            │line 31 of report                                                             │
            │line 32 of report                                                             │
            │line 33 of report                                                             │
            │line 34 of report                                                             │
            │line 35 of report                                                             │
            │line 36 of report                                                             │
            │line 37 of report                                                             │
            │line 38 of report                                                             │
            │line 39 of report                                                             │
            │line 40 of report                                                             │
            ╰──────────────────────────────────────────────────────────────────── 40 of 40 ╯
             l close  / search  n next  N previous  w why  t train  ? keys  q leave
            """
        )
    }

    @Test func timelineShowsWhenTasksRan() {
        var driver = Driver.flows(width: 110, height: 30)
        driver.go("enter", "v")
        expectScreen(
            driver,
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows                       ● faq-assistant  4/9
            ╭ Flow runs ─────────────────────────╮╭ ● faq-assistant · running · 4/9 · 1m12s ─────────────────────────────╮
            │› ● faq-assistant         4/9  1m12s││  ✓ clean                    ███████                                  │
            │  ✗ faq-assistant         5/9  1m35s││  ✓ cpt                            ████████ 12s                       │
            │  ? nightly               8/9  2h00m││› ● sft ×3 1● 2✓                          ████████████████████████████│
            │                                    ││  ○ evaluate                                                          │
            │                                    ││  ○ report                                                            │
            │                                    ││  ○ register                                                          │
            │                                    ││  ○ promote                                                           │
            │                                    ││                             0s        18s       36s       54s   1m12s│
            │                                    │├ ● sft ×3 1● 2✓ ──────────────────────────────────────────────────────┤
            │                                    ││ space shows them, l the log of the first, w all states and reasons.  │
            │                                    ││ ● sft[seed=3]           24s  step 24 of 60                           │
            │                                    ││ ✓ sft[seed=1]           12s                                          │
            │                                    ││ ✓ sft[seed=2]           12s                                          │
            │                                    ││                                                                      │
            ╰──────────────────────────── 1 of 3 ╯│                                                                      │
            ╭ Flows and schedules ───────────────╮│                                                                      │
            │› faq-assistant                     ││                                                                      │
            │  nightly                           ││                                                                      │
            │    ● Wed 2026-09-23 14:13  in 2d00h││                                                                      │
            │  broken  broken.yaml:3:5: there is…││                                                                      │
            │  korean  sample                    ││                                                                      │
            │                                    ││                                                                      │
            │                                    ││                                                                      │
            │                                    ││                                                                      │
            │                                    ││                                                                      │
            │ Schedules fire from this screen.   ││                                                                      │
            ╰──────────────────────────── 1 of 5 ╯╰──────────────────────────────────────────────────────────────────────╯
             enter open  n start  R retry  w why  l log  A approve  p pause  x cancel  g graph  f flows  / filter
            """
        )
    }

    @Test func schedulesShowTheirNextLocalTimeAndWhoExecutesThem() {
        var driver = Driver.flows()
        driver.go("f", "down", "down")
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows          ● faq-assistant  4/9
            ╭ Flows and schedules ─────────────────────────────────────────────────────────╮
            │  faq-assistant                                                               │
            │  nightly                                                                     │
            │›   ● Wed 2026-09-23 14:13  in 2d00h                                          │
            │  broken  broken.yaml:3:5: there is no task clen; did you mean clean?         │
            │  korean  sample                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │ Schedules fire from this screen.                                             │
            ├ nightly ─────────────────────────────────────────────────────────────────────┤
            │ file      /w/flows/nightly.yaml                                              │
            │ fires     0 2 * * 0 in Asia/Seoul                                            │
            │ overlap   left out while an earlier one is live                              │
            │ next      Wed 2026-09-23 14:13                                               │
            │ o switches it off.                                                           │
            │ n starts the flow.                                                           │
            │                                                                              │
            │                                                                              │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  n start  R retry  w why  l log  A approve  p pause  x cancel
            """
        )
    }

    @Test func retryShowsItsPlanFirst() {
        var driver = Driver.flows()
        driver.go("down", "R")
        let id = FlowRunSummary.failed.id
        driver.take(.flows(.retryPlanned(.retry(), FlowOrder(), run: id)))
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows          ● faq-assistant  4/9
            ╭ Flow runs ───────────────────────────────────────────────────────────────────╮
            │    flow                   tasks   time state                 started id      │
            │  ● faq-assistant            4/9  1m12s running                 14:12 aaaaaaaa│
            │› ✗ faq-assistant            5/9  1m35s failed                  13:13 bbbbbbbb│
            │  ? nightly                  8/9  2h00m waiting for approval    12:13 cccccccc│
            │                                                                              │
            │     ╭ Retry faq-assistant bbbbbbbb from what has no result? ──────────╮      │
            │     │ 5 reused, 1 to run, 2 may run, 1 to be approved                 │      │
            │     │ reuses  clean, cpt, sft[seed=1], sft[seed=2] and 1 more         │      │
            │     │ runs    evaluate  It failed.                                    │      │
            │     │ may run report                                                  │      │
            │     │ may run register                                                │      │
            ├ Flow│ asks    promote                                                 │──────┤
            │ eval│                                                                 │      │
            │ R co│ [ Cancel ]   Retry     From this task     From start     Edit   │      │
            │ task╰─────────────────────────────────────────────────────────────────╯      │
            │ epochs      2                                                                │
            │ max_loss    2.5                                                              │
            │ created     Mon 2026-09-21 13:13                                             │
            │ by          a person                                                         │
            │ file        /w/flows/faq-assistant.yaml                                      │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  n start  R retry  w why  l log  A approve  p pause  x cancel
            """
        )
    }

    @Test func formSaysThatOtherParametersMakeAFork() {
        var driver = Driver.flowForm()
        driver.press("down")
        driver.type("3.5")
        let order = FlowOrder(parameters: ["max_loss": "3.5"])
        let change = FlowPlan.Change(
            parameter: "max_loss",
            before: .number(2.5),
            after: .number(3.5)
        )
        driver.take(.flows(.planned(.retry(), FlowOrder(parameters: ["max_loss": "3"]))))
        driver.take(.flows(.planned(.retry(changes: [change], isFork: true), order)))
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows          ● faq-assistant  4/9
            ╭ Retry faq-assistant bbbbbbbb ────────────────────────────────────────────────╮
            │   epochs      2                                                              │
            │ › max_loss    3.5                                                            │
            │   token       as before                                                      │
            │   begin from  what has no result                                             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │ a number, by default 2.5                                                     │
            ├ Plan ────────────────────────────────────────────────────────────────────────┤
            │ 5 reused, 1 to run, 2 may run, 1 to be approved                              │
            │ max_loss 2.5 to 3.5                                                          │
            │ It is a fork: a new flow run that names this one.                            │
            │ reuses  clean, cpt, sft[seed=1], sft[seed=2] and 1 more                      │
            │ runs    evaluate  It failed.                                                 │
            │ may run report                                                               │
            │ may run register                                                             │
            │ asks    promote                                                              │
            │                                                                              │
            │                                                                              │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter start  esc close
            """
        )
    }

    @Test func approvalShowsWhatItIsAbout() {
        var driver = Driver.flows()
        driver.go("down", "down", "enter", "A")
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows          ● faq-assistant  4/9
            ╭ ? nightly · waiting for approval · 8/9 · 2h00m ──────────────────────────────╮
            │  ✓ clean                                                                  12s│
            │  ✓ cpt                                                                    12s│
            │  ▸ sft ×3 3✓                                                                 │
            │  ✓ evaluate                                                               12s│
            │  ├─✓ report                                                               12s│
            │  ✓ │ register                                                             12s│
            │› ?─╯ promote  A ╭ Approve promote of nightly cccccccc? ────╮ting for approval│
            ├ ? promote · regi│ registry.promote runs with:              │─────────────────┤
            │ waiting for appr│ model smollm2-135m-instruct              │                 │
            │ A approves or de│ epochs 2                                 │                 │
            │ inputs          │ Denied, the flow run fails.              │                 │
            │   model       sm│                                          │                 │
            │   epochs      2 │ [ Cancel ]   Approve     Deny            │                 │
            │ history         ╰──────────────────────────────────────────╯                 │
            │   14:12:50 pending to waiting for approval, attempt 1                        │
            │   14:12:05 pending                                                           │
            │ line 37 of promote                                                           │
            │ line 38 of promote                                                           │
            │ line 39 of promote                                                           │
            │ line 40 of promote                                                           │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  n start  R retry  w why  l log  A approve  p pause  x cancel
            """
        )
    }

    @Test func smallScreenKeepsTheProgress() {
        expectScreen(
            Driver.flows(width: 20, height: 3),
            """
            ● faq-ass… 4/9 1m12s


            """
        )
    }

    @Test func emptyPaneNamesTheNextKey() {
        expectScreen(
            Driver.flows(runs: []),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows
            ╭──────────────────────────────────────────────────────────────────────────────╮
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                             No flow has run yet.                             │
            │                                                                              │
            │               n starts one,  f shows the flows and schedules.                │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  n start  R retry  w why  l log  A approve  p pause  x cancel
            """
        )
    }
}
