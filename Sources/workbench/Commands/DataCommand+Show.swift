import ArgumentParser
import Platform
import Workspace

extension DataCommand {
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Rows as the model sees them; the tokens it learns are in [brackets].",
            discussion: "‖ marks where a row is cut: at the sequence length, and between sequences."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "A dataset's name, or a file.", completion: .datasets) var dataset: String
        @Option(help: "The first row; else 0.") var offset: Int?
        @Option(help: "The number of rows; else 3.") var count: Int?
        @Option(help: "The model whose tokenizer and template are used.", completion: .models)
        var model: String?
        @Option(help: "The maximum number of tokens of a sequence.") var sequenceLength: Int?
        @Flag(help: "Show the held-out part.") var heldOut = false
        @Flag(help: "Show rows as training packs them into sequences.") var packed = false
        @Flag(help: "Show only where the rows come from and how they were processed.")
        var history = false

        func run() throws {
            let datasets = try shared.open().datasets
            let origin = try datasets.history(of: dataset)
            if history, shared.json { return try Console.printJSON(origin) }
            if !shared.json { printOrigin(origin) }
            if history { return }
            let page = try page(datasets)
            if shared.json { return try Console.printJSON(page) }
            for row in page.rows {
                Console.print(
                    Console.line(
                        "── \(row.source)  \(row.tokens.count) tokens, \(row.targetCount) learned"
                    )
                )
                if let problem = row.problem { Console.print("   \(Console.line(problem))") }
                Console.print(Self.text(row))
            }
            Console.print(
                "rows \(page.offset) to \(page.offset + page.rows.count) of \(page.totalCount)"
            )
        }

        private func page(_ datasets: DatasetService) throws -> DatasetPage {
            let length = sequenceLength ?? DatasetService.defaultSequenceLength
            guard !packed else {
                return try datasets.packs(
                    dataset,
                    offset: offset ?? 0,
                    count: count ?? Self.defaultCount,
                    model: model,
                    sequenceLength: length
                )
            }
            let page = try datasets.page(
                dataset,
                part: heldOut ? .heldOut : .training,
                offset: offset ?? 0,
                count: count ?? Self.defaultCount,
                model: model,
                sequenceLength: length
            )
            if page.model == nil, sequenceLength != nil {
                throw WorkspaceError(
                    .invalid,
                    "There is no model, so rows are shown as text and have no length.",
                    hint: "Give --model, or leave out --sequence-length."
                )
            }
            return page
        }

        private static let defaultCount = 3

        private func printOrigin(_ origin: DatasetHistory?) {
            guard let origin else {
                if history { Console.note("The origin of \(dataset) was not recorded.") }
                return
            }
            Console.print(
                Console.line(
                    "from \(origin.source), \(origin.sourceFormat)@\(origin.sourceDigest.prefix(8))"
                )
            )
            for step in origin.steps { Console.print(Console.line("  \(step.text)")) }
        }

        /// The row's text with brackets around the runs of learned tokens.
        private static func text(_ row: DatasetPage.Row) -> String {
            let cuts = Set(row.borders.map(\.place) + [row.cut].compactMap { $0 })
            var result = ""
            var isInside = false
            for (place, token) in row.tokens.enumerated() {
                if token.isTarget != isInside {
                    result += token.isTarget ? "[" : "]"
                    isInside = token.isTarget
                }
                if cuts.contains(place) { result += "‖" }
                result += token.text
            }
            return isInside ? result + "]" : result
        }

        mutating func validate() throws {
            if let offset, offset < 0 {
                throw ValidationError("--offset must not be negative.")
            }
            if let count, count < 1 { throw ValidationError("--count is at least 1.") }
            let asksForRows =
                offset != nil || count != nil || model != nil || sequenceLength != nil || heldOut
                || packed
            if history, asksForRows {
                throw ValidationError("--history shows no rows; leave the other options out.")
            }
            if packed, heldOut { throw ValidationError("Held-out rows are not packed.") }
            if let sequenceLength, sequenceLength < 2 {
                throw ValidationError("--sequence-length is at least 2.")
            }
        }
    }
}
