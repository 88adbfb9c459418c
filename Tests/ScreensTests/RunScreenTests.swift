import Runs
import Screens
import TerminalUI
import Testing
import Training
import Workspace

@Suite struct RunScreenTests {
    static let runs: [RunSummary] = [
        .sample("faq-ko-r16", .running, isMine: true),
        .sample("faq-ko-r8", .finished, steps: 60) {
            $0.loss = 1.97
            $0.resultPath = "/a"
        },
        .sample("faq-ko-r64", .failed, steps: 9) {
            $0.loss = .nan
            $0.failure = "The loss is not a number at step 9."
        },
    ]

    /// A run of this process at step 24 of 60.
    static func live(width: Int = 80, height: Int = 24) -> Driver {
        var driver = Driver.opened(width: width, height: height, runs: runs)
        driver.take(.run(.detailed(runs[0].detail)))
        driver.take(.machine(.withoutGPU))
        driver.take(.machine(.withoutGPU))
        driver.effects = []
        return driver
    }

    @Test func wideScreenShowsListAndDetail() {
        expectScreen(
            Self.live(width: 110, height: 30),
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows              ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Runs ──────────────────────────╮╭ ● faq-ko-r16 · SmolLM2-135M-Instruct Q4_1 · qlora r16 α32 · faq@3f9a02c1 ╮
            │› ● faq-ko-r16     1.84 █▆▄▃▂▁▁▁││ loss 1.842   eval 1.913 (best, step 20)   step 24/60   ETA 1m12s         │
            │  ✓ faq-ko-r8      1.97 █▆▄▃▂▁▁▁││ lr 1.7e-4   grad 1.31   412 tok/s                                        │
            │  ✗ faq-ko-r64      nan █▆▄▃▂▁▁▁││ 4.20┤⠑⢄                                                train ━━  eval ━━ │
            │                                ││     │⢣ ⠑⢄                                                                │
            │                                ││     │ ⢣  ⠑⢄                                                              │
            │                                ││     │ ⠈⢆   ⠑⢄                                                            │
            │                                ││     │  ⠈⢢    ⠑⢄                                                          │
            │                                ││ 3.61┤    ⠱⡀    ⠑⢄                                                        │
            │                                ││     │     ⠈⢢     ⠑⢄                                                      │
            │                                ││     │       ⠑⢄     ⠑⠢⡀                                                   │
            │                                ││     │         ⠑⢄     ⠈⠢⡀                                                 │
            │                                ││     │           ⠑⢄     ⠈⠢⡀                                               │
            │                                ││ 3.01┤             ⠑⢄     ⠈⠢⡀                                             │
            │                                ││     │               ⠑⠢⡀    ⠈⠢⡀                                           │
            │                                ││     │                 ⠈⠑⠤⡀   ⠈⠢⡀                                         │
            │                                ││     │                    ⠈⠑⠢⢄⡀ ⠈⠢⡀                                       │
            │                                ││ 2.54┤                        ⠈⠑⠢⢄⡈⠒⠤⠤⣀⣀                                  │
            │                                ││     │                            ⠈⠉⠒⠢⢄⡀⠉⠑⠒⠢⠤⣀⣀                           │
            │                                ││     │                                 ⠈⠑⠒⠤⠤⢄⣀ ⠉⠉⠒⠢⠤⢄⣀⡀                   │
            │                                ││     │                                        ⠉⠑⠒⠤⠤⣀⣀⡀⠈⠉⠒⠒⠤⢄⣀⡀            │
            │                                ││     │                                               ⠈⠉⠒⠒⠤⠤⢄⣀⣈⡉⠑⠂         │
            │                                ││ 1.95┤                                                        ⠈⠉⚑20⠒⠢⠤⠤⢄⣀ │
            │                                ││     └0 ───────────────────────────────────────────────────────── step 23 │
            │                                │├ Memory ────────────────────────────┬ Run ────────────────────────────────┤
            │                                ││ RSS  581 MB ▅▅                     │ experiment Default   started 14:10  │
            │                                ││ RAM  3.10 GB of 8.20 GB  no GPU    │ checkpoint step 20                  │
            ╰──────────────────────── 1 of 3 ╯╰────────────────────────────────────┴─────────────────────────────────────╯
             t train  p pause  s stop  R retry  m mark  e register  / filter  ? keys  q leave
            """
        )
    }

    @Test func narrowScreenShowsOnlyTheLiveRun() {
        expectScreen(
            Self.live(),
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ ● faq-ko-r16 · SmolLM2-135M-Instruct Q4_1 · qlora r16 α32 · faq@3f9a02c1 ────╮
            │ loss 1.842   eval 1.913 (best, step 20)   step 24/60   ETA 1m12s   lr 1.7e-4 │
            │ grad 1.31   412 tok/s                                                        │
            │ 4.20┤⢕⠢⣀                                                   train ━━  eval ━━ │
            │     │⠈⠢⡀⠉⠢⢄                                                                  │
            │     │  ⠑⢄  ⠉⠢⢄                                                               │
            │ 3.68┤    ⠣⡀   ⠉⠒⢄⡀                                                           │
            │     │     ⠈⠢⡀    ⠈⠒⢄⡀                                                        │
            │     │       ⠈⠑⢄⡀    ⠈⠑⠤⡀                                                     │
            │     │          ⠈⠒⢄⡀    ⠈⠑⠤⣀                                                  │
            │ 2.99┤             ⠈⠒⠤⣀     ⠑⠢⣀                                               │
            │     │                 ⠉⠒⠤⣀    ⠑⠢⣀                                            │
            │     │                     ⠉⠑⠒⠤⢄⣀ ⠉⠢⢄⣀                                        │
            │ 2.47┤                           ⠉⠑⠒⠤⠤⣉⣉⡑⠒⠒⠤⠤⠤⣀⣀⡀                             │
            │     │                                  ⠈⠉⠑⠒⠢⠤⠤⣀⡈⠉⠉⠒⠒⠢⠤⠤⣀⣀⡀                   │
            │     │                                          ⠈⠉⠑⠒⠒⠢⠤⠤⢄⣀⣈⣉⣉⣑⣒⠒⠤⠤⢄⣀          │
            │ 1.95┤                                                         ⠉⠉⠉⠒⚑20⠤⠤⠤⠤⠤⣀⣀ │
            │     └0 ───────────────────────────────────────────────────────────── step 23 │
            ├ Memory ──────────────────────────────┬ Run ──────────────────────────────────┤
            │ RSS  581 MB ▅▅                       │ experiment Default   started 14:10    │
            │ RAM  3.10 GB of 8.20 GB  no GPU      │ checkpoint step 20                    │
            ╰──────────────────────────────────────┴───────────────────────────────────────╯
             t train  p pause  s stop  R retry  m mark  e register  / filter  ? keys
            """
        )
    }

