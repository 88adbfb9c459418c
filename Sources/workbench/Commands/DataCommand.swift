import ArgumentParser
import Presentation
import Workspace

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Datasets: add, list, show as the model sees them, check, split.",
        subcommands: [
            Add.self, List.self, Show.self, Lint.self, Convert.self, Split.self,
        ]
    )
}

extension DataCommand {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "All datasets of the workspace."
        )
        @OptionGroup var shared: SharedOptions

        func run() throws {
            let datasets = try shared.open().datasets.list()
            if shared.json { return try Console.printJSON(datasets) }
            var table = TextTable(["NAME", "DIGEST", "FORMAT", "ROWS", "HELD OUT", "SIZE", "FROM"])
            for dataset in datasets {
                table.add([
                    dataset.name, String(dataset.digest.prefix(8)),
                    dataset.problem ?? dataset.format,
                    "\(dataset.trainingCount)", "\(dataset.heldOutCount)",
                    Figures.bytes(dataset.byteCount), dataset.origin.rawValue,
                ])
            }
            table.print()
        }
    }
}
