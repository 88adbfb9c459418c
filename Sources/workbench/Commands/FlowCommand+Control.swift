import ArgumentParser
import EventBus
import Glibc
import JSON
import Platform
import Presentation
import Workflows
import Workspace

extension FlowCommand {
    struct Retry: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "Continue a flow run from what failed; with -p, as another one.",
            discussion: """
                Prints a plan first: what is reused, what runs and why. On a terminal it asks. Changed \
                parameters make a fork, which names its origin.
                """
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var target: FlowRunArgument
        @OptionGroup var order: FlowOrderOptions
        @Flag(help: "Run all tasks from the start.") var fromStart = false
        @OptionGroup var following: FlowFollowOptions
        @Flag(help: "Print the plan only.") var dryRun = false
        @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

        func run() throws {
            let order = order.order(startsOver: fromStart)
            if dryRun {
                let workspace = try shared.open()
                let run = try target.find(in: workspace)
                return FlowPlanOutput(shared).print(
                    try workspace.flows.retryPlan(run.id, order)
                )
            }
            let follower = try FlowFollower(shared, showsLogs: following.logs)
            let flows = follower.workspace.flows
            let run = try target.find(in: follower.workspace)
            guard try isConfirmed(try flows.retryPlan(run.id, order)) else {
                follower.workspace.close()
                return Console.note("nothing was done")
            }
            if following.detach {
                let retried = try flows.retry(run.id, order)
                let process = try flows.detach(retried.id)
                try FlowPlanOutput(shared).detached(retried, process: process)
                return follower.workspace.close()
            }
            try follower.run(continuing: run.id) { try flows.retry(run.id, order) }
        }

        /// Prints the plan, and asks if a person can answer.
        private func isConfirmed(_ plan: FlowPlan) throws -> Bool {
            guard !shared.json else { return true }
            for line in FlowTables.plan(plan) { Console.note(line) }
            guard !yes, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return true }
            Console.ask("retry? [Y/n] ")
            guard let answer = readLine() else { return false }
            return ["", "y", "yes"].contains(answer.lowercased())
        }

        mutating func validate() throws {
            if fromStart, order.from != nil {
                throw ValidationError("--from and --from-start exclude each other.")
            }
        }
    }

    struct Cancel: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Cancel a flow run: its tasks are ended; it can be retried."
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var target: FlowRunArgument

        func run() throws {
            let workspace = try shared.open(isWatching: true, isChanging: true)
            defer { workspace.close() }
            let run = try target.find(in: workspace)
            let change = Condition()
            let subscription = workspace.events.subscribe { event in
                if case .flow = event { change.signal() }
            }
            defer { subscription.cancel() }
            try workspace.flows.cancel(run.id)
            // Its tasks have their grace.
            while try !workspace.flows.find(run.id).state.isTerminal { change.wait(seconds: 0.2) }
            try shared.confirm(run, "is \(FlowText.state(try workspace.flows.find(run.id).state))")
        }
    }

    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause",
            abstract: "Pause a flow run: running tasks continue, no others start."
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var target: FlowRunArgument

        func run() throws {
            let workspace = try shared.open(isChanging: true)
            let run = try target.find(in: workspace)
            try workspace.flows.pause(run.id)
            let isPaused = try workspace.flows.find(run.id).state == .paused
            try shared.confirm(
                run,
                isPaused ? "is paused" : "pauses: what runs goes on, nothing else begins"
            )
        }
    }

    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Continue a paused or stopped flow run, in this process if none executes it."
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var target: FlowRunArgument
        @OptionGroup var following: FlowFollowOptions

        func run() throws {
            if following.detach {
                let workspace = try shared.open(isChanging: true)
                let run = try target.find(in: workspace)
                let process = try workspace.flows.detach(run.id)
                return try FlowPlanOutput(shared).detached(run, process: process)
            }
            let follower = try FlowFollower(shared, showsLogs: following.logs)
            let run = try target.find(in: follower.workspace)
            guard run.ownerProcess != nil else {
                return try follower.run(continuing: run.id) {
                    try follower.workspace.flows.resume(run.id)
                    return try follower.workspace.flows.find(run.id)
                }
            }
            try follower.workspace.flows.resume(run.id)
            try shared.confirm(run, "continues")
            follower.workspace.close()
        }
    }

    struct Approve: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve",
            abstract: "Approve a task that waits for it, and continue its flow run."
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var decision: FlowDecisionOptions
        @OptionGroup var following: FlowFollowOptions

        func run() throws {
            try decision.decide(shared, following, "answered: approved") {
                try $0.approve($1, task: $2, reason: $3)
            }
        }
    }

    struct Deny: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "deny",
            abstract: "Refuse a task that waits for approval: it fails."
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var decision: FlowDecisionOptions
        @OptionGroup var following: FlowFollowOptions

        func run() throws {
            try decision.decide(shared, following, "answered: denied") {
                try $0.deny($1, task: $2, reason: $3)
            }
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Delete a flow run with its logs; results that others use are kept."
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var target: FlowRunArgument

        func run() throws {
            let workspace = try shared.open(isChanging: true)
            let run = try target.find(in: workspace)
            try workspace.flows.delete(run.id)
            try shared.confirm(run, "is deleted")
        }
    }
}

/// A task that waits for a person, and what the person says.
struct FlowDecisionOptions: ParsableArguments {
    @OptionGroup var target: FlowRunArgument
    @Argument(help: "The task; not needed if only one waits.") var task: String?
    @Option(help: "The reason, which the flow run keeps.") var reason = ""

    /// Answers for a task, and follows the flow run if this process continues it.
    func decide(
        _ shared: SharedOptions,
        _ following: FlowFollowOptions,
        _ what: String,
        _ answer: (FlowService, _ run: String, _ task: String?, _ reason: String) throws -> Void
    ) throws {
        let follower = try FlowFollower(shared, showsLogs: following.logs)
        let flows = follower.workspace.flows
        let run = try target.find(in: follower.workspace)
        guard run.ownerProcess == nil, !following.detach else {
            defer { follower.workspace.close() }
            try answer(flows, run.id, task, reason)
            if flows.executed.contains(run.id) {
                let process = try flows.detach(run.id)
                return try FlowPlanOutput(shared).detached(run, process: process)
            }
            return try shared.confirm(run, what)
        }
        try follower.run(continuing: run.id) {
            try answer(flows, run.id, task, reason)
            return try flows.find(run.id)
        }
    }
}

/// Plans, and flow runs that another process executes, as results.
struct FlowPlanOutput {
    private let shared: SharedOptions

    init(_ shared: SharedOptions) { self.shared = shared }

    func print(_ plan: FlowPlan) {
        if shared.json { return Console.printJSON(FlowJSON.plan(plan)) }
        Console.printLines(FlowTables.plan(plan))
    }

    func detached(_ run: FlowRunSummary, process: Int32) throws {
        guard shared.json else {
            Console.note("process \(process) executes \(run.flow)")
            return Console.print(run.id)
        }
        Console.printJSON([
            "event": "detached", "flow_run": .string(run.id), "flow": .string(run.flow),
            "process": .integer(Int(process)),
        ])
    }
}

extension SharedOptions {
    /// Reports the new state of a flow run.
    fileprivate func confirm(_ run: FlowRunSummary, _ what: String) throws {
        try confirm("\(run.flow) (\(run.id.prefix(8))) \(what)", ["flow_run": .text(run.id)])
    }
}
