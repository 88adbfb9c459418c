import ArgumentParser
import Presentation
import Registry
import Runs
import Workspace

extension RegistryCommand {
    struct Board: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "board",
            abstract:
                "The deployed, staged and newest version of every model, with who, when and why."
        )
        @OptionGroup var shared: SharedOptions

        func run() throws {
            let board = try shared.open().registry.board()
            if shared.json { return try Console.printJSON(board) }
            var table = TextTable([
                "MODEL", "DEPLOYED", "SINCE", "BY", "WHY", "STAGING", "NEWEST", "GATE", "REPORTED",
            ])
            for row in board {
                let staging = row.staging.map(String.init).joined(separator: " ")
                table.add([
                    row.name, row.deployed.map(String.init) ?? "-",
                    row.deployment.map { Console.time($0.date) } ?? "-",
                    row.deployment?.author ?? "-", row.reason.isEmpty ? "-" : row.reason,
                    staging.isEmpty ? "-" : staging, row.newest.map(String.init) ?? "-",
                    row.gate == nil ? "-" : "yes",
                    row.reports.isEmpty
                        ? "-" : row.reports.map { row.words(of: $0) }.joined(separator: ", "),
                ])
            }
            table.print()
            for row in board where !row.alarms.isEmpty {
                let places = row.alarms.map(\.environment).joined(separator: ", ")
                Console.note(
                    "alarm: \(row.name) at \(places) is not the deployed version."
                )
            }
        }
    }

    struct Compare: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compare",
            abstract:
                "Versions side by side: parameters that differ, and metrics with the best marked *."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The registered model's name.", completion: .registered) var model: String
        @Argument(help: "Two or more versions' numbers.") var versions: [Int]

        func run() throws {
            let comparison = try shared.open().registry.compare(model, versions: versions)
            if shared.json { return try Console.printJSON(comparison) }
            var table = TextTable([""] + comparison.versions.map { "version \($0.number)" })
            table.add(["stage"] + comparison.versions.map(\.stage.rawValue))
            table.add(
                ["aliases"]
                    + comparison.versions.map {
                        $0.aliases.isEmpty ? "-" : $0.aliases.joined(separator: " ")
                    }
            )
            table.add(["run"] + comparison.versions.map { $0.runName ?? $0.run ?? "-" })
            table.add(differing: comparison.differingParameters, metrics: comparison.metrics)
            table.print()
        }

        mutating func validate() throws {
            if versions.count < 2 {
                throw ValidationError("Name at least two versions to compare.")
            }
        }
    }
}
