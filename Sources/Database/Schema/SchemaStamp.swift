import GRDB
import Platform

/// The schema that a database file is stamped with.
enum SchemaStamp: Equatable {
    /// The file has no tables.
    case empty
    /// Ours, with the number of applied migrations.
    case workbench(Int)

    /// The prefix of our stamps in `alembic_version`.
    ///
    /// MLflow knows no such revision, so it refuses to migrate our live files.
    static let prefix = "workbench-"

    /// Reads the stamp of the database at `path`.
    ///
    /// - Throws: `StoreError` if the tables are another program's.
    init(reading db: Database, path: String) throws {
        guard try db.tableExists("alembic_version") else {
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            guard tables == 0 else {
                throw StoreError(
                    .foreignDatabase,
                    "\(path) is a database of another program.",
                    hint: "choose another workspace"
                )
            }
            self = .empty
            return
        }
        let stamp = try String.fetchOne(db, sql: "SELECT version_num FROM alembic_version") ?? ""
        guard stamp.hasPrefix(Self.prefix), let version = Int(stamp.dropFirst(Self.prefix.count)),
            version > 0
        else {
            throw StoreError(
                .foreignDatabase,
                "\(path) belongs to MLflow (schema revision '\(stamp)') and not to workbench.",
                hint: "choose another workspace, and leave this file to MLflow"
            )
        }
        self = .workbench(version)
    }
}
