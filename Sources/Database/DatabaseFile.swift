import Glibc
package import GRDB
import Platform
import Synchronization

/// The workspace's database file: its connections, transactions and change feed.
///
/// Each owner of tables has its own rows in it. All calls are synchronous, may be made from any
/// thread, and throw ``StoreError``. Several processes may use one file: each write is one
/// immediate transaction that waits for the others, and several owners may join it. The file must
/// be on a local disk.
public final class DatabaseFile: Sendable {
    /// How a file is opened.
    package struct Configuration: Sendable {
        /// Whether every write is refused.
        package var isReadOnly: Bool
        /// How long a write waits for other processes, in seconds.
        package var busyTimeout: Double
        /// How long a write that is made together with others waits for them, in seconds.
        ///
        /// None waits unless several were made at once just before, nor once as many wait.
        package var patience: Double

        /// Creates a configuration from its parts.
        package init(
            isReadOnly: Bool = false,
            busyTimeout: Double = 30,
            patience: Double = 0.001
        ) {
            self.isReadOnly = isReadOnly
            self.busyTimeout = busyTimeout
            self.patience = patience
        }
    }

    /// How durable a commit is when a write returns.
    package enum Durability: Sendable {
        /// It survives the end of the process; a power loss may undo it.
        case normal
        /// It survives a power loss.
        case full
    }

    /// The path of the file.
    public let path: String
    /// Whether writes are refused: on request, or because the file is newer than this program.
    public let isReadOnly: Bool
    /// Why the file is read-only if that was not requested, for the user.
    public let notice: String?

    private let readers: Readers
    /// One connection for all queries of `PRAGMA data_version`, whose values are per connection.
    private let watcher: DatabaseQueue
    /// The connection that writes, and so the last to close: one that only reads cannot remove the log.
    let pool: DatabasePool
    /// Identifies entries that were written through this open file.
    package let writer = Int64.random(in: 1 ... .max)
    /// Called after each commit.
    ///
    /// A struct holds the function: each access to a function in a generic value would wrap it once
    /// more.
    private struct CommitListener: Sendable {
        let call: @Sendable () -> Void
    }

    private let committed = Mutex<CommitListener?>(nil)
    /// The calls that are made now, and whether the file was closed.
    private let calls = Guarded((count: 0, isClosed: false))
    /// The thread that is in a write.
    private let writing = Mutex<pthread_t?>(nil)
    /// The writes of other threads that wait for one transaction.
    let group: WriteGroup

    /// Opens the file at `path`, creates it if it does not exist (mode 0600), and migrates its
    /// tables, with a copy of the older file beside it.
    ///
    /// A file stamped by a newer version of this program opens read-only, with a `notice`.
    ///
    /// - Parameters:
    ///   - migrations: The steps of all owners.
    ///   - fill: Writes the initial rows of a new file.
    /// - Throws: ``StoreError`` for a file that is no database, is damaged, belongs to another
    ///   program, or cannot be opened or written.
    package init(
        path: String,
        configuration: Configuration = Configuration(),
        migrations: [Migration],
        ifNew fill: (Database) throws -> Void = { _ in }
    ) throws {
        let opened = try StoreError.translating(path: path) {
            try Connections(
                path: path,
                configuration: configuration,
                migrations: migrations,
                ifNew: fill
            )
        }
        self.path = path
        group = WriteGroup(patience: configuration.patience)
        pool = opened.pool
        readers = opened.readers
        watcher = opened.watcher
        isReadOnly = opened.isReadOnly
        notice = opened.notice
    }

    /// Closes the file once the calls have ended that are made now; later calls throw.
    public func close() throws {
        calls.withLock { $0.isClosed = true }
        calls.wait { $0.count == 0 ? () : nil }
        try StoreError.translating(path: path) {
            try watcher.close()
            try readers.close()
            try pool.close()
        }
    }

    /// Makes a call on connections that stay open meanwhile.
    ///
    /// GRDB and SQLite do not check whether a connection was closed.
    private func calling<T>(_ body: () throws -> T) throws -> T {
        let isClosed = calls.withLock { calls in
            if !calls.isClosed { calls.count += 1 }
            return calls.isClosed
        }
        guard !isClosed else { throw StoreError(.storage, "\(path) was closed.") }
        defer { calls.withLock { $0.count -= 1 } }
        return try StoreError.translating(path: path, body)
    }

