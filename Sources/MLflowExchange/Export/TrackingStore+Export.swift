import Database
import GRDB
import Platform
import Registry
public import Tracking

extension TrackingStore {
    /// The schema revision of an exported file, which MLflow 3.17 migrates to its own.
    static let mlflowRevision = "bda7b8c39065"

    /// Writes all experiments, runs, models and the registry to a new SQLite file for
    /// `mlflow server --backend-store-uri sqlite:///FILE`.
    ///
    /// The file is one consistent state of the store, without the tables that MLflow does not know.
    /// It is written under a temporary name, readable by its owner only, and renamed to `path` once
    /// it is durable.
    ///
    /// - Parameters:
    ///   - path: The file to create.
    ///   - replaces: Whether a file of that name is replaced.
    ///   - artifactRoot: The workspace as an absolute path, which artifact locations without a
    ///     scheme are relative to. In the file they become `file://` URIs below it.
    /// - Throws: `TrackingError`, with code `alreadyExists` if there is a file at `path` that
    ///   must not be replaced.
    public func exportForMLflow(
        to path: String,
        replaces: Bool = false,
        artifactRoot: String
    ) throws -> ExportSummary {
        guard artifactRoot.utf8.first == UInt8(ascii: "/") else {
            throw TrackingError(
                .invalidValue,
                "The folder of the artifacts must be an absolute path, not '\(artifactRoot)'."
            )
        }
        var summary = try TrackingError.writing(path, replaces: replaces, of: self.path) {
            try MLflowExport(store: self, artifactRoot: artifactRoot).write(to: $0)
        }
        summary.path = path
        return summary
    }
}

/// The export of one file for MLflow.
private struct MLflowExport {
    let store: TrackingStore
    let artifactRoot: String

    /// Columns with artifact locations, and a condition on their rows.
    private static let locations = [
        ("experiments", "artifact_location", "1"),
        ("runs", "artifact_uri", "1"),
        ("logged_models", "artifact_location", "1"),
        ("trace_tags", "value", "key = '\(Trace.artifactLocation)'"),
        ("model_versions", "source", "current_stage IS NOT 'Deleted_Internal'"),
        ("model_versions", "storage_location", "current_stage IS NOT 'Deleted_Internal'"),
    ]

    func write(to path: String) throws -> ExportSummary {
        var configuration = Configuration()
        configuration.busyMode = .timeout(store.configuration.busyTimeout)
        // Without foreign keys SQLite copies tables and indexes page by page.
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let summary = try queue.writeWithoutTransaction { db in
            // An unfinished file is discarded, and a finished one is synced as a whole.
            try db.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
            try db.execute(sql: "ATTACH DATABASE ? AS store", arguments: [store.path])
            // Deferred: an immediate transaction would block the writers of the store too.
            try db.inTransaction(.deferred) {
                try copyTables(db)
                try writeOutLocations(db)
                return .commit
            }
            return try count(db)
        }
        try queue.close()
        return summary
    }

    private func copyTables(_ db: Database) throws {
        try db.execute(sql: stampTable + trackingTables + registryTables)
        let tables = try String.fetchAll(
            db,
            sql: """
                SELECT name FROM main.sqlite_schema
                WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'
                """
        )
        for table in tables {
            let columns = try columns(db, of: table, in: "main")
            // Only complete rows are copied page by page. A newer store may have more columns.
            let isSame = try columns == self.columns(db, of: table, in: "store")
            let list = columns.joined(separator: ", ")
            try db.execute(
                sql: isSame
                    ? "INSERT INTO main.\(table) SELECT * FROM store.\(table)"
                    : "INSERT INTO main.\(table) (\(list)) SELECT \(list) FROM store.\(table)"
            )
        }
        // Runs that are being imported have rows, but are not there yet.
        for table in ["metrics", "latest_metrics", "params", "tags"] {
            try db.execute(
                sql: """
                    DELETE FROM main.\(table)
                    WHERE run_uuid IN (SELECT run_uuid FROM store.wb_imports)
                    """
            )
        }
        try db.execute(
            sql: "INSERT INTO main.alembic_version VALUES (?)",
            arguments: [TrackingStore.mlflowRevision]
        )
    }

    private func columns(_ db: Database, of table: String, in schema: String) throws -> [String] {
        try String.fetchAll(
            db,
            sql: "SELECT name FROM pragma_table_info(?, ?)",
            arguments: [table, schema]
        )
    }

    private func writeOutLocations(_ db: Database) throws {
        let root = artifactRoot
        db.add(
            function: DatabaseFunction("absolute_uri", argumentCount: 1, pure: true) { values in
                String.fromDatabaseValue(values[0]).map { ArtifactURI.absolute($0, root: root) }
            }
        )
        for (table, column, condition) in Self.locations {
            try db.execute(
                sql: """
                    UPDATE main.\(table) SET \(column) = absolute_uri(\(column))
                    WHERE \(condition) AND \(column) IS NOT absolute_uri(\(column))
                    """
            )
        }
    }

    private func count(_ db: Database) throws -> ExportSummary {
        func rows(_ table: String) throws -> Int {
            try Int.fetchOne(db, sql: "SELECT count(*) FROM main.\(table)") ?? 0
        }
        let size = try Int.fetchOne(
            db,
            sql: "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        )
        return ExportSummary(
            path: "",
            byteCount: size ?? 0,
            experiments: try rows("experiments"),
            runs: try rows("runs"),
            metricPoints: try rows("metrics"),
            loggedModels: try rows("logged_models"),
            registeredModels: try rows("registered_models"),
            modelVersions: try rows("model_versions")
        )
    }
}
