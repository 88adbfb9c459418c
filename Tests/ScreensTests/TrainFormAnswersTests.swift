import Datasets
import Presentation
import Runs
import Screens
import TerminalUI
import Testing
import Training
import Transformer
import Workspace

/// What the form's answers make of a request, and the command that stands for it.
@Suite struct TrainFormAnswersTests {
    /// A request in which nothing has its default.
    static let unusual: TrainingRequest = {
        var request = TrainingRequest(model: "smollm2-135m-instruct", dataset: "faq")
        request.method = .qlora
        request.epochs = 2
        request.batchSize = 3
        request.learningRate = 2e-4
        request.rank = 8
        request.alpha = 12
        request.targets = [.query, .value]
        request.layers = [0, 20, 21, 22]
        request.sequenceLength = 128
        request.overLength = .drop
        request.documents = .joined
        request.allowedFindings = ["duplicates", "secrets"]
        request.scheduler = .polynomial
        request.schedulerPower = 2
        request.warmupSteps = 5
        request.weightDecay = 0.1
        request.maxGradientNorm = 0.5
        request.gradientAccumulation = 4
        request.dropout = 0.05
        request.usesGradientCheckpointing = true
        request.optimizer = .lion
        request.loraPlusRatio = 4
        request.usesRankStabilization = true
        request.initialization = .gaussian
        request.patience = 3
        request.choosesBest = true
        request.monitors[.lossSpike] = .goBack
        request.monitors[.plateau] = .pause
        request.sampleCount = 0
        request.samplePrompts = ["Who are you?"]
        request.seed = 7
        request.isPacked = false
        request.isShuffled = false
        request.evaluationInterval = 10
        request.evaluationSplit = 0.1
        request.checkpointInterval = .steps(20)
        request.initialAdapter = "/runs/first/adapter"
        request.precision = .exact
        request.threads = 2
        request.runName = "careful"
        request.experiment = "trials"
        return request
    }()

    static let models = Driver.opened().state.library.installedModels

    static func form(_ request: TrainingRequest) -> TrainForm {
        TrainForm(
            request,
            models: models,
            datasets: ["faq", "corpus-ko"],
            starts: [
                .init(
                    label: "first",
                    path: "/runs/first/adapter",
                    model: "smollm2-135m-instruct",
                    shape: ["targets": "q_proj,v_proj"]
                ),
                .init(label: "whole", path: "/runs/whole/model/model.gguf", model: "other"),
            ]
        )
    }

    @Test func everyAnswerIsReadBack() {
        #expect(Self.form(Self.unusual).request == Self.unusual)
        var request = Self.unusual
        var phase = Self.unusual
        phase.dataset = "corpus-ko"
        phase.learningRate = 1e-4
        phase.epochs = 1
        // These are never a later phase's.
        phase.initialAdapter = nil
        phase.runName = nil
        request.then = [phase]
        #expect(Self.form(request).request == request)
    }

    @Test func aKnownPhaseKeepsItsOwnValuesAndInheritsTheRest() throws {
        var request = TrainingRequest(model: "smollm2-135m-instruct", dataset: "corpus-ko")
        request.epochs = 2
        var phase = request
        phase.dataset = "faq"
        phase.epochs = nil
        phase.steps = 100
        phase.optimizer = .lion
        request.then = [phase]
        var form = Self.form(request)
        form.form.set("rank", "8")
        form.form.set("weight-decay", "0.5")
        let edited = try #require(form.request?.then?.first)
        #expect(edited.steps == 100)
        #expect(edited.epochs == nil)
        #expect(edited.optimizer == .lion)
        #expect(edited.weightDecay == 0.5)
        #expect(edited.rank == 8)
        form.form.set("then-epochs", "3")
        #expect(form.request?.then?.first?.epochs == 3)
        #expect(form.request?.then?.first?.steps == nil)
    }

