import ArgumentParser
import FoundationEssentials
import JSON
import Platform
import Presentation
import Workflows
import Workspace

extension FlowCommand {
    struct Schedule: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schedule",
            abstract: "Schedules of flows: list them, switch them on and off, when they fire.",
            discussion: """
                A schedule in a file fires nothing until it is switched on. It is executed while a \
                workbench is open, by `workbench flow serve`, or by the service that \
                `workbench flow install` writes.
                """,
            subcommands: [List.self, On.self, Off.self, ScheduleTimesCommand.self],
            defaultSubcommand: List.self
        )

        struct List: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "list",
                abstract: "The schedules of all known files, and the process that executes them."
            )
            @OptionGroup var shared: SharedOptions

            func run() throws {
                let flows = try shared.open().flows
                let schedules = try flows.schedules()
                let process = try flows.scheduler()
                guard !shared.json else {
                    return Console.printJSON([
                        "schedules": .array(schedules.map(FlowJSON.schedule)),
                        "process": process.map { .integer(Int($0)) },
                    ])
                }
                FlowTables.schedules(schedules, at: .now).print()
                guard schedules.contains(where: \.isOn) else { return }
                if let process {
                    Console.note("process \(process) executes them")
                } else {
                    Console.note("no process executes them")
                    Console.hint("`workbench flow serve` does, or `workbench flow install`.")
                }
            }
        }

        struct On: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "on",
                abstract: "Let a schedule fire from now on."
            )
            @OptionGroup var shared: SharedOptions
            @OptionGroup var target: ScheduleArgument

            func run() throws { try target.set(true, shared) }
        }

        struct Off: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "off",
                abstract: "Stop a schedule from firing; its flow runs continue."
            )
            @OptionGroup var shared: SharedOptions
            @OptionGroup var target: ScheduleArgument

            func run() throws { try target.set(false, shared) }
        }
    }
}

/// A schedule of a flow.
struct ScheduleArgument: ParsableArguments {
    @Argument(help: "A flow's name or file.", completion: .flows) var flow: String
    @Option(help: "The schedule's name, if the flow has several.") var name: String?

    /// The flow and its schedule.
    func find(in workspace: Workspace) throws -> (flow: Flow, schedule: FlowSchedule) {
        let flow = try workspace.flows.flow(self.flow)
        let names = flow.schedules.map(\.name)
        if let name, let schedule = flow.schedules.first(where: { $0.name == name }) {
            return (flow, schedule)
        }
        guard name == nil, let only = flow.schedules.first, names.count == 1 else {
            throw WorkspaceError(
                names.count > 1 && name == nil ? .ambiguous : .notFound,
                name.map { "\(flow.name) has no schedule \(VisibleText.name($0))." }
                    ?? (names.isEmpty
                        ? "\(flow.name) has no schedule."
                        : "\(flow.name) has \(names.count) schedules."),
                hint: names.isEmpty
                    ? "Add `schedule: {cron: \"0 2 * * 0\"}` to \(flow.path)."
                    : "Name one with --name: \(names.joined(separator: ", "))."
            )
        }
        return (flow, only)
    }

    /// Switches the schedule on or off.
    func set(_ isOn: Bool, _ shared: SharedOptions) throws {
        let workspace = try shared.open(isChanging: true)
        let target = try target(isOn, in: workspace)
        try workspace.flows.setSchedule(target.schedule, of: target.path, isOn: isOn)
        let now = try workspace.flows.schedules().first {
            $0.path == target.path && $0.schedule.name == target.schedule
        }
        let next = now?.nextAt.map { ", next on \(Figures.localTime($0))" } ?? ""
        try shared.confirm(
            "\(target.flow): \(target.schedule) is \(isOn ? "on" : "off")\(isOn ? next : "")",
            [
                "flow": .text(target.flow), "schedule": .text(target.schedule),
                "is_on": .number(isOn ? 1 : 0),
            ]
        )
    }

    private typealias Target = (flow: String, path: String, schedule: String)

    /// The schedule to switch; one that is listed can be switched off without its file.
    private func target(_ isOn: Bool, in workspace: Workspace) throws -> Target {
        if !isOn, let listed = try workspace.flows.schedule(name, listedFor: self.flow) {
            return (listed.flow, listed.path, listed.schedule.name)
        }
        let (flow, schedule) = try find(in: workspace)
        return (flow.name, flow.path, schedule.name)
    }
}
