import ArgumentParser
import EventBus
import FoundationEssentials
import Glibc
import JSON
import Platform
import Presentation
import Synchronization
import Workflows
import Workspace

extension FlowCommand {
    struct Serve: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "serve",
            abstract: "Execute schedules until ctrl+c or SIGTERM.",
            discussion: """
                One process at a time executes the schedules of a workspace; a second one takes over when \
                that ends. At the end, flow runs stop at a checkpoint; those of schedules continue when \
                schedules are executed again.
                """
        )
        @OptionGroup var shared: SharedOptions

        func run() throws {
            let opened = OpenedWorkspace()
            let end = Condition()
            Signals.handle { _ in
                Console.note("stopping: tasks stop at a checkpoint; a second signal ends at once")
                end.signal()
            }
            Signals.beforeEnd { opened.workspace?.flows.terminateHere() }
            let workspace = try shared.open(isWatching: true, isChanging: true)
            opened.workspace = workspace
            let output = ServeOutput(workspace, isJSON: shared.json)
            let subscription = workspace.events.subscribe { output.receive($0) }
            defer {
                subscription.cancel()
                workspace.close()
            }
            try workspace.flows.startScheduling(always: true)
            for run in try workspace.flows.resumeLeftOver() { output.began(run) }
            announce(try workspace.flows.schedules(), by: try workspace.flows.scheduler())
            end.wait()
            workspace.flows.stopScheduling()
            workspace.flows.stopHere()
            workspace.flows.waitUntilIdle()
        }

        private func announce(_ schedules: [ScheduleSummary], by process: Int32?) {
            let on = schedules.filter(\.isOn)
            guard !shared.json else {
                return Console.printJSON([
                    "event": "serving", "schedules": .array(on.map(FlowJSON.schedule)),
                    "process": .integer(Int(process ?? getpid())),
                ])
            }
            if let process, process != getpid() {
                Console.note(
                    "process \(process) executes schedules; this one takes over when it ends"
                )
            }
            guard !on.isEmpty else {
                Console.note("no schedule is on; `workbench flow schedule on FLOW` switches one on")
                return
            }
            FlowTables.schedules(on, at: .now).print()
        }
    }
}

/// The flow runs that schedules start, as lines for people or as JSON.
private final class ServeOutput: Sendable {
    private let workspace: Workspace
    private let isJSON: Bool
    private let known = Mutex<Set<String>>([])

    init(_ workspace: Workspace, isJSON: Bool) {
        self.workspace = workspace
        self.isJSON = isJSON
    }

    func began(_ run: FlowRunSummary) {
        guard known.withLock({ $0.insert(run.id).inserted }) else { return }
        guard !isJSON else {
            return Console.printJSON([
                "event": "started", "flow_run": .string(run.id), "flow": .string(run.flow),
            ])
        }
        let origin = FlowTables.origin(run.origin)
        write("\(run.flow) (\(run.id.prefix(8))) started by \(origin)")
    }

    func receive(_ event: WorkspaceEvent) {
        switch event {
        case .flow(.task(let id, _, _, _, _)):
            let isKnown = known.withLock { $0.contains(id) }
            if !isKnown, let run = try? workspace.flows.find(id) { began(run) }
        case .flow(.ended(let id, let state, let reason)): ended(id, state, reason)
        default: break
        }
    }

    private func ended(_ id: String, _ state: FlowState, _ reason: String?) {
        guard !isJSON else {
            return Console.printJSON([
                "event": "finished", "flow_run": .string(id), "state": .string(state.rawValue),
                "reason": reason.map(JSON.JSONValue.string),
            ])
        }
        let words = [FlowText.state(state), reason].compactMap { $0 }.joined(separator: ": ")
        write("flow run \(id.prefix(8)) is \(words)")
    }

    private func write(_ text: String) {
        Console.print(Console.line("\(Date.now.formatted(.iso8601))  \(text)"))
    }
}
