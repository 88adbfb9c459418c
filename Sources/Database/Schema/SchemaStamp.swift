import GRDB

/// What a database file says of its schema.
enum SchemaStamp: Equatable {
    /// There is no table in the file.
    case empty
    /// Ours, with the number of migrations it has seen.
    case workbench(Int)

    /// What our stamps in `alembic_version` begin with.
    ///
    /// MLflow knows no such revision,
    /// and so refuses to migrate a live file of ours.
    static let prefix = "workbench-"

    /// Reads the stamp of the database at `path`.
    ///
    /// - Throws: `StoreError` when the tables are another program's.
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
