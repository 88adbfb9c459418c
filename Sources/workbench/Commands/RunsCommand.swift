import ArgumentParser
import EventBus
import Platform
import Presentation
import Runs
import Tracking
import Workflows
import Workspace

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Runs: list, compare, watch, stop, retry, export, import.",
        subcommands: [
            List.self, Show.self, Compare.self, Watch.self, Pause.self, Continue.self, Stop.self,
            Retry.self, Delete.self, Restore.self, Export.self, Import.self,
        ]
    )
}

extension RunsCommand {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "All runs, newest first."
        )
        @OptionGroup var shared: SharedOptions
        @Flag(help: "Deleted ones too.") var all = false
        @Option(
            help: """
                Only those that match a filter in MLflow's search language, such as \
                "metrics.loss < 2 and params.rank = '16'".
                """
        )
        var filter: String?

        func run() throws {
            let service = try shared.open().runs
            var runs = try service.list(includingDeleted: all)
            if let filter {
                let matching = Set(try service.matching(filter, includingDeleted: all))
                runs.removeAll { !matching.contains($0.id) }
            }
            if shared.json { return try Console.printJSON(runs) }
            var table = TextTable([
                "RUN", "STATUS", "STEP", "LOSS", "BEST EVAL", "MODEL", "DATA", "STARTED",
            ])
            for run in runs {
                table.add([
                    run.name, run.isDeleted ? "deleted" : run.status.rawValue,
                    "\(run.stepsDone)\(run.totalSteps.map { "/\($0)" } ?? "")",
                    Figures.optional(run.loss), Figures.optional(run.heldOutLoss),
                    run.model ?? "-",
                    run.dataset ?? "-", Console.time(run.startedAt),
                ])
            }
            table.print()
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Everything about one run."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: ArgumentHelp("A run's name or id.", valueName: "run"), completion: .runs)
        var reference: String

        func run() throws {
            let workspace = try shared.open()
            let runs = workspace.runs
            let detail = try runs.detail(try runs.find(reference).id)
            if shared.json { return try Console.printJSON(detail) }
            let summary = detail.summary
            var table = TextTable([summary.name, summary.id])
            for (name, value) in [
                ("status", summary.status.rawValue), ("experiment", summary.experiment),
                ("steps", "\(summary.stepsDone)\(summary.totalSteps.map { " of \($0)" } ?? "")"),
                ("loss", Figures.optional(summary.loss)),
                ("last eval loss", Figures.optional(summary.evaluationLoss)),
                ("best eval loss", summary.bestEvaluation?.text ?? "-"),
                ("model", summary.model ?? "-"), ("data", summary.dataset ?? "-"),
                ("started", Console.time(summary.startedAt)),
                ("ended", Console.time(summary.endedAt)),
                ("resumes at", summary.resumableStep.map { "step \($0)" } ?? "-"),
                ("result", summary.resultPath ?? "-"), ("failure", summary.failure ?? "-"),
                ("ending", summary.conclusion ?? "-"),
                ("flow", Self.flow(of: summary, workspace)),
                ("phase after", try name(of: summary.previousPhase, runs)),
                ("started from", try name(of: summary.origin, runs)),
                (
                    "phases to come",
                    summary.laterPhases.isEmpty ? "-" : summary.laterPhases.joined(separator: ", ")
                ),
                ("time", summary.cost?.time ?? "-"), ("memory", summary.cost?.memory ?? "-"),
            ] where value != "-" && value != Figures.none { table.add([name, value]) }
            for phase in summary.phaseLosses {
                table.add(["eval loss of phase \(phase.phase)", Figures.loss(phase.loss)])
            }
            if let first = summary.alerts.first?.number, first > 1 {
                table.add(["monitors", "\(first - 1) alerts before these"])
            }
            for alert in summary.alerts {
                table.add(["step \(alert.step)", Console.line(alert.sentence)])
            }
            for (key, value) in summary.parameters.sorted(by: { $0.key < $1.key }) {
                table.add(["param \(key)", value])
            }
            table.print()
        }

        /// The task and the flow run that a run belongs to: `train of train-and-deploy 3f9a02c1`.
        private static func flow(of summary: RunSummary, _ workspace: Workspace) -> String {
            guard let id = summary.tags[RunTag.flowRun.text] else { return "-" }
            let flow = (try? workspace.flows.find(id))?.flow ?? "flow run"
            let task = summary.tags[RunTag.flowTask.text].map { "\($0) of " } ?? ""
            return "\(task)\(flow) \(id.prefix(8))"
        }

        private func name(of run: String?, _ runs: RunService) throws -> String {
            guard let run else { return "-" }
            return (try? runs.summary(run).name) ?? run
        }
    }

    struct Compare: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compare",
            abstract:
                "Runs side by side: parameters that differ, and metrics with the best marked *."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "Two or more runs.", completion: .runs) var runs: [String]

        func run() throws {
            let service = try shared.open().runs
            let comparison = try service.compare(try runs.map { try service.find($0).id })
            if shared.json { return try Console.printJSON(comparison) }
            var table = TextTable([""] + comparison.runs.map(\.name))
            table.add(differing: comparison.differingParameters, metrics: comparison.metrics)
            table.print()
        }

        mutating func validate() throws {
            if runs.count < 2 { throw ValidationError("Name at least two runs to compare.") }
        }
    }

    struct Watch: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "watch",
            abstract: "A live run's steps, until it ends."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: ArgumentHelp("A run's name or id.", valueName: "run"), completion: .runs)
        var reference: String

        func run() throws {
            let workspace = try shared.open(isWatching: true)
            let summary = try workspace.runs.find(reference)
            let output = TrainOutput(isJSON: shared.json)
            let ending = RunEnding(summary.id)
            let subscription = workspace.events.subscribe { event in
                output.receive(event)
                ending.receive(event)
            }
            defer { subscription.cancel() }
            StandardOutput.whenBroken { ending.cancel() }
            output.begin(summary)
            guard try workspace.runs.summary(summary.id).status.isLive else {
                return Console.note("\(summary.name) is \(summary.status.rawValue)")
            }
            while !ending.isCancelled, try workspace.runs.summary(summary.id).status.isLive {
                ending.wait()
            }
            Console.note(
                "\(summary.name) is \(try workspace.runs.summary(summary.id).status.rawValue)"
            )
        }
    }

    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Pause a live run after this step."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: ArgumentHelp("A run's name or id.", valueName: "run"), completion: .runs)
        var reference: String

        func run() throws { try RunControl(shared).ask(.pause, of: reference) }
    }

    struct Continue: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "continue",
            abstract: "Continue a paused run."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: ArgumentHelp("A run's name or id.", valueName: "run"), completion: .runs)
        var reference: String

        func run() throws { try RunControl(shared).ask(.resume, of: reference) }
    }

    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stop",
            abstract: "End a live run after a checkpoint; it can be resumed."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: ArgumentHelp("A run's name or id.", valueName: "run"), completion: .runs)
        var reference: String

        func run() throws { try RunControl(shared).ask(.stop, of: reference) }
    }

    struct Retry: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "A new run with the same parameters."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: ArgumentHelp("A run's name or id.", valueName: "run"), completion: .runs)
        var reference: String

        func run() throws {
            let follower = try RunFollower(shared)
            let runs = follower.workspace.runs
            try follower.run { try runs.retry(try runs.find(reference).id) }
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Move a run to the trash; workspace gc removes it for good."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: ArgumentHelp("A run's name or id.", valueName: "run"), completion: .runs)
        var reference: String

        func run() throws {
            let runs = try shared.open().runs
            let run = try runs.find(reference)
            try runs.delete(run.id)
            try shared.confirm("\(run.name) is in the trash", ["run_id": .text(run.id)])
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore",
            abstract: "Restore a deleted run."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(
            help: ArgumentHelp("A deleted run's name or id.", valueName: "run"),
            completion: .deletedRuns
        )
        var reference: String

        func run() throws {
            let runs = try shared.open().runs
            let run = try runs.find(reference)
            guard run.isDeleted else {
                throw WorkspaceError(.conflict, "\(run.name) is not deleted.", hint: nil)
            }
            try runs.restore(run.id)
            try shared.confirm("\(run.name) is restored", ["run_id": .text(run.id)])
        }
    }
}