    @Test func aPhasesCommandQuotesAndNamesItsFlags() {
        var request = TrainingRequest(model: "m", dataset: "a")
        request.choosesBest = true
        var phase = request
        phase.dataset = "my data"
        phase.choosesBest = false
        phase.usesGradientCheckpointing = true
        request.then = [phase]
        #expect(
            CommandText.train(request)
                == "workbench train --model m --data a --best "
                + "--then ''\\''my data'\\'' gradient-checkpointing=true best=false'"
        )
    }

    @Test func defaultsStayUnsaid() throws {
        var plain = TrainingRequest(model: "smollm2-135m-instruct", dataset: "faq")
        plain.method = .qlora
        plain.epochs = 4
        #expect(Self.form(plain).request == plain)
    }

    @Test func aFinishedRunIsContinued() throws {
        var form = Self.form(TrainingRequest(model: "smollm2-135m-instruct", dataset: "faq"))
        form.form.set("from", "first")
        #expect(form.request?.initialAdapter == "/runs/first/adapter")
        #expect(form.request?.model == "smollm2-135m-instruct")
        // All of its weights were trained: it is the base of what comes.
        form.form.set("from", "whole")
        #expect(form.request?.initialAdapter == nil)
        #expect(form.request?.model == "/runs/whole/model/model.gguf")
    }

    @Test func aPhaseHasItsOwnDataEpochsAndRate() throws {
        var request = TrainingRequest(model: "smollm2-135m-instruct", dataset: "corpus-ko")
        request.objective = .cpt
        request.evaluationSplit = 0.1
        request.runName = "first"
        var form = Self.form(request)
        form.form.set("then", "faq")
        form.form.set("then-epochs", "1")
        form.form.set("then-learning-rate", "1e-4")
        let phase = try #require(form.request?.then?.first)
        #expect(phase.dataset == "faq")
        #expect(phase.epochs == 1)
        #expect(phase.learningRate == 1e-4)
        // These are about the first phase's data.
        #expect(phase.objective == nil)
        #expect(phase.runName == nil)
        #expect(phase.evaluationSplit == nil)
        form.form.set("then", "nothing")
        #expect(form.request?.then == nil)
    }

    @Test(arguments: [
        ("layers", "3-1", "numbers such as 20-29"), ("targets", "q_proj,lm_head", "lm_head"),
        ("checkpoint-every", "soon", "60s"),
    ])
    func aWrongListIsShown(field: String, answer: String, expected: String) {
        var driver = TrainFormTests.form()
        driver.state.run.form?.form.focus(field)
        driver.press("ctrl+u")
        driver.type(answer)
        driver.press("enter")
        #expect(driver.screen.contains(expected), "\(driver.screen)")
        #expect(driver.state.run.form?.request == nil)
        #expect(driver.state.run.form?.isStarting == false)
    }

    @Test func aSectionOpensByKeyAndByClick() {
        var driver = TrainFormTests.form()
        #expect(!driver.screen.contains("LoRA+ ratio"))
        for _ in 0..<12 { driver.press("down") }
        driver.press("space")
        #expect(driver.screen.contains("continue from"))
        let context = driver.state.context
        _ = driver.state.run.click("form:adapter", isDouble: false, context)
        #expect(!driver.screen.contains("continue from"))
    }

    @Test func theCommandHasAllThatIsNotTheDefault() {
        var request = Self.unusual
        var phase = request
        phase.dataset = "corpus-ko"
        phase.learningRate = 1e-4
        phase.runName = nil
        phase.evaluationSplit = nil
        request.then = [phase]
        #expect(
            CommandText.train(request) == """
                workbench train --model smollm2-135m-instruct --data faq --method qlora \
                --run-name careful --experiment trials --rank 8 --alpha 12.0 \
                --targets q_proj,v_proj --layers 0,20-22 --dropout 0.05 --init gaussian --rslora \
                --loraplus-ratio 4.0 --init-adapter /runs/first/adapter --epochs 2 \
                --batch-size 3 --sequence-length 128 --over-length drop --documents joined \
                --no-packing --no-shuffle --allow duplicates,secrets --learning-rate 0.0002 \
                --optimizer lion --scheduler polynomial --scheduler-power 2.0 --warmup 5 \
                --weight-decay 0.1 --max-grad-norm 0.5 --gradient-accumulation 4 \
                --precision exact --gradient-checkpointing --seed 7 --threads 2 \
                --eval-split 0.1 --eval-every 10 --samples 0 --sample-prompt 'Who are you?' \
                --checkpoint-every 20 --patience 3 --best --on loss-spike=go-back \
                --on plateau=pause \
                --then 'corpus-ko learning-rate=0.0001'
                """
        )
    }
}

@Suite struct EarlyFormTests {
    @Test func aFormRequestedTooEarlyOpensWhenThereIsSomethingToChoose() {
        let ready = Driver.opened()
        var driver = Driver()
        driver.take(.opened(folder: "/w", access: .full))
        driver.press("t")
        #expect(driver.state.run.form == nil)
        driver.take(.library(.models(ready.state.library.models ?? [])))
        #expect(driver.state.run.form == nil)
        driver.take(.library(.datasets(ready.state.library.datasets ?? [])))
        #expect(driver.state.run.form?.request?.dataset == "faq")
        #expect(driver.state.run.wantedForm == nil)
    }

    @Test func withoutAnythingToChooseTheFormSaysSo() {
        var driver = Driver()
        driver.take(.opened(folder: "/w", access: .full))
        driver.take(.library(.datasets([.faq])))
        driver.press("t")
        driver.take(.library(.models([.missing])))
        #expect(driver.state.run.form == nil)
        #expect(driver.state.message?.text.contains("P downloads one") == true)
    }
}

@Suite struct PhaseScreenTests {
    static func finished(_ run: RunSummary) -> Driver {
        var driver = Driver.opened(runs: [run])
        let outcome = RunOutcome(
            run: run.id,
            status: .finished,
            stepsDone: 60,
            resultPath: "/a",
            peakResidentBytes: 1,
            failure: nil
        )
        driver.take(.event(.run(.ended(outcome))))
        return driver
    }

    @Test func aFinishedPhaseIsFollowed() throws {
        var run = RunSummary.sample("corpus-r16", .running, isMine: true)
        run.laterPhases = ["faq"]
        var driver = Self.finished(run)
        #expect(driver.state.run.phasesToCome == [run.id])
        let next = RunSummary.sample("faq-r16", .running, isMine: true, steps: 0)
        let loss = PhaseLoss(afterPhase: 1, phase: 1, dataset: "corpus", evaluationLoss: 1.5)
        var end = PhaseEnd(run: run.id)
        end.losses = [loss]
        end.next = next
        driver.take(.event(.run(.phaseEnded(end))))
        #expect(driver.state.run.phasesToCome.isEmpty)
        #expect(driver.selectedRun?.id == next.id)
        #expect(driver.state.log.entries.map(\.text).joined().contains("corpus: 1.50"))
    }

    @Test func aRunWithoutPhasesIsFollowedByNothing() {
        let run = RunSummary.sample("faq-r16", .running, isMine: true)
        #expect(Self.finished(run).state.run.phasesToCome.isEmpty)
    }
}
