import ArgumentParser
import FoundationEssentials
import Platform
import Presentation
import Tracking
import Workspace

struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Alerts of flows, monitors, watched commands and rules.",
        subcommands: [List.self, Acknowledge.self],
        defaultSubcommand: List.self
    )
}

extension AlertsCommand {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Alerts, newest first.",
            discussion: """
                EXAMPLES
                  workbench alerts list --since 1d
                  workbench alerts list --open --json
                """
        )
        @OptionGroup var shared: SharedOptions
        @Option(help: "Only those since then: 30m, 12h, 7d, or a time in ISO 8601.")
        var since: String?
        @Flag(help: "Only those that nobody has acknowledged.") var open = false
        @Option(help: "The most alerts to list.") var limit = 100

        func run() throws {
            let service = try shared.open().alerts
            let start = try since.map { try Self.date($0, before: .now) }
            let alerts = try service.list(since: start, open: open, limit: limit)
            if shared.json { return try Console.printJSON(alerts) }
            AlertTable.table(alerts, at: .now).print()
        }

        mutating func validate() throws {
            guard limit > 0 else { throw ValidationError("--limit must be above 0.") }
            if let since { _ = try Self.date(since, before: .now) }
        }

        private static func date(_ text: String, before now: Date) throws -> Date {
            if let age = Age(argument: text) { return now.addingTimeInterval(-Double(age.seconds)) }
            if let date = Date(instant: text) { return date }
            throw ValidationError(
                "--since takes an age such as 12h or 7d, or a time such as 2026-03-01T00:00:00Z."
            )
        }
    }

    struct Acknowledge: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ack",
            abstract: "Acknowledge alerts: they are no longer open."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The numbers of the alerts.") var ids: [Int] = []
        @Flag(help: "All open alerts.") var all = false

        func run() throws {
            let count = try shared.open().alerts.acknowledge(all ? nil : ids)
            try shared.confirm(
                "\(Figures.counted(count, "alert")) acknowledged",
                ["acknowledged": .number(Double(count))]
            )
        }

        mutating func validate() throws {
            guard all != !ids.isEmpty else {
                throw ValidationError(
                    all
                        ? "--all and numbers of alerts exclude each other."
                        : "Name the numbers of alerts, or give --all."
                )
            }
        }
    }
}
