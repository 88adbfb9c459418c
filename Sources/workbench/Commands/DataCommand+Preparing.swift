import ArgumentParser
import Datasets
import Workspace

/// How rows are prepared when a dataset is made.
struct PreparationOptions: ParsableArguments {
    @Option(help: "Columns of other names: instruction=question,output=answer.")
    var map: String?
    @Option(
        help: ArgumentHelp(
            "The format to read, if rows match several: messages, sharegpt, alpaca, dolly, "
                + "prompt-completion or text."
        )
    )
    var format: String?
    @Option(
        help: "Clean texts: korean, or some of nfc,whitespace,middle-dots,zero-width,control."
    )
    var clean: String?
    @Flag(help: "Remove rows that equal an earlier one.")
    var deduplicate = false
    @Option(help: "Compare rows by: row, question, answer or the name of a member.")
    var by: String?
    @Flag(help: "Skip and count broken rows instead of refusing the file.")
    var skipBroken = false

    /// The steps that the options name.
    func preparation() throws -> Preparation {
        var preparation = try Preparation(
            mapping: map,
            format: format,
            cleaning: clean,
            deduplication: deduplicate ? by ?? "row" : nil
        )
        preparation.leavesBrokenRowsOut = skipBroken
        return preparation
    }

    mutating func validate() throws {
        if by != nil, !deduplicate { throw ValidationError("--by needs --deduplicate.") }
    }
}

extension DataCommand {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Copy a file, or a folder with train.* and valid.*, into the workspace.",
            discussion: """
                Rows may be Alpaca, Dolly, ShareGPT, OpenAI messages, prompt and completion, or text, \
                in JSON Lines, a JSON array, CSV or TSV; .txt and .md are documents.
                """
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var preparing: PreparationOptions
        @Argument(help: "The file or folder.") var path: String
        @Option(help: "The dataset's name; else the file's.") var name: String?

        func run() throws {
            let datasets = try shared.open().datasets
            let added = try datasets.add(
                path: path,
                name: name,
                preparation: preparing.preparation()
            )
            try added.report(datasets.history(of: added.path), isJSON: shared.json)
        }
    }

    struct Convert: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "convert",
            abstract: "Make a new dataset from one: cleaned, or without duplicates.",
            discussion: "The old one stays; the new one records its origin."
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var preparing: PreparationOptions
        @Argument(help: "A dataset's name, or a file.", completion: .datasets) var dataset: String
        @Option(help: "The new dataset's name.") var name: String?

        func run() throws {
            let datasets = try shared.open().datasets
            let before = try datasets.find(dataset).digest
            let made = try datasets.convert(
                dataset,
                name: name,
                preparation: preparing.preparation()
            )
            if made.digest == before { Console.note("\(dataset) needed no change.") }
            try made.report(datasets.history(of: made.path), isJSON: shared.json)
        }
    }

    struct Split: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "split",
            abstract: "Make a new dataset from one, with a share of its rows held out.",
            discussion: """
                A row's side depends only on its question, or on the member that --by names: it \
                stays the same when rows are added, and rows that are equal by it stay together.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "A dataset's name, or a file.", completion: .datasets) var dataset: String
        @Option(help: "The share of the rows to hold out, such as 0.1.") var eval: Double
        @Option(help: "Keep rows together by: question, row, answer or a member's name.")
        var by: String?
        @Option(help: "Any text; another one holds out other rows.") var salt: String?
        @Option(help: "The new dataset's name.") var name: String?

        func run() throws {
            var preparation = Preparation()
            preparation.heldOut = HeldOutShare(
                eval,
                by: by.map { RowKey($0) } ?? .question,
                salt: salt ?? ""
            )
            let datasets = try shared.open().datasets
            let made = try datasets.convert(dataset, name: name, preparation: preparation)
            try made.report(datasets.history(of: made.path), isJSON: shared.json)
        }

        mutating func validate() throws {
            if !(eval > 0 && eval < 1) {
                throw ValidationError("--eval takes a share between 0 and 1.")
            }
        }
    }
}

extension DatasetSummary {
    /// Prints what was added, in what format it was read, and how it was prepared.
    fileprivate func report(_ history: DatasetHistory?, isJSON: Bool) throws {
        if isJSON { return try Console.printJSON(self) }
        Console.print(
            Console.line(
                "\(name)@\(digest.prefix(8))  \(trainingCount) rows, \(heldOutCount) held out, "
                    + "read as \(history?.sourceFormat ?? format)"
            )
        )
        for step in history?.steps ?? [] { Console.print(Console.line("  \(step.text)")) }
        for decision in decisions { Console.print(Console.line("  \(decision)")) }
    }
}
