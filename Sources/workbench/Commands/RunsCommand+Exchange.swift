import ArgumentParser
import Foundation
import Screens
import Workspace

extension RunsCommand {
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Runs as a table, or the whole workspace as a database for MLflow.",
            discussion: """
                --mlflow FILE writes a new SQLite file that `mlflow server --backend-store-uri \
                sqlite:///FILE` opens. Otherwise a table of runs is printed; --filter chooses them \
                in MLflow's search language.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Option(help: "Write MLflow's database to this file, which must not be there.")
        var mlflow: String?
        @Option(help: "How the table is written: csv, json or markdown.") var format = TableFormat
            .csv
        @Option(help: "Only runs that meet these clauses.") var filter: String?
        @Option(help: "The table's file; printed if not given.") var output: String?

        func run() throws {
            let workspace = try shared.open()
            if let mlflow {
                let summary = try workspace.exchange.export(to: mlflow)
                return try shared.confirm(
                    "\(mlflow): \(summary.runs) runs, \(summary.metricPoints) metric points, "
                        + "\(summary.modelVersions) versions, \(Figures.bytes(Int64(summary.byteCount))).",
                    [
                        "path": .text(mlflow), "runs": .number(Double(summary.runs)),
                        "metric_points": .number(Double(summary.metricPoints)),
                    ]
                )
            }
            let text = try workspace.exchange.table(filter: filter ?? "", as: format.kind)
            guard let output else { return Console.stream(text) }
            do {
                try text.write(toFile: output, atomically: true, encoding: .utf8)
            } catch {
                throw WorkspaceError(.inaccessible, "\(output) could not be written.")
            }
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take over the runs of an MLflow database or mlruns folder.",
            discussion: """
                A copy of the database is read, so that a server may go on writing it. Runs that \
                are here already are passed over. Artifacts stay where they are.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "mlflow.db, or a folder mlruns.") var path: String

        func run() throws {
            let summary = try shared.open().exchange.take(from: path) { stage, done, total in
                let share = total > 0 ? " \(done) of \(total)" : ""
                Console.progress("\(stage)\(share)")
            }
            Console.endProgress()
            for line in summary.leftOut { Console.note("note: \(Console.line(line))") }
            try shared.confirm(
                "\(summary.runs) runs and \(summary.metricPoints) metric points came over"
                    + (summary.runsPresent > 0 ? "; \(summary.runsPresent) runs were here." : "."),
                [
                    "runs": .number(Double(summary.runs)),
                    "runs_present": .number(Double(summary.runsPresent)),
                    "metric_points": .number(Double(summary.metricPoints)),
                ]
            )
        }
    }
}

/// How a table of runs is written.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
    case csv, json, markdown

    var kind: ExchangeService.TableKind {
        switch self {
        case .csv: .csv
        case .json: .json
        case .markdown: .markdown
        }
    }
}