    /// Calls `body` after each commit through this open file, on the thread that wrote.
    public func onCommit(_ body: (@Sendable () -> Void)?) {
        committed.withLock { $0 = body.map(CommitListener.init) }
    }

    /// Reads on the connection that watches for changes.
    func readFeed<T>(_ body: (Database) throws -> T) throws -> T {
        try calling { try watcher.read(body) }
    }

    /// Whether the calling thread is in a write.
    var isWriting: Bool { writing.withLock { $0 == pthread_self() } }

    /// Reads from one consistent state of the database; within a write, from what it has written.
    package func read<T>(_ body: (Database) throws -> T) throws -> T {
        let isWriting = isWriting
        return try calling {
            try isWriting ? pool.unsafeReentrantWrite(body) : readers.read(body)
        }
    }

    /// Writes in one transaction, all or nothing, and appends its changes to the change feed.
    ///
    /// A transaction that changes rows without recording a change is refused. A write within a write
    /// of the same thread joins its transaction, as a savepoint: so several owners' changes are made
    /// together. It is then as durable as the outer one.
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

    /// Writes in one transaction, and returns the number of its last entry in the change feed.
    package func recording<T>(
        _ durability: Durability = .normal,
        _ body: (Database, inout ChangeNotes) throws -> T
    ) throws -> (result: T, change: Int?) {
        try checkWritable()
        let isJoining = isWriting
        let written = try calling {
            try pool.unsafeReentrantWrite { db in
                if !isJoining { writing.withLock { $0 = pthread_self() } }
                defer { if !isJoining { writing.withLock { $0 = nil } } }
                return try isJoining
                    ? db.savepoint { try noted(db, body) }
                    : db.transaction(durability) { try noted(db, body) }
            }
        }
        if written.change != nil, !isJoining { committed.withLock { $0 }?.call() }
        return written
    }

    /// Calls `body` and appends what it has noted to the change feed.
    private func noted<T>(
        _ db: Database,
        _ body: (Database, inout ChangeNotes) throws -> T
    ) throws -> (result: T, change: Int?) {
        var notes = ChangeNotes()
        let before = db.totalChangesCount
        let result = try body(db, &notes)
        guard db.totalChangesCount != before + notes.undone else { return (result, nil) }
        guard !notes.notes.isEmpty else { throw unrecorded }
        return (result, try notes.write(db, by: writer))
    }

    /// The error for a write that changes rows without recording a change.
    var unrecorded: StoreError {
        StoreError(
            .storage,
            "A change of \(path) was not recorded in the change feed, and was not made.",
            hint: "this is a fault of the program"
        )
    }

    /// Checks that the file accepts writes.
    package func checkWritable() throws {
        guard !isReadOnly else {
            throw StoreError(
                .readOnly,
                notice ?? "\(path) was opened read-only.",
                hint: notice == nil ? nil : "use the newer version of workbench to change it"
            )
        }
    }

    /// Works on the writing connection outside of any transaction, as `VACUUM INTO` requires.
    package func outsideTransaction<T>(_ body: (Database) throws -> T) throws -> T {
        try calling { try pool.writeWithoutTransaction(body) }
    }
}

extension Database {
    /// Runs `body` in a savepoint of the current transaction.
    func savepoint<T>(_ body: () throws -> T) throws -> T {
        try cachedStatement(sql: "SAVEPOINT joined").execute()
        do {
            let result = try body()
            try cachedStatement(sql: "RELEASE joined").execute()
            return result
        } catch {
            try? execute(sql: "ROLLBACK TO joined; RELEASE joined")
            throw error
        }
    }

    /// Runs `body` in an immediate transaction: it waits for other writers at its start, where
    /// SQLite can wait, and never between a read and a write.
    package func transaction<T>(
        _ durability: DatabaseFile.Durability,
        _ body: () throws -> T
    ) throws -> T {
        // SQLite cannot change the level within a transaction.
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
