import Glibc
package import GRDB
import Synchronization

/// The workspace's database: experiments, runs, metrics, datasets, models, requests.
///
/// The tables are shaped as MLflow's (revision `bda7b8c39065` of MLflow 3.17), with
/// `wb_*` tables of ours beside them; `docs` of each are in `Schema/`. All calls are
/// synchronous, may be made from any thread, and throw `TrackingError`. Several
/// processes may use one file: each write is one immediate transaction that waits
/// for the others. The file must lie on a local disk.
public final class TrackingStore: Sendable {
    /// How a store is opened.
    public struct Configuration: Sendable {
        /// Whether the store refuses every write.
        public var isReadOnly = false
        /// How long a write waits for other processes, in seconds.
        public var busyTimeout = 30.0
        /// Where artifacts of experiments made here lie: `artifactRoot/<experiment>`.
        public var artifactRoot = "artifacts"
        /// Whom runs and requests belong to, unless they say otherwise.
        public var identity = Identity.current()
        /// The time in milliseconds since 1970.
        public var now: @Sendable () -> Int = systemMilliseconds
        /// Whether parameters and tags of runs that are longer than MLflow takes are cut; they are
        /// refused otherwise.
        public var cutsLongValues = true
        /// Told what was not written as it was asked, in words for the log.
        public var note: @Sendable (String) -> Void = { _ in }
        /// The source of run ids and run names.
        public var random: @Sendable () -> UInt64 = { .random(in: .min ... .max) }

        /// Makes the default configuration.
        public init() {}
    }

    /// How far a commit must have gone when a write returns.
    package enum Durability: Sendable {
        /// It survives the death of the process; a power cut may undo it.
        case normal
        /// It survives a power cut.
        case full
    }

    /// The path of the database file.
    public let path: String
    /// Whether writes are refused: asked for, or because the file is newer than this program.
    public let isReadOnly: Bool
    /// Why the store is read-only where that was not asked for, in words for the user.
    public let notice: String?

    package let configuration: Configuration
    let pool: DatabasePool
    /// One connection for all questions, since `PRAGMA data_version` compares with its own past.
    private let watcher: DatabaseQueue
    /// What tells this store's entries in the change feed from those of others.
    let writer = Int64.random(in: 1 ... .max)
    private let committed = Mutex<(@Sendable () -> Void)?>(nil)

    /// Opens the database at `path`, makes it where there is none (mode 0600), and brings
    /// its tables up to date, keeping a copy of the older file beside it.
    ///
    /// A file stamped by a newer version of this program opens read-only, with a `notice`.
    ///
    /// - Throws: `TrackingError` for a file that is no database, is damaged, belongs to
    ///   another program, or cannot be opened or written.
    public convenience init(path: String, configuration: Configuration = Configuration()) throws {
        try self.init(path: path, configuration: configuration, migrations: Migration.all)
    }

    /// Opens the database as a program with these migrations would.
    package init(path: String, configuration: Configuration, migrations: [Migration]) throws {
        let opened = try TrackingError.wording(path: path) {
            try OpenedDatabase(path: path, configuration: configuration, migrations: migrations)
        }
        self.path = path
        self.configuration = configuration
        pool = opened.pool
        watcher = opened.watcher
        isReadOnly = opened.isReadOnly
        notice = opened.notice
    }

    /// Closes the file; a later call throws.
    public func close() throws {
        try TrackingError.wording(path: path) {
            try watcher.close()
            try pool.close()
        }
    }

    /// Has `body` called after each commit of this store, on the thread that wrote.
    public func onCommit(_ body: (@Sendable () -> Void)?) { committed.withLock { $0 = body } }

    /// Reads on the connection that watches for changes.
    func readFeed<T>(_ body: (Database) throws -> T) throws -> T {
        try TrackingError.wording(path: path) {
            try watcher.read(body)
        }
    }

    /// Reads from one consistent state of the database.
    package func read<T>(_ body: (Database) throws -> T) throws -> T {
        try TrackingError.wording(path: path) { try pool.read(body) }
    }

    /// Writes in one transaction, all or nothing, and appends what it changes to the change feed.
    ///
    /// A transaction that changes rows and notes nothing is refused.
    @discardableResult
    package func write<T>(
        _ durability: Durability = .normal,
        _ body: (Database, inout ChangeNotes) throws -> T
    ) throws -> T {
        try recording(durability, body).result
    }

    /// Writes in one transaction that changes one thing.
    package func write<T>(
        _ kind: Change.Kind,
        _ item: String,
        _ durability: Durability = .normal,
        _ body: (Database) throws -> T
    ) throws -> T {
        try write(durability) { db, changes in
            changes.note(kind, item)
            return try body(db)
        }
    }

    /// Writes in one transaction, and gives the number of its last entry in the change feed.
    package func recording<T>(
        _ durability: Durability = .normal,
        _ body: (Database, inout ChangeNotes) throws -> T
    ) throws -> (result: T, change: Int?) {
        try checkWritable()
        let written = try TrackingError.wording(path: path) {
            try pool.writeWithoutTransaction { db in
                try db.transaction(durability) {
                    var notes = ChangeNotes()
                    let before = db.totalChangesCount
                    let result = try body(db, &notes)
                    guard db.totalChangesCount != before else { return (result, Int?.none) }
                    guard !notes.notes.isEmpty else {
                        throw TrackingError(
                            .storage,
                            "A change of \(path) was not noted, and was not made.",
                            hint: "this is a fault of the program"
                        )
                    }
                    return (result, try notes.write(db, by: writer))
                }
            }
        }
        if written.1 != nil { committed.withLock { $0 }?() }
        return written
    }

    /// Checks that the store takes writes.
    func checkWritable() throws {
        guard !isReadOnly else {
            throw TrackingError(
                .readOnly,
                notice ?? "\(path) was opened for reading alone.",
                hint: notice == nil ? nil : "use the newer version of workbench to change it"
            )
        }
    }

    /// Works on the writing connection outside of any transaction, as `VACUUM INTO` has to.
    package func outsideTransaction<T>(_ body: (Database) throws -> T) throws -> T {
        try TrackingError.wording(path: path) { try pool.writeWithoutTransaction(body) }
    }

    /// The system's clock in milliseconds since 1970.
    public static let systemMilliseconds: @Sendable () -> Int = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}

extension Database {
    /// Runs `body` in an immediate transaction: waiting for other writers happens at
    /// its start, where SQLite can wait, and never between a read and a write.
    func transaction<T>(_ durability: TrackingStore.Durability, _ body: () throws -> T) throws -> T
    {
        // SQLite forbids to change the level within a transaction.
        if durability == .full { try execute(sql: "PRAGMA synchronous = FULL") }
        defer { if durability == .full { try? execute(sql: "PRAGMA synchronous = NORMAL") } }
        try beginTransaction(.immediate)
        do {
            let result = try body()
            try commit()
            return result
        } catch {
            try? rollback()
            throw error
        }
    }
}
