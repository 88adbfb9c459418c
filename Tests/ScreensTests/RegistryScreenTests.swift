import Registry
import Screens
import TerminalUI
import Testing
import Workspace

@Suite struct RegistryScreenTests {
    @Test func deployedVersionIsPlain() {
        expectScreen(
            Driver.registered(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Models ──────────────────────────────────────────────────────────────────────╮
            │  model                                                      versions deployed│
            │› company-faq                                                       3     ● v2│
            │  휴가-안내                                                         1     none│
            ╰────────────────────────────────────────────────────────────────────── 1 of 2 ╯
            ╭ company-faq · ● v2 is deployed ──────────────────────────────────────────────╮
            │  version   stage      aliases      run             eval  created note        │
            │›   v3      Staging    @champion    faq-ko-r16     1.842    13:13 질문 40개를…│
            │  ● v2      Production @production  faq-ko-r8      1.874    12:13             │
            │    v1      Archived                faq-ko-r4      2.031    11:13             │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ├ company-faq v3 ──────────────────────────────────────────────────────────────┤
            │ base      smollm2-135m-instruct                                              │
            │ run       faq-ko-r16                                                         │
            │ measured  eval 1.842                                                         │
            │ adapter   /w/artifacts/0/faq-ko-r16/artifacts/adapter                        │
            │ note      질문 40개를 더했다                                                 │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter versions  P promote  B roll back  s stage  a alias  e register
            """
        )
    }

    @Test func wideScreenShowsModelsBesideVersions() {
        expectScreen(
            Driver.registered(width: 110, height: 30),
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows              ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Models ────────────────────╮╭ company-faq · ● v2 is deployed ──────────────────────────────────────────────╮
            │  model             deployed││  version   stage      aliases      run             eval  created note        │
            │› company-faq           ● v2││›   v3      Staging    @champion    faq-ko-r16     1.842    13:13 질문 40개를…│
            │  휴가-안내             none││  ● v2      Production @production  faq-ko-r8      1.874    12:13             │
            │                            ││    v1      Archived                faq-ko-r4      2.031    11:13             │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            │├ company-faq v3 ──────────────────────────────────────────────────────────────┤
            │                            ││ base      smollm2-135m-instruct                                              │
            │                            ││ run       faq-ko-r16                                                         │
            │                            ││ measured  eval 1.842                                                         │
            │                            ││ adapter   /w/artifacts/0/faq-ko-r16/artifacts/adapter                        │
            │                            ││ note      질문 40개를 더했다                                                 │
            ╰──────────────────── 1 of 2 ╯╰──────────────────────────────────────────────────────────────────────────────╯
             enter versions  P promote  B roll back  s stage  a alias  e register  H history  z undo  t train  ? keys
            """
        )
    }

    @Test func promotionNamesFromAndToAndTheConsequence() {
        expectScreen(
            Driver.registered().after("P"),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Models ──────────────────────────────────────────────────────────────────────╮
            │  model                                                      versions deployed│
            │› company-faq                                                       3     ● v2│
            │  휴가-안내                                                         1     none│
            ╰────────────────────────────────────────────────────────────────────── 1 of 2 ╯
            ╭ company-faq · ● v2 is deployed ──────────────────────────────────────────────╮
            │  version   stage      aliases      run             eval  created note        │
            │›   v3      Stagi╭ Promote company-faq v3? ─────────────────╮3:13 질문 40개를…│
            │  ● v2      Produ│ Deployed: from v2 to v3.                 │2:13             │
            │    v1      Archi│ v2 is archived; B rolls back to it.      │1:13             │
            │                 │ Chat and clients of @production get v3.  │                 │
            │                 │ Eval loss: 1.874 to 1.842.               │                 │
            │                 │                                          │                 │
            │                 │ [ Cancel ]   Promote                     │                 │
            │                 ╰──────────────────────────────────────────╯                 │
            ├ company-faq v3 ──────────────────────────────────────────────────────────────┤
            │ base      smollm2-135m-instruct                                              │
            │ run       faq-ko-r16                                                         │
            │ measured  eval 1.842                                                         │
            │ adapter   /w/artifacts/0/faq-ko-r16/artifacts/adapter                        │
            │ note      질문 40개를 더했다                                                 │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter versions  P promote  B roll back  s stage  a alias  e register
            """
        )
    }

    @Test func rollbackNamesBothVersions() {
        expectScreen(
            Driver.registered().after("B"),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Models ──────────────────────────────────────────────────────────────────────╮
            │  model                                                      versions deployed│
            │› company-faq                                                       3     ● v2│
            │  휴가-안내                                                         1     none│
            ╰────────────────────────────────────────────────────────────────────── 1 of 2 ╯
            ╭ company-faq · ● v2 is deployed ──────────────────────────────────────────────╮
            │  version   stage      aliases      run             eval  created note        │
            │›   v3      Stagi╭ Roll back company-faq? ──────────────────╮3:13 질문 40개를…│
            │  ● v2      Produ│ Deployed: from v2 to v1.                 │2:13             │
            │    v1      Archi│ v2 is archived.                          │1:13             │
            │                 │ Chat and clients of @production get v1.  │                 │
            │                 │                                          │                 │
            │                 │ [ Cancel ]   Roll back to v1             │                 │
            │                 ╰──────────────────────────────────────────╯                 │
            │                                                                              │
            ├ company-faq v3 ──────────────────────────────────────────────────────────────┤
            │ base      smollm2-135m-instruct                                              │
            │ run       faq-ko-r16                                                         │
            │ measured  eval 1.842                                                         │
            │ adapter   /w/artifacts/0/faq-ko-r16/artifacts/adapter                        │
            │ note      질문 40개를 더했다                                                 │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter versions  P promote  B roll back  s stage  a alias  e register
            """
        )
    }

    @Test func stagesSayWhatTheyWouldDo() {
        expectScreen(
            Driver.registered().after("s"),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Models ──────────────────────────────────────────────────────────────────────╮
            │  model                                                      versions deployed│
            │› company-faq                                                       3     ● v2│
            │  휴가-안내                                                         1     none│
            ╰────────────────────────────────────────────────────────────────────── 1 of 2 ╯
            ╭ company-faq · ● v2 is deployed ──────────────────────────────────────────────╮
            │  version   stage      aliases      run             eval  created note        │
            │›   v3      Staging╭ Stage of company-faq v3 ─────────────╮ 13:13 질문 40개를…│
            │  ● v2      Product│> type to narrow down                 │ 12:13             │
            │    v1      Archive├──────────────────────────────────────┤ 11:13             │
            │                   │  None                                │                   │
            │                   │› Staging · v3 is in this stage    now│                   │
            │                   │  Production            v2 is archived│                   │
            │                   │  Archived                            │                   │
            │                   ╰────────────────────────────── 2 of 4 ╯                   │
            ├ company-faq v3 ──────────────────────────────────────────────────────────────┤
            │ base      smollm2-135m-instruct                                              │
            │ run       faq-ko-r16                                                         │
            │ measured  eval 1.842                                                         │
            │ adapter   /w/artifacts/0/faq-ko-r16/artifacts/adapter                        │
            │ note      질문 40개를 더했다                                                 │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter versions  P promote  B roll back  s stage  a alias  e register
            """
        )
    }

    @Test func historySaysWhenWhoAndWhat() {
        var driver = Driver.registered(width: 110, height: 30)
        driver.press("H")
        #expect(driver.asked == [RegistryWork.history("company-faq")])
        driver.take(
            .registry(
                .historyRead(
                    name: "company-faq",
                    [
                        .sample(3, .undo, nil, "promoted version 3 of company-faq"),
                        .sample(2, .promote, 3, state: .undone),
                        .sample(1, .register, 3),
                    ]
                )
            )
        )
        expectScreen(
            driver,
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows              ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Models ────────────────────╮╭ History of company-faq · H closes ───────────────────────────────────────────╮
            │  model             deployed││  when (UTC)            ago who        what                                   │
            │› company-faq           ● v2││› 2026-09-21 12:16   1h ago kim@lab    undid: promoted version 3 of company-f…│
            │  휴가-안내             none││  2026-09-21 12:15   1h ago kim@lab    undone: promoted version 3 of company-…│
            │                            ││  2026-09-21 12:14   1h ago kim@lab    registered version 3 of company-faq    │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            │                            ││                                                                              │
            ╰──────────────────── 1 of 2 ╯╰────────────────────────────────────────────────────────────────────── 1 of 3 ╯
             enter versions  P promote  B roll back  s stage  a alias  e register  H history  z undo  t train  ? keys
            """
        )
    }

    @Test func emptyRegistryNamesTheNextKey() {
        let driver = Driver.registered(models: [])
        #expect(driver.screen.contains("e registers the adapter of a finished run as version 1."))
        var bare = Driver.opened()
        bare.press("4")
        bare.take(.library(.registered([], rollbacks: [:])))
        #expect(bare.screen.contains("Only the adapter of a finished run can be registered."))
    }

    @Test func worseVersionIsWarnedOf() {
        var driver = Driver.registered()
        driver.press("enter", "G", "P")
        #expect(driver.screen.contains("Eval loss: 1.874 to 2.031, which is"))
    }
}
