public import ArgumentParser
import Presentation
import Workspace

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Fine-tune a model; the run can be watched and steered from any workbench.",
        discussion: """
            SIGTERM or ctrl+c: the run writes a checkpoint and ends; `workbench train --resume RUN` \
            resumes exactly there. A second one ends at once. SIGUSR1, SIGUSR2 and SIGXCPU, as \
            batch systems send them before they take the machine, do the same.

            EXAMPLES
              workbench train --data company-faq --steps 60
              workbench train --data rows.jsonl --eval-split 0.1 --run-name first
              workbench train --data docs.txt --then "company-faq epochs=2"
              workbench train --config train.yaml --seed 7 --dry-run
              workbench train --resume first
            """
    )

    @OptionGroup var shared: SharedOptions
    @OptionGroup(title: "What is trained") var task: TrainingTask
    @OptionGroup(title: "Adapter") var adapter: AdapterOptions
    @OptionGroup(title: "Length and batches") var batches: BatchOptions
    @OptionGroup(title: "Optimizer") var optimizer: OptimizerOptions
    @OptionGroup(title: "Evaluation and watching") var watching: WatchingOptions
    @OptionGroup(title: "Computing") var computing: ComputingOptions
    @OptionGroup(title: "Resuming, and settings from files") var going: GoingOnOptions

    func run() throws {
        guard let config = going.config else { return try train(Self.words) }
        // Options on the command line come later, so they win.
        let merged = try OptionsFile(path: config).arguments + Self.without("--config", Self.words)
        try Self.parse(merged).train(merged)
    }

    /// The words behind `train` on the command line.
    private static var words: [String] {
        Array((try? Invocation.current())?.withTiedNumbers.dropFirst() ?? [])
    }

    /// Trains; `own` are the options that this command was read from.
    private func train(_ own: [String]) throws {
        let stages = try TrainStages(own, task.then)
        let follower = try RunFollower(shared)
        let workspace = follower.workspace
        if going.dryRun { return try printPlan(workspace, stages) }
        try follower.run { try startOrResume(workspace, stages) }
    }

    /// The run, once it is in the store.
    private func startOrResume(
        _ workspace: Workspace,
        _ stages: TrainStages
    ) throws -> RunSummary {
        guard let resume = going.resume else {
            return try workspace.runs.start(try request(workspace, stages))
        }
        return try workspace.runs.resume(
            try workspace.runs.find(resume).id,
            threads: computing.threads
        )
    }

    private func request(
        _ workspace: Workspace,
        _ stages: TrainStages
    ) throws -> TrainingRequest {
        var first = try request(workspace)
        first.then = try stages.requests(workspace)
        return first
    }

    private func printPlan(_ workspace: Workspace, _ stages: TrainStages) throws {
        let plan = try workspace.runs.plan(try request(workspace, stages))
        if shared.json { return try Console.printJSON(plan) }
        for plan in [plan] + plan.later { Self.printTable(plan) }
    }

    private static func printTable(_ plan: TrainingPlan) {
        var table = TextTable(["RUN", plan.runName])
        for (name, value) in [
            ("model", plan.modelPath), ("data", plan.dataset),
            ("examples", "\(plan.trainingExamples), \(plan.evaluationExamples) held out"),
            ("steps", "\(plan.totalSteps)"), ("tokens an epoch", "\(plan.tokensPerEpoch)"),
            ("memory, forecast", Figures.bytes(plan.memoryBytes)),
            ("time, from a measured step", plan.seconds.map(Figures.duration) ?? Figures.none),
        ] { table.add([name, value]) }
        table.print()
        for warning in plan.warnings { Console.note("note: \(warning)") }
    }

    func request(_ workspace: Workspace) throws -> TrainingRequest {
        guard let data = task.data else { throw Self.noData }
        var request = TrainingRequest(
            model: try task.model ?? workspace.models.default().name,
            dataset: data
        )
        task.apply(to: &request)
        batches.apply(to: &request)
        optimizer.apply(to: &request)
        try watching.apply(to: &request)
        computing.apply(to: &request)
        try adapter.apply(to: &request, workspace)
        return request
    }

    private static let noData = ValidationError(
        "No data to train on: name it with --data; `workbench data list` shows what there is."
    )

    /// What may be said beside `--resume`: nothing of it changes what is computed.
    private static let resumable: Set = ["--resume", "--workspace", "--json", "--threads"]

    /// The options among words, by their names.
    private static func options(in words: [String]) -> [String] {
        words.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
            .map { String($0.prefix { $0 != "=" }) }
    }

    static func without(_ option: String, _ arguments: [String]) -> [String] {
        var result: [String] = []
        var isValue = false
        for argument in arguments {
            if isValue { isValue = false; continue }
            if argument == option { isValue = true; continue }
            if argument.hasPrefix("\(option)=") { continue }
            result.append(argument)
        }
        return result
    }

    mutating func validate() throws {
        if going.resume != nil {
            // Of the words themselves, so that no option can be forgotten.
            let others = Self.options(in: Self.words).filter { !Self.resumable.contains($0) }
            guard others.isEmpty else {
                throw ValidationError(
                    "--resume uses the run's own model, data and settings; leave out "
                        + others.joined(separator: ", ") + "."
                )
            }
            return
        }
        guard task.data != nil || going.config != nil else { throw Self.noData }
        if task.method == .full, let option = adapter.firstGiven {
            throw ValidationError("--method full trains no adapter; leave out \(option).")
        }
    }
}

extension TrainingRequest.Method: ExpressibleByArgument {}
extension TrainingRequest.Stage: ExpressibleByArgument {}
extension TrainingRequest.Scheduler: ExpressibleByArgument {}