    @Test func escapeLeadsFromTheRunToTheList() {
        var driver = Self.live()
        driver.press("esc")
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Runs ────────────────────────────────────────────────────────────────────────╮
            │    name            loss curve          eval      step dataset            last│
            │› ● faq-ko-r16      1.84 █▆▄▃▂▁▁▁       1.91     24/60 faq@3f9a02c1      14:13│
            │  ✓ faq-ko-r8       1.97 █▆▄▃▂▁▁▁       1.91     60/60 faq@3f9a02c1      14:13│
            │  ✗ faq-ko-r64       nan █▆▄▃▂▁▁▁       1.91      9/60 faq@3f9a02c1      14:13│
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
            │                                                                              │
            ╰────────────────────────────────────────────────────────────────────── 1 of 3 ╯
             t train  p pause  s stop  R retry  m mark  e register  / filter  ? keys
            """
        )
    }

    @Test func smallestScreenShowsLossStepRemainingTimeAndMemory() {
        expectScreen(
            Self.live(width: 20, height: 3),
            """
            1.8 24/60 1m12s 581M


            """
        )
    }

    @Test func trainFormIsFilledInAndMeasures() {
        var driver = Self.live()
        driver.press("t")
        expectScreen(
            driver,
            """
             1 Data 2 Run 3 Compare 4 Registry 5 Chat 6 Flows ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Train a model ───────────────────────────────────────────────────────────────╮
            │ › dataset               < faq >                                              │
            │   base model            smollm2-135m-instruct                                │
            │   run name              from dataset and rank                                │
            │   method                qlora                                                │
            │   steps                 from epochs                                          │
            │   epochs                4                                                    │
            │   batch size            2                                                    │
            │   learning rate         0.001                                                │
            │   rank                  16                                                   │
            │   alpha                 32                                                   │
            │   sequence length       256                                                  │
            │   held-out share        the dataset's own                                    │
            │   ▸ Adapter                                                                  │
            │   ▼ 5 more                                                                   │
            │ left and right choose                                                        │
            ├ Forecast ────────────────────────────────────────────────────────────────────┤
            │ time    reading the data…                                                    │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter start  ctrl+t 60-step quick look  esc close
            """
        )
    }

    @Test func forecastIsBesideTheFormOnWideScreens() throws {
        var driver = Self.live(width: 110, height: 30)
        driver.press("t")
        let request = try #require(driver.state.run.form?.request)
        driver.take(.run(.planned(.sample(request), request: request, isMeasured: false)))
        expectScreen(
            driver,
            """
             workbench   1 Data  2 Run  3 Compare  4 Registry  5 Chat  6 Flows              ● faq-ko-r16  40 %  ETA 1m12s
            ╭ Train a model ─────────────────────────────────────────────────┬ Forecast ─────────────────────────────────╮
            │ › dataset               < faq >                                │ time    7m12s for 90 steps, measured here │
            │   base model            smollm2-135m-instruct                  │ memory  610 MB forecast of 8.20 GB in     │
            │   run name              from dataset and rank                  │ this machine                              │
            │   method                qlora                                  │ data    480 examples, 120 held out, 34.6k │
            │   steps                 from epochs                            │ tokens an epoch                           │
            │   epochs                4                                      │ run     faq-qlora-1                       │
            │   batch size            2                                      │                                           │
            │   learning rate         0.001                                  │                                           │
            │   rank                  16                                     │                                           │
            │   alpha                 32                                     │                                           │
            │   sequence length       256                                    │                                           │
            │   held-out share        the dataset's own                      │                                           │
            │   ▸ Adapter                                                    │                                           │
            │   ▸ Optimization                                               │                                           │
            │   ▸ Data                                                       │                                           │
            │   ▸ While it runs                                              │                                           │
            │   ▸ Monitors                                                   │                                           │
            │   ▸ Next phase                                                 │                                           │
            │                                                                │                                           │
            │                                                                │                                           │
            │                                                                │                                           │
            │                                                                │                                           │
            │                                                                │                                           │
            │                                                                │                                           │
            │                                                                │                                           │
            │ left and right choose                                          │                                           │
            ╰────────────────────────────────────────────────────────────────┴───────────────────────────────────────────╯
             enter start  ctrl+t 60-step quick look  esc close
            """
        )
    }

    @Test func emptyWorkspaceNamesTheNextKey() {
        let screen = Driver.opened().screen
        #expect(screen.contains("No run yet."))
        #expect(screen.contains("t trains a model on the sample data"))
    }

    @Test func withoutAModelTheScreenSaysHowToGetOne() {
        var driver = Driver.opened(models: [.missing])
        #expect(driver.screen.contains("P downloads SmolLM2 135M Instruct, 91.7 MB."))
        #expect(driver.screen.contains("workbench model pull smollm2-135m-instruct"))
        driver.press("P")
        #expect(driver.asked == [LibraryWork.pull("smollm2-135m-instruct")])
        driver.take(
            .event(
                .download(
                    .init(
                        model: "smollm2-135m-instruct",
                        phase: .downloading,
                        source: "huggingface",
                        receivedBytes: 37_600_000,
                        totalBytes: 91_726_624
                    )
                )
            )
        )
        #expect(driver.screen.contains("smollm2-135m-instruct 40 % of 91.7 MB from huggingface"))
    }

    @Test func failureAndNextKeysAreAboveTheCurve() {
        var driver = Self.live(width: 110, height: 30)
        driver.press("down", "down")
        #expect(driver.screen.contains("The loss is not a number at step 9."))
        #expect(driver.screen.contains("R resumes at step 20"))
    }

    @Test func acceleratorsAreShownWhereThereAreAny() {
        var driver = Self.live(width: 110, height: 30)
        driver.take(.machine(.withGPU))
        #expect(driver.screen.contains("GPU  NVIDIA L4"))
        #expect(driver.screen.contains("VRAM 4.10 GB of 24.1 GB  busy 87 %"))
    }

    @Test func asciiScreenHasNoOtherByte() {
        var driver = Self.live(width: 110, height: 30)
        driver.press("down")
        let canvas = driver.state.drawn(with: Capabilities(glyphs: .ascii, colors: .mono))
        #expect(canvas.cells.dump().utf8.allSatisfy { $0 < 128 })
    }
}

extension TrainingPlan {
    static func sample(
        _ request: TrainingRequest,
        _ basis: TimeBasis? = .measured
    ) -> TrainingPlan {
        TrainingPlan(
            request: request,
            runName: "faq-qlora-1",
            modelPath: "/models/smol.gguf",
            dataset: "faq@3f9a02c1",
            trainingExamples: 480,
            evaluationExamples: 120,
            totalSteps: request.steps ?? 90,
            tokensPerEpoch: 34_560,
            memoryBytes: 610_000_000,
            runMemoryBytes: 560_000_000,
            seconds: basis == nil ? nil : 432,
            timeBasis: basis,
            warnings: []
        )
    }
}
