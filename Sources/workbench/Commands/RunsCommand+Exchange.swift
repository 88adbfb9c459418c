import ArgumentParser
import Platform
import Presentation
import Workspace

extension RunsCommand {
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Runs as a table, or the whole workspace as a database for MLflow.",
            discussion: """
                --mlflow FILE writes a new SQLite file that `mlflow server --backend-store-uri \
                sqlite:///FILE` opens. Otherwise a table of runs is printed; --filter chooses them \
                in MLflow's search language.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Option(help: "Write MLflow's database to this file.") var mlflow: String?
        @Option(help: "The table's format: csv (the default), json or markdown.")
        var format: TableFormat?
        @Option(help: "Only runs that match this filter.") var filter: String?
        @Option(help: "The table's file; printed if not given.") var output: String?
        @OptionGroup var replacing: ReplacingOptions

        func run() throws {
            let workspace = try shared.open()
            if let mlflow {
                let summary = try workspace.exchange.export(to: mlflow, replaces: replacing.force)
                return try shared.confirm(
                    "\(mlflow): \(Figures.counted(summary.runs, "run")), "
                        + "\(Figures.counted(summary.metricPoints, "metric point")), "
                        + "\(Figures.counted(summary.modelVersions, "version")), \(Figures.bytes(Int64(summary.byteCount))).",
                    [
                        "path": .text(mlflow), "runs": .number(Double(summary.runs)),
                        "metric_points": .number(Double(summary.metricPoints)),
                    ]
                )
            }
            let format = format ?? (shared.json ? .json : .csv)
            // The table's texts have passed `VisibleText`, and line ends of CSV are two characters.
            let text = try workspace.exchange.table(filter: filter ?? "", as: format.kind)
            guard let output else { return StandardOutput.write(text) }
            do {
                try OutputFile.write(text.utf8, to: output, replaces: replacing.force)
            } catch {
                throw WorkspaceError(error)
            }
        }

        mutating func validate() throws {
            if mlflow != nil, format != nil || filter != nil || output != nil {
                throw ValidationError(
                    "--mlflow writes the whole workspace; leave out --format, --filter and --output."
                )
            }
            if shared.json, let format, format != .json {
                throw ValidationError("--json and --format \(format.rawValue) exclude each other.")
            }
            if replacing.force, mlflow == nil, output == nil {
                throw ValidationError("--force needs --output or --mlflow.")
            }
        }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Import the runs of an MLflow database or mlruns folder.",
            discussion: """
                A copy of the database is read, so that a server may keep writing to it. Runs that \
                were imported before are skipped. Artifacts stay where they are. Exit status 1 if \
                something was left out, or nothing was found; traces and evaluation datasets are \
                not imported, only reported.
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
            for line in summary.renamed + summary.notKept { Console.remark(line, hint: nil) }
            try shared.confirm(
                "\(Figures.counted(summary.runs, "run")) and "
                    + "\(Figures.counted(summary.metricPoints, "metric point")) imported"
                    + (summary.runsPresent > 0
                        ? "; \(Figures.counted(summary.runsPresent, "run")) imported before."
                        : "."),
                [
                    "runs": .number(Double(summary.runs)),
                    "runs_present": .number(Double(summary.runsPresent)),
                    "metric_points": .number(Double(summary.metricPoints)),
                ]
            )
            if !summary.leftOut.isEmpty {
                throw WorkspaceError(
                    .failed,
                    "Not everything in \(path) was imported.",
                    hint: "What was imported stays, and is skipped by the next import.",
                    details: summary.leftOut
                )
            }
            if summary.runs == 0, summary.runsPresent == 0, summary.notKept.isEmpty {
                throw WorkspaceError(
                    .failed,
                    "Nothing was imported: \(path) holds no runs.",
                    hint: "Name mlflow.db, or the folder mlruns itself."
                )
            }
        }
    }
}

/// The formats of a table of runs.
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
