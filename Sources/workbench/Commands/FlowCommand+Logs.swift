import ArgumentParser
import EventBus
import Platform
import Workflows
import Workspace

extension FlowCommand {
    struct Logs: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "logs",
            abstract: "What the tasks of a flow run have printed.",
            discussion: """
                Without a task, or with one that has a matrix, the lines of several tasks, each behind \
                the name of its task.
                """
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var target: FlowRunArgument
        @Argument(help: "A task, such as sft[seed=1].", completion: .flowTasks) var task: String?
        @Flag(name: .shortAndLong, help: "Print further lines as they come, until it has ended.")
        var follow = false
        @Option(help: "Only the last lines of each task.") var tail: Int?

        func run() throws {
            let workspace = try shared.open(isWatching: follow)
            let run = try target.find(in: workspace)
            let change = Condition()
            let subscription = workspace.events.subscribe { event in
                if case .flow(let event) = event, event.flowRun == run.id { change.signal() }
                if case .everythingChanged = event { change.signal() }
            }
            defer { subscription.cancel() }
            StandardOutput.whenBroken { change.signal() }
            let isOne = try tasks(of: run.id, workspace) == [task]
            let printer = FlowLogPrinter(workspace, isJSON: shared.json, names: !isOne)
            if let tail {
                for task in try tasks(of: run.id, workspace) {
                    try printer.skip(task, of: run.id, allBut: tail)
                }
            }
            while true {
                // The state is read first, so that the last lines are printed.
                let isLive = try !workspace.flows.find(run.id).state.isTerminal
                for task in try tasks(of: run.id, workspace) { printer.print(task, of: run.id) }
                guard follow, isLive, !StandardOutput.isBroken else { return }
                // Another process announces no lines; the pages are read again then.
                change.wait(seconds: 0.5)
            }
        }

        private func tasks(of run: String, _ workspace: Workspace) throws -> [String] {
            if let task { return try workspace.flows.ids(ofTask: task, in: run) }
            return try workspace.flows.detail(run).tasks.map(\.id)
        }

        mutating func validate() throws {
            if let tail, tail < 0 { throw ValidationError("--tail must not be negative.") }
        }
    }
}
