import ArgumentParser
import Platform
import Presentation
import Runs
import Training
import Workspace

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Fine-tune a model; the run can be watched and controlled from any workbench.",
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
    @OptionGroup(title: "What is trained") var task: TableOptions<TaskSection>
    @OptionGroup(title: "Adapter") var adapter: TableOptions<AdapterSection>
    @OptionGroup(title: "Length and batches") var data: TableOptions<DataSection>
    @OptionGroup(title: "Optimization") var optimization: TableOptions<OptimizationSection>
    @OptionGroup(title: "Evaluation and watching") var course: TableOptions<CourseSection>
    @OptionGroup(title: "What follows, resuming, and settings from files")
    var command: CommandOptions

    func run() throws {
        guard let config = command.config else { return try train() }
        // Options on the command line come later, so they win.
        let merged = try OptionsFile(path: config).arguments + Self.without("--config", Self.words)
        try Self.parse(merged).train()
    }

    /// The words after `train` on the command line.
    private static var words: [String] {
        Array((try? Invocation.current())?.withTiedNumbers.dropFirst() ?? [])
    }

    /// The training options that were given.
    private var given: OptionTexts {
        [adapter.texts, data.texts, optimization.texts, course.texts].reduce(task.texts) {
            $0.merging($1)
        }
    }

    private func train() throws {
        let phases = try TrainPhases(given, command.then)
        let follower = try RunFollower(shared)
        let workspace = follower.workspace
        if command.dryRun { return try printPlan(workspace, phases) }
        try follower.run { try startOrResume(workspace, phases) }
    }

    /// The run, once it is in the store.
    private func startOrResume(_ workspace: Workspace, _ phases: TrainPhases) throws -> RunSummary {
        guard let resume = command.resume else {
            return try workspace.runs.start(try request(workspace, phases))
        }
        return try workspace.runs.resume(try workspace.runs.find(resume).id, changing: given)
    }

    private func request(_ workspace: Workspace, _ phases: TrainPhases) throws -> TrainingRequest {
        var first = try Self.request(given, workspace)
        let later = try phases.later.map { try Self.request($0, workspace) }
        first.then = later.isEmpty ? nil : later
        return first
    }

    private func printPlan(_ workspace: Workspace, _ phases: TrainPhases) throws {
        let plan = try workspace.runs.plan(try request(workspace, phases))
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
            (
                "time\(plan.timeBasis.map { ", \($0.words)" } ?? "")",
                plan.seconds.map(Figures.duration) ?? Figures.none
            ),
        ] { table.add([name, value]) }
        table.print()
        for warning in plan.warnings { Console.note("note: \(warning)") }
    }

    /// The request that options make.
    private static func request(
        _ given: OptionTexts,
        _ workspace: Workspace
    ) throws -> TrainingRequest {
        guard let data = given["data"]?.last else { throw noData }
        var request = TrainingRequest(
            model: try given["model"]?.last ?? workspace.models.default().name,
            dataset: data
        )
        try given.apply(to: &request)
        try adoptShape(in: &request, given, workspace)
        return request
    }

    /// Adopts the shape of the adapter that is trained on; refuses options that contradict it.
    private static func adoptShape(
        in request: inout TrainingRequest,
        _ given: OptionTexts,
        _ workspace: Workspace
    ) throws {
        let shaping = given.given.filter { $0.adapterRule != .open }
        let adapter: String
        let name: String
        if let path = request.initialAdapter {
            (adapter, name) = (path, "--init-adapter")
        } else if !shaping.isEmpty, let path = try workspace.runs.adapter(of: request.model) {
            (adapter, name) = (path, request.model)
        } else {
            return
        }
        let asked = request
        try request.adoptShape(ofAdapter: adapter)
        for option in shaping where option.adapterRule == .newOnly || !option.isSame(asked, request)
        {
            let own = option.texts(request).first ?? "all"
            throw WorkspaceError(
                .invalid,
                "\(name) contradicts --\(option.commandName): "
                    + (option.adapterRule == .newOnly
                        ? "the adapter is initialized already."
                        : "the adapter has \(option.title) \(own)."),
                hint: "Leave the option out: an adapter keeps its own shape."
            )
        }
    }

    private static let noData = ValidationError(
        "No data to train on: name it with --data; `workbench data list` lists the datasets."
    )

    /// The options that `--resume` allows besides training options.
    private static let besideResume: Set = ["resume", "workspace", "json"]

    /// The options among words, without their dashes.
    private static func options(in words: [String]) -> [String] {
        words.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
            .map { String($0.dropFirst(2).prefix { $0 != "=" }) }
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
        if command.resume != nil { return try checkResumable() }
        let given = given
        guard given["data"] != nil || command.config != nil else { throw Self.noData }
        var request = TrainingRequest(model: "", dataset: "")
        try? given.apply(to: &request)
        if request.method == .full,
            let option = given.given.first(where: {
                $0.section == .adapter && ($0.adapterRule != .open || !$0.isDefault(request))
            })
        {
            throw ValidationError(
                "--method full trains no adapter; leave out --\(option.commandName)."
            )
        }
        for (one, other) in [("steps", "epochs"), ("eval-data", "eval-split")]
        where given[one] != nil && given[other] != nil {
            throw ValidationError("--\(one) and --\(other) exclude each other.")
        }
        if given["scheduler-power"] != nil, request.scheduler != .polynomial {
            throw ValidationError("--scheduler-power needs --scheduler polynomial.")
        }
        if let share = request.evaluationSplit, !(share > 0 && share < 1) {
            throw ValidationError("--eval-split takes a share between 0 and 1.")
        }
    }

    /// Refuses options that `--resume` would ignore or that would change the run's numbers.
    private func checkResumable() throws {
        // The words themselves are checked, so that no option can be forgotten.
        let others = Self.options(in: Self.words).filter { name in
            !Self.besideResume.contains(name)
                && TrainingOptions.option(name)?.isResumable != true
        }
        guard others.isEmpty else {
            throw ValidationError(
                "--resume uses the run's own model, data and settings; leave out "
                    + others.map { "--\($0)" }.joined(separator: ", ") + "."
            )
        }
    }
}
