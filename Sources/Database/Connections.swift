import Glibc
import GRDB
import Platform

/// The connections of a store, after the file was checked, created and migrated.
struct Connections {
    /// The writer, in WAL.
    let pool: DatabasePool
    let readers: Readers
    let watcher: DatabaseQueue
    let isReadOnly: Bool
    let notice: String?

    init(
        path: String,
        configuration: DatabaseFile.Configuration,
        migrations: [Migration],
        ifNew fill: (Database) throws -> Void
    ) throws {
        if !configuration.isReadOnly { Self.createFile(at: path) }

        // The file is checked before anything is changed in it: another program's database must not
        // even be switched to WAL.
        var watching = Self.connection(configuration)
        watching.readonly = true
        watcher = try DatabaseQueue(path: path, configuration: watching)
        var reading = watching
        // A search of 100,000 runs looks at that many pages; none are held before they are read.
        reading.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -16384") }
        readers = Readers(path: path, reading)
        let stamp = try watcher.read { try SchemaStamp(reading: $0, path: path) }

        if case .workbench(let version) = stamp, version > migrations.count {
            isReadOnly = true
            notice =
                "\(path) was made by a newer version of workbench (schema \(version); this one "
                + "knows \(migrations.count)), so it is open read-only."
        } else {
            isReadOnly = configuration.isReadOnly
            notice = nil
        }

        var working = Self.connection(configuration)
        working.readonly = isReadOnly
        if isReadOnly {
            guard stamp != .empty else {
                throw StoreError(
                    .cannotOpen,
                    "\(path) holds no workspace yet.",
                    hint: "open it for writing first"
                )
            }
            pool = try DatabasePool(path: path, configuration: working)
            return
        }
        pool = try Self.openWaiting(path: path, working, timeout: configuration.busyTimeout)
        try Migration.apply(migrations, to: pool, path: path, stamp: stamp, ifNew: fill)
        try pool.writeWithoutTransaction { try Self.prepareWriter($0) }
    }

    private static func connection(_ configuration: DatabaseFile.Configuration) -> Configuration {
        var connection = Configuration()
        connection.busyMode = .timeout(configuration.busyTimeout)
        connection.foreignKeysEnabled = true
        return connection
    }

    /// Prepares the only connection of the pool that writes, once the tables are migrated: an index
    /// of a large table is not sorted in memory.
    ///
    /// - It keeps 8 MiB of pages in memory, since indexes are as random as the ids of runs.
    /// - It copies the log into the file at 4000 pages (16 MiB) instead of 1000, since the same pages
    ///   are written again and again. The last process that closes the file copies the rest.
    /// - What undoes a write within a write is in memory instead of in a file for each of them.
    private static func prepareWriter(_ db: Database) throws {
        try db.execute(
            sql: """
                PRAGMA cache_size = -8192;
                PRAGMA wal_autocheckpoint = 4000;
                PRAGMA temp_store = MEMORY;
                """
        )
    }

    /// Creates an empty file that only its owner may read.
    ///
    /// SQLite gives the same mode to the files it creates beside it. Uses `mknod`, because closing
    /// a descriptor of the file would drop the locks that other connections of this process hold on
    /// it. If this fails, SQLite reports the error when it opens the file.
    static func createFile(at path: String) {
        _ = mknod(path, S_IFREG | 0o600, 0)
    }

    /// Opens the pool, retrying while another process creates the same file.
    ///
    /// The switch to WAL is the only place where SQLite reports a lock without waiting.
    private static func openWaiting(
        path: String,
        _ configuration: Configuration,
        timeout: Double
    ) throws -> DatabasePool {
        let deadline = ContinuousClock.now + .seconds(timeout)
        while true {
            do {
                return try DatabasePool(path: path, configuration: configuration)
            } catch let error as DatabaseError
                where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < deadline
            {
                usleep(2_000)
            }
        }
    }
}
