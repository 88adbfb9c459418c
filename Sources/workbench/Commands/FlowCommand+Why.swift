import ArgumentParser
import JSON
import Platform
import Presentation
import Workflows
import Workspace

extension FlowCommand {
    struct Why: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "why",
            abstract: "Why tasks ran, will run, or did not.",
            discussion: """
                `flow why TASK` explains a task of the newest flow run, `flow why RUN` all tasks of a flow run, \
                `flow why RUN TASK` one of them. A word that is both is the task.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Argument(
            help: "A task, such as evaluate; or a flow run's id or a flow's name.",
            completion: .flowTasks
        )
        var subject: String
        @Argument(help: "A task of that flow run.", completion: .flowTasks) var task: String?
        @Option(
            name: .customLong("run"),
            help: "A flow run's id or a flow's name; else the newest flow run.",
            completion: .flowRuns
        )
        var reference: String?

        func validate() throws {
            guard task == nil || reference == nil else {
                throw ValidationError("Name the flow run once: `flow why RUN TASK`, or with --run.")
            }
        }

        func run() throws {
            let flows = try shared.open().flows
            if let task { return try explain(task, of: try flows.find(subject), flows) }
            if let reference { return try explain(subject, of: try flows.find(reference), flows) }
            guard let newest = try flows.list().first else {
                throw WorkspaceError(
                    .notFound,
                    "There is no flow run.",
                    hint: "`workbench flow run FILE` starts one."
                )
            }
            do {
                try explain(subject, of: newest, flows)
            } catch let error as WorkspaceError where error.code == .notFound {
                // The fault of the task says more than that of the flow run.
                guard let run = try? flows.find(subject) else { throw error }
                try explainAll(of: run, flows)
            }
        }

        /// Explains a task, or all combinations of a matrix.
        private func explain(_ name: String, of run: FlowRunSummary, _ flows: FlowService) throws {
            let ids = try flows.ids(ofTask: name, in: run.id)
            let reasons = try ids.map { (task: $0, sentences: try flows.why($0, of: run.id)) }
            guard shared.json else {
                let lines = reasons.flatMap { task, sentences in
                    sentences.map { ids.count == 1 ? $0 : "\(task): \($0)" }
                }
                return Console.printLines(lines.map(Console.line))
            }
            let values = reasons.map { task, sentences -> JSON.JSONValue in
                [
                    "flow_run": .string(run.id), "task": .string(task),
                    "reasons": .array(sentences.map { .string($0) }),
                ]
            }
            Console.printJSON(ids == [name] ? values[0] : .array(values))
        }

        /// How many tasks are explained.
        private static let most = 200

        private func explainAll(of run: FlowRunSummary, _ flows: FlowService) throws {
            let tasks = try flows.why(of: run.id, limit: Self.most)
            if shared.json {
                return Console.printJSON([
                    "flow_run": .string(run.id),
                    "tasks": .array(
                        tasks.map { task in
                            [
                                "task": .string(task.id), "state": .string(task.state.rawValue),
                                "reasons": .array(task.reasons.map { .string($0) }),
                            ]
                        }
                    ),
                ])
            }
            var table = TextTable(["TASK", "STATE", "WHY"])
            for task in tasks {
                table.add([
                    task.id, FlowText.state(task.state), task.reasons.joined(separator: " "),
                ])
            }
            table.print()
            let rest = run.taskCount - tasks.count
            if rest > 0 {
                Console.note(
                    "\(Figures.counted(rest, "more task")): name one, `workbench flow why "
                        + "\(run.id.prefix(8)) TASK`"
                )
            }
        }
    }
}
