import FoundationEssentials
import MLflowExchange
import Platform
import Runs
import Tracking

/// Exports to other programs, and imports from them.
public final class ExchangeService: Sendable {
    private let opened: OpenedFolder

    init(_ opened: OpenedFolder) { self.opened = opened }

    /// The format of a table of runs.
    public enum TableKind: Sendable {
        /// Comma-separated values (RFC 4180).
        case csv
        /// A list of objects.
        case json
        /// A table in GitHub's Markdown.
        case markdown
    }

    /// The contents of an exported database.
    public struct ExportReport: Sendable, Equatable {
        /// Runs in the file.
        public let runs: Int
        /// Metric points in the file.
        public let metricPoints: Int
        /// Registered versions in the file.
        public let modelVersions: Int
        /// Its size in bytes.
        public let byteCount: Int
    }

    /// The result of an import.
    public struct ImportReport: Sendable, Equatable {
        /// Imported runs.
        public let runs: Int
        /// Runs that existed already.
        public let runsPresent: Int
        /// Imported metric points.
        public let metricPoints: Int
        /// Renamed items, a sentence each.
        public let renamed: [String]
        /// Items of kinds that this program does not store, a sentence each; runs are complete
        /// without them.
        public let notKept: [String]
        /// Items that were not imported, a sentence each.
        public let leftOut: [String]
    }

    /// Writes a database that `mlflow server` opens, with everything in the workspace.
    ///
    /// Blocks.
    ///
    /// - Parameter replaces: Whether a file of that name is replaced.
    public func export(to path: String, replaces: Bool = false) throws -> ExportReport {
        try WorkspaceError.translating {
            let summary = try opened.store.exportForMLflow(
                to: path,
                replaces: replaces,
                artifactRoot: opened.layout.folder
            )
            return ExportReport(
                runs: summary.runs,
                metricPoints: summary.metricPoints,
                modelVersions: summary.modelVersions,
                byteCount: summary.byteCount
            )
        }
    }

    /// The runs that meet a filter in MLflow's search language as a table with all their
    /// parameters and metrics.
    ///
    /// Blocks.
    public func table(filter: String, as kind: TableKind) throws -> String {
        try WorkspaceError.translating {
            let runs = try opened.store.allRuns(filter: filter)
            let table = RunTable(runs, columns: RunTable.columns(of: runs))
            return switch kind {
            case .csv: table.csv
            case .json: table.json
            case .markdown: table.markdown
            }
        }
    }

    /// Imports the runs of an MLflow database or of an `mlruns` folder.
    ///
    /// Blocks.
    public func take(
        from path: String,
        progress: (_ stage: String, _ done: Int, _ total: Int) -> Void
    ) throws -> ImportReport {
        try opened.checkWritable()
        return try WorkspaceError.translating {
            guard FilePaths.exists(path) else {
                throw WorkspaceError(
                    .notFound,
                    "There is no file or folder \(VisibleText.name(path)).",
                    hint: "Name mlflow.db, or the folder mlruns."
                )
            }
            let tell: (ImportProgress) -> Void = { progress("\($0.phase)", $0.done, $0.total) }
            let root = opened.layout.folder
            let summary =
                FilePaths.isFolder(path)
                ? try opened.store.importMLruns(folder: path, artifactRoot: root, progress: tell)
                : try opened.store.importMLflow(database: path, artifactRoot: root, progress: tell)
            let renamed = summary.renamed.map { "'\($0.from)' was imported as '\($0.to)'." }
            func sentence(_ entry: ImportSummary.LeftOut) -> String {
                let names = entry.names.isEmpty ? "" : ": \(entry.names.joined(separator: ", "))"
                return "not imported: \(entry.kind) (\(entry.count)), \(entry.reason)\(names)."
            }
            return ImportReport(
                runs: summary.runs,
                runsPresent: summary.runsPresent,
                metricPoints: summary.metricPoints,
                renamed: renamed,
                notKept: summary.leftOut.filter(\.isForeign).map(sentence),
                leftOut: summary.leftOut.filter { !$0.isForeign }.map(sentence)
            )
        }
    }
}
