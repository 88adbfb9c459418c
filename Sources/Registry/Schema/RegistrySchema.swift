package import Database
import GRDB
public import Tracking

extension SchemaOwner {
    /// The registry's tables.
    ///
    /// Step 7 is of flows alone: a file without them has it too, so that all files have as many steps.
    package static let registry = SchemaOwner([
        1: registryTables + historyTables, 2: gateTables, 3: ruleTables, 7: "",
    ])
}

extension Migration {
    /// The migrations of runs and models.
    ///
    /// A workspace has those of other owners too, which must not have more steps.
    package static let all = list([.tracking, .registry, .changeFeed])
}

extension TrackingStore {
    /// Opens the database at `path`, with the registry's tables beside the store's.
    ///
    /// It is created if it does not exist (mode 0600), and migrated, with a copy of the older file
    /// beside it. A file stamped by a newer version of this program opens read-only, with a
    /// `notice`.
    ///
    /// - Throws: `StoreError` for a file that is no database, is damaged, belongs to another
    ///   program, or cannot be opened or written.
    public convenience init(
        path: String,
        configuration: TrackingStore.Configuration = .init()
    ) throws {
        try self.init(path: path, configuration: configuration, with: [])
    }

    /// Opens the database with the tables of further owners.
    package convenience init(
        path: String,
        configuration: TrackingStore.Configuration,
        with owners: [SchemaOwner]
    ) throws {
        try self.init(
            path: path,
            configuration: configuration,
            migrations: Migration.list([.tracking, .registry, .changeFeed] + owners),
            isRegistered: { db, run in
                let statement = try db.cachedStatement(
                    sql: "SELECT 1 FROM model_versions WHERE run_id = ?"
                )
                return try Int.fetchOne(statement, arguments: [run]) != nil
            }
        )
    }
}
