import FoundationEssentials
import Glibc
import Machine
import Runs
import TerminalUI
import Workspace

import Screens

/// Drives the state as a person and a workspace would, and records the requested effects.
struct Driver {
    static let start = Date(timeIntervalSince1970: 1_790_000_000)

    /// Times of day are shown in the viewer's zone; goldens need one.
    private static let zone: Void = {
        setenv("TZ", "UTC", 1)
        tzset()
    }()

    var state: AppState
    var effects: [Effect] = []
    var now = Driver.start

    init(width: Int = 80, height: Int = 24, isReadOnly: Bool = false) {
        _ = Self.zone
        let themes = [
            Theme(name: "dark", appearance: .dark, entries: [:]),
            Theme(name: "light", appearance: .light, entries: [:]),
        ]
        state = AppState(
            size: Size(width: width, height: height),
            now: Driver.start,
            themes: themes,
            isReadOnly: isReadOnly
        )
    }

    /// An opened workspace with a base model and two datasets.
    static func opened(
        width: Int = 80,
        height: Int = 24,
        isReadOnly: Bool = false,
        runs: [RunSummary] = [],
        models: [ModelSummary] = [.smol],
        datasets: [DatasetSummary] = [.faq, .corpus]
    ) -> Driver {
        var driver = Driver(width: width, height: height, isReadOnly: isReadOnly)
        driver.take(.opened(folder: "/home/kim/.local/share/workbench", access: .full))
        driver.take(.library(.models(models)))
        driver.take(.library(.datasets(datasets)))
        driver.take(.library(.runs(runs)))
        driver.effects = []
        return driver
    }

    mutating func take(_ action: Action) { effects += state.reduce(action, at: now) }

    /// Presses keys written as hints write them: `t`, `ctrl+c`, `esc`.
    mutating func press(_ keys: Key...) {
        effects = []
        for key in keys { take(.input(.key(key))) }
    }

    mutating func type(_ text: String) {
        for character in text { take(.input(.key(Key(character)))) }
    }

    /// The screen as text.
    var screen: String { state.drawn().cells.dump() }

    /// The effects other than lines of the log.
    var asked: [Effect] {
        effects.filter { $0.work?.name != "log" }
    }

    /// The run selected in pane 2.
    var selectedRun: RunSummary? { state.run.selected(in: state.library) }
}

extension Effect {
    /// The call, if it is one.
    var work: Work? { if case .work(let work) = self { work } else { nil } }

    /// An argument of the call with a name.
    func argument<Value>(of name: String) -> Value? {
        work.flatMap { $0.name == name ? $0.argument() : nil }
    }
}

extension ModelSummary {
    static let smol = ModelSummary(
        name: "smollm2-135m-instruct",
        title: "SmolLM2 135M Instruct",
        path: "/models/smol.gguf",
        byteCount: 91_726_624,
        quantization: "Q4_1",
        license: "Apache-2.0",
        isInCatalogue: true
    )

    static let missing = ModelSummary(
        name: "smollm2-135m-instruct",
        title: "SmolLM2 135M Instruct",
        path: nil,
        byteCount: 91_726_624,
        quantization: "Q4_1",
        license: "Apache-2.0",
        isInCatalogue: true
    )
}

extension DatasetSummary {
    static let faq = DatasetSummary(
        name: "faq",
        digest: "3f9a02c1",
        format: "messages",
        path: "/data/faq.jsonl",
        origin: .sample,
        trainingCount: 480,
        heldOutCount: 120,
        byteCount: 91_230
    )

    static let corpus = DatasetSummary(
        name: "corpus-ko",
        digest: "77c0ffee",
        format: "text",
        path: "/data/corpus.txt",
        origin: .sample,
        trainingCount: 64,
        heldOutCount: 0,
        byteCount: 20_480
    )

    static let broken = DatasetSummary(
        name: "broken",
        digest: "",
        format: "messages",
        path: "/data/broken.jsonl",
        origin: .added,
        trainingCount: 0,
        heldOutCount: 0,
        byteCount: 12,
        problem: "/data/broken.jsonl:7: the line is not JSON."
    )

    func measured() -> DatasetSummary {
        var dataset = self
        dataset.statistics = Statistics(
            model: "smollm2-135m-instruct",
            sequenceLength: 512,
            tokens: 34_560,
            targetTokens: 14_210,
            meanTokens: 72,
            medianTokens: 70,
            p95Tokens: 104,
            maximumTokens: 131,
            tooLong: 0,
            withoutTarget: 0
        )
        return dataset
    }
}

