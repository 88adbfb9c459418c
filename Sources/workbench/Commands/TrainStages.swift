import ArgumentParser
import Screens
import Workspace

/// Runs that follow each other: each begins with what the one before it made.
struct TrainStages {
    /// Data, and options that differ in this stage.
    private struct Stage {
        let data: String
        let options: [String]
    }

    private let shared: SharedOptions
    /// The options of the first stage, as they were given.
    private let own: [String]
    private let later: [Stage]

    /// Reads what `--then` was given beside the options `own`.
    init(_ shared: SharedOptions, _ own: [String], _ texts: [String]) throws {
        self.shared = shared
        self.own = own
        later = try texts.map { text in
            let words = text.split(separator: " ").map(String.init)
            guard let data = words.first else {
                throw ValidationError("--then takes the name of data.")
            }
            let options = try words.dropFirst().flatMap { word -> [String] in
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, !Self.kept.contains(parts[0]) else {
                    throw ValidationError(
                        "--then takes options such as epochs=2 behind the data, not \"\(word)\"."
                    )
                }
                return ["--\(parts[0])", parts[1]]
            }
            return Stage(data: data, options: options)
        }
    }

    /// Options that are those of the first stage, or follow from it.
    private static let kept = [
        "data", "then", "model", "init-adapter", "method", "rank", "alpha", "targets", "layers",
        "workspace",
        "resume", "config", "dry-run", "stage",
    ]

    /// Takes the stages, and says after each how all their held-out data is predicted.
    func run(
        _ workspace: Workspace,
        first: TrainCommand,
        _ follow: (() throws -> RunSummary) throws -> RunOutcome
    ) throws {
        var requests: [TrainingRequest] = []
        var previous: (run: String, result: String)?
        for number in 0...later.count {
            var request =
                try number == 0
                ? first.request(workspace) : request(later[number - 1], workspace)
            if let previous {
                if previous.result.hasSuffix(".gguf") {
                    request.model = previous.result
                } else {
                    request.initialAdapter = previous.result
                    try request.adoptShape(ofAdapter: previous.result)
                }
            }
            let outcome = try follow {
                try workspace.runs.start(request, after: previous?.run)
            }
            guard let result = outcome.resultPath else { return }
            previous = (outcome.run, result)
            requests.append(request)
            try tell(requests, after: outcome.run, result, workspace)
        }
    }

    /// The first stage's options with those of this one behind them, which win.
    private func request(_ stage: Stage, _ workspace: Workspace) throws -> TrainingRequest {
        var options = own
        for name in Self.dropped { options = TrainCommand.without("--\(name)", options) }
        // The two exclude each other, so naming one takes the other back.
        for (given, other) in [("--steps", "--epochs"), ("--epochs", "--steps")]
        where stage.options.contains(given) { options = TrainCommand.without(other, options) }
        return try TrainCommand.parse(options + ["--data", stage.data] + stage.options)
            .request(workspace)
    }

    /// Options of the first stage that say nothing about later ones.
    private static let dropped = [
        "data", "then", "stage", "run-name", "eval-data", "eval-split", "init-adapter",
    ]

    /// The held-out losses of every stage so far with what came out of the last.
    private func tell(
        _ requests: [TrainingRequest],
        after run: String,
        _ result: String,
        _ workspace: Workspace
    ) throws {
        for (number, request) in requests.enumerated() {
            guard let loss = try workspace.runs.heldOutLoss(request, with: result) else { continue }
            if shared.json {
                let line = StageLoss(
                    afterStage: requests.count,
                    run: run,
                    stage: number + 1,
                    dataset: request.dataset,
                    evalLoss: loss
                )
                try Console.printJSON(line)
            } else {
                Console.print(
                    Console.line(
                        "after stage \(requests.count)  held-out loss of stage \(number + 1), "
                            + "\(request.dataset): \(Figures.loss(loss))"
                    )
                )
            }
        }
    }

    private struct StageLoss: Encodable {
        let event = "stage"
        let afterStage: Int
        let run: String
        let stage: Int
        let dataset: String
        let evalLoss: Double

        private enum CodingKeys: CodingKey {
            case event, afterStage, run, stage, dataset, evalLoss
        }
    }
}
