import ArgumentParser
import Datasets
import Workspace

extension DataCommand {
    struct Lint: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lint",
            abstract: "Check a dataset before training on it.",
            discussion: """
                Exit status 3 if a finding blocks training: rows without anything to learn, answers \
                that are cut, an end that is not trained, a template that does not fit, held-out rows \
                that are also trained on.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "A dataset's name, or a file.", completion: .datasets) var dataset: String
        @Option(help: "The model whose template and tokenizer are used.", completion: .models)
        var model: String?
        @Option(help: "Data to evaluate on instead of the held-out part.") var evalData: String?
        @Option(help: "The maximum number of tokens of a sequence.") var sequenceLength: Int?
        @Option(
            help: "Longer rows: stop (the default), drop, truncate-left, truncate-right or split."
        )
        var overLength: String?
        @Option(help: "Rules that do not block, separated by commas, or all.") var allow = ""

        func run() throws {
            let allowed = allow.split(separator: ",").map(String.init)
            let report = try shared.open().datasets.lint(
                dataset,
                evaluation: evalData,
                model: model,
                sequenceLength: sequenceLength,
                overLength: overLength,
                allowing: allowed
            )
            if shared.json { try Console.printJSON(report) } else { Self.print(report) }
            if report.isBlocking { throw ExitCode(ExitStatus.refused) }
        }

        private static func print(_ report: LintReport) {
            func line(_ text: String) { Console.print(Console.line(text)) }
            for finding in report.findings {
                line(
                    "\(finding.blocks ? "blocks" : "warns ")  \(finding.rule.rawValue): \(finding.detail)"
                )
                let rows = finding.rows.map { row in
                    "\(row.part == .training ? "row" : "held-out row") \(row.number) (\(row.source)"
                        + (row.other.map { ", as \($0)" } ?? "") + ")"
                }
                for row in rows.prefix(5) { line("        \(row)") }
                if finding.count > min(5, rows.count) {
                    line("        and \(finding.count - min(5, rows.count)) more rows")
                }
                if !finding.excerpt.isEmpty { line("        “\(finding.excerpt)”") }
                line("        → \(finding.advice)")
            }
            let model = report.model.map { "as \($0) sees them, \(report.sequenceLength) tokens" }
            let blocking = report.findings.count(where: \.blocks)
            line(
                "\(report.rows) rows and \(report.heldOutRows) held out, \(model ?? "without a model"): "
                    + "\(blocking) findings block, \(report.findings.count - blocking) warn"
            )
        }

        mutating func validate() throws {
            if let sequenceLength, sequenceLength < 2 {
                throw ValidationError("--sequence-length is at least 2.")
            }
        }
    }
}