extension RunSummary {
    static func sample(
        _ name: String,
        _ status: RunCondition,
        isMine: Bool = false,
        steps: Int = 24,
        _ change: (inout RunSummary) -> Void = { _ in }
    ) -> RunSummary {
        let id = String(
            repeating: "\(name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) % 16 })",
            count: 8
        )
        var run = RunSummary(
            id: "\(id)-\(name)",
            name: name,
            experiment: "Default",
            experimentID: "0",
            status: status
        )
        run.startedAt = Driver.start.addingTimeInterval(-180)
        run.lastActivityAt = Driver.start
        run.stepsDone = steps
        run.totalSteps = 60
        run.loss = 1.8421
        run.evaluationLoss = 1.913
        run.bestEvaluation = .init(value: 1.913, step: 20)
        run.learningRate = 1.7e-4
        run.gradientNorm = 1.3061
        run.tokensPerSecond = 412.3
        run.secondsRemaining = status.isLive ? 72 : nil
        run.model = "SmolLM2-135M-Instruct Q4_1"
        run.method = "qlora"
        run.dataset = "faq@3f9a02c1"
        run.parameters = ["rank": "16", "alpha": "32.0"]
        run.resumableStep = 20
        run.lossTail = [4.1, 3.4, 2.9, 2.4, 2.1, 2.0, 1.9, 1.84]
        run.isMine = isMine
        change(&run)
        return run
    }

    /// Its curves: a decreasing loss, evaluated every ten steps.
    var detail: RunDetail {
        let steps = Array(0..<stepsDone)
        let losses = steps.map { 1.2 + 2.9 * 8 / (8 + Double($0)) }
        let evaluated = steps.filter { $0 % 10 == 0 }
        return RunDetail(
            summary: self,
            series: [
                MetricName.loss: MetricSeries(
                    key: MetricName.loss,
                    steps: steps,
                    values: losses,
                    cursor: 1
                ),
                MetricName.evaluationLoss: MetricSeries(
                    key: MetricName.evaluationLoss,
                    steps: evaluated,
                    values: evaluated.map { losses[$0] + 0.1 },
                    cursor: 1
                ),
            ],
            checkpoints: [.init(nextStep: 20, folder: "/c/20", byteCount: 1)]
        )
    }
}

extension MachineReading {
    static let withoutGPU = MachineReading(
        takenAt: Driver.start,
        gpus: [],
        source: "process",
        residentBytes: 581_000_000,
        memoryUsed: 3_100_000_000,
        memoryTotal: 8_200_000_000
    )

    static let withGPU = MachineReading(
        takenAt: Driver.start,
        gpus: [
            .init(
                name: "NVIDIA L4",
                memoryUsed: 4_100_000_000,
                memoryTotal: 24_100_000_000,
                utilization: 0.87
            )
        ],
        source: "NVML",
        residentBytes: 581_000_000,
        memoryUsed: 3_100_000_000,
        memoryTotal: 8_200_000_000
    )
}

extension DatasetPage {
    /// Rows of a question and an answer each.
    static func sample(
        part: Part = .training,
        offset: Int = 0,
        count: Int = 60,
        total: Int = 480
    ) -> DatasetPage {
        let rows = (offset..<min(total, offset + count)).map { index in
            Row(
                index: index,
                source: "faq.jsonl:\(index + 1)",
                tokens: [
                    Token(id: 1, text: "<|im_start|>", isTarget: false, isControl: true),
                    Token(id: 2, text: "user\n", isTarget: false, isControl: false),
                    Token(
                        id: 3,
                        text: "휴가는 어떻게 신청하나요? (\(index))",
                        isTarget: false,
                        isControl: false
                    ),
                    Token(id: 4, text: "<|im_end|>", isTarget: false, isControl: true),
                    Token(id: 5, text: "\n", isTarget: false, isControl: false),
                    Token(id: 1, text: "<|im_start|>", isTarget: false, isControl: true),
                    Token(id: 6, text: "assistant\n", isTarget: false, isControl: false),
                    Token(
                        id: 7,
                        text: "인사 포털에서 날짜를 입력합니다.",
                        isTarget: true,
                        isControl: false
                    ),
                    Token(id: 8, text: "<|im_end|>", isTarget: true, isControl: true),
                ]
            )
        }
        return DatasetPage(
            dataset: "faq",
            part: part,
            model: "smollm2-135m-instruct",
            offset: offset,
            totalCount: total,
            rows: rows
        )
    }
}
