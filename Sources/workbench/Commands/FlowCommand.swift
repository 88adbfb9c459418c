import ArgumentParser
import FoundationEssentials
import JSON
import Platform
import Presentation
import Workflows
import Workspace

struct FlowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flow",
        abstract: "Flows: run, retry from what failed, approve, schedule, explain.",
        discussion: """
            A flow is a file of tasks, such as flows/faq.yaml in the workspace. What has a result is not \
            done again: `workbench flow retry` continues where a flow run failed.

            EXAMPLES
              workbench flow run faq-assistant -p epochs=1
              workbench flow retry faq-assistant
              workbench flow why evaluate
              workbench flow logs faq-assistant sft -f
            """,
        subcommands: [
            Run.self, List.self, Show.self, Logs.self, Why.self, Retry.self, Cancel.self,
            Pause.self,
            Resume.self, Approve.self, Deny.self, Delete.self, Schedule.self, Backfill.self,
            Serve.self,
            Install.self, Validate.self, Schema.self,
        ]
    )
}

extension FlowCommand {
    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Run a flow: a file, a name, or a folder with an MLproject file.",
            discussion: """
                Prints a line for each change of a task. Exit status: 0 completed, 1 failed or paused, 3 refused by \
                a gate or a person, or waiting for an approval. Ctrl+c cancels it; SIGTERM stops it so \
                that `workbench flow resume` continues it.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "A flow's name or file, or a project's folder.", completion: .flows)
        var flow: String
        @OptionGroup var order: FlowOrderOptions
        @OptionGroup var following: FlowFollowOptions
        @Flag(help: "Print what would be done, without doing it.") var dryRun = false

        func run() throws {
            if dryRun {
                let flows = try shared.open().flows
                return FlowPlanOutput(shared).print(
                    try flows.plan(try flows.flow(flow), order.order())
                )
            }
            if following.detach { return try detach() }
            let follower = try FlowFollower(shared, showsLogs: following.logs)
            let flows = follower.workspace.flows
            try follower.run { try flows.start(try flows.flow(flow), order.order()) }
        }

        private func detach() throws {
            let workspace = try shared.open(isChanging: true)
            defer { workspace.close() }
            let flows = workspace.flows
            let started = try flows.startDetached(try flows.flow(flow), order.order())
            try FlowPlanOutput(shared).detached(started.run, process: started.process)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "All flow runs, newest first; with --files the flows that can run."
        )
        @OptionGroup var shared: SharedOptions
        @Flag(help: "The files of flows, with their faults.") var files = false

        func run() throws {
            let flows = try shared.open().flows
            if files { return printFiles(try flows.files()) }
            let runs = try flows.list()
            if shared.json { return Console.printJSON(.array(runs.map(FlowJSON.run))) }
            FlowTables.runs(runs, at: .now).print()
        }

        private func printFiles(_ files: [FlowFileSummary]) {
            if shared.json { return Console.printJSON(.array(files.map(FlowJSON.file))) }
            var table = TextTable(["FLOW", "FILE", "FAULTS"])
            for file in files {
                let first = file.faults.first ?? ""
                let more = file.faults.count > 1 ? " and \(file.faults.count - 1) more" : ""
                table.add([file.name, file.path, first + more])
            }
            table.print()
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "A flow run with its tasks, or everything about one task."
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var target: FlowRunArgument
        @Argument(
            help: "A task, such as sft[seed=1]; sft is all of its combinations.",
            completion: .flowTasks
        )
        var task: String?

        func run() throws {
            let workspace = try shared.open()
            let run = try target.find(in: workspace)
            if let task { return try show(task, of: run, workspace.flows) }
            let detail = try workspace.flows.detail(run.id)
            if shared.json { return Console.printJSON(FlowJSON.detail(detail)) }
            FlowTables.heading(detail.summary, at: .now).print()
            Console.print("")
            Console.printLines(FlowTables.tasks(detail.tasks, at: .now))
        }

        /// Prints a task, or all combinations of a matrix.
        private func show(_ name: String, of run: FlowRunSummary, _ flows: FlowService) throws {
            let ids = try flows.ids(ofTask: name, in: run.id)
            let details = try ids.map { try flows.task($0, of: run.id) }
            if shared.json {
                let values = details.map { FlowJSON.task($0) }
                return Console.printJSON(ids == [name] ? values[0] : .array(values))
            }
            let blocks = details.map { FlowTables.task($0, at: .now) }
            Console.printLines(Array(blocks.joined(separator: [""])))
        }
    }

    struct Validate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "validate",
            abstract: "Check the file of a flow; faults have line and column."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "A flow's name or file, or a project's folder.", completion: .flows)
        var flow: String

        func run() throws {
            let flow: Flow
            do {
                flow = try shared.open().flows.flow(self.flow)
            } catch let error as WorkspaceError {
                if shared.json, let faults = error.details {
                    Console.printJSON([
                        "path": .string(self.flow), "faults": .array(faults.map { .string($0) }),
                    ])
                }
                throw error
            }
            let count = flow.tasks.count
            try shared.confirm(
                "\(flow.path): \(flow.name) has \(Figures.counted(count, "task")), "
                    + "no faults",
                [
                    "flow": .text(flow.name), "path": .text(flow.path),
                    "tasks": .number(Double(count)),
                ]
            )
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema",
            abstract: "Print the JSON Schema of a flow's file, for editors."
        )
        @OptionGroup var shared: SharedOptions

        func run() throws {
            let text = try shared.open().flows.schema
            Console.print(text.hasSuffix("\n") ? String(text.dropLast()) : text)
        }
    }
}
