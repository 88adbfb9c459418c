import ArgumentParser
import Screens
import Workspace

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Datasets: what there is, and what the model sees of it.",
        subcommands: [Add.self, List.self, Show.self]
    )
}

extension DataCommand {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy a file, or a folder with train.* and validation.*, into the workspace."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The file or folder.") var path: String
        @Option(help: "The dataset's name; else the file's.") var name: String?

        func run() throws {
            let added = try shared.open().datasets.add(path: path, name: name)
            if shared.json { return try Console.printJSON(added) }
            Console.print(
                "\(added.name)@\(added.digest.prefix(8))  \(added.trainingCount) rows, \(added.heldOutCount) held out"
            )
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All datasets of the workspace.")
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

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rows as the model sees them; the tokens it learns stand in [brackets]."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "A dataset's name, or a file.") var dataset: String
        @Option(help: "The first row.") var offset = 0
        @Option(help: "How many rows.") var count = 3
        @Option(help: "The model whose tokenizer and template are used.") var model: String?
        @Flag(help: "Show the held-out part.") var heldOut = false

        func run() throws {
            let page = try shared.open().datasets.page(
                dataset,
                part: heldOut ? .heldOut : .training,
                offset: offset,
                count: count,
                model: model
            )
            if shared.json { return try Console.printJSON(page) }
            for row in page.rows {
                Console.print(
                    "── \(row.source)  \(row.tokens.count) tokens, \(row.targetCount) learned"
                )
                if let problem = row.problem { Console.print("   \(problem)") }
                Console.print(Self.text(row.tokens))
            }
            Console.print(
                "rows \(page.offset) to \(page.offset + page.rows.count) of \(page.totalCount)"
            )
        }

        /// The row's text with brackets around the runs of learned tokens.
        private static func text(_ tokens: [DatasetPage.Token]) -> String {
            var result = ""
            var isInside = false
            for token in tokens {
                if token.isTarget != isInside {
                    result += token.isTarget ? "[" : "]"
                    isInside = token.isTarget
                }
                result += Console.visible(token.text)
            }
            return isInside ? result + "]" : result
        }

        mutating func validate() throws {
            if offset < 0 || count < 0 {
                throw ValidationError("--offset and --count must not be negative.")
            }
        }
    }
}
