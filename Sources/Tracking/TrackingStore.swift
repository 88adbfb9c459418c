public import Database
import Glibc
package import GRDB

/// The workspace's database: experiments, runs, metrics, datasets, models, requests.
///
/// The tables have MLflow's schema (revision `bda7b8c39065` of MLflow 3.17), with our `wb_*` tables
/// beside them; `Schema/` documents them. All calls are synchronous, may be made from any thread,
/// and throw `TrackingError`. Several processes may use one file: each write is one immediate
/// transaction that waits for the others. The file must be on a local disk.
public final class TrackingStore: Sendable {
    /// How a store is opened.
    public struct Configuration: Sendable {
        /// Whether the store refuses every write.
        public var isReadOnly = false
        /// How long a write waits for other processes, in seconds.
        public var busyTimeout = 30.0
        /// The folder of artifacts of experiments created here: `artifactRoot/<experiment>`.
        public var artifactRoot = "artifacts"
        /// The default owner of runs and requests.
        public var identity = Identity.current()
        /// The time in milliseconds since 1970.
        public var now: @Sendable () -> Int = systemMilliseconds
        /// Whether parameters and tags of runs that are longer than MLflow accepts are cut; they are
        /// refused otherwise.
        public var cutsLongValues = true
        /// The rules about metrics whose violation raises an alert; read at each write of metrics.
        public var alertRules: @Sendable () -> [AlertRule] = { [] }
        /// Called after a commit that raised an alert, so that this process can deliver it.
        public var alertRaised: @Sendable () -> Void = {}
        /// Receives notes for the log on values that were changed when written.
        public var note: @Sendable (String) -> Void = { _ in }
        /// The source of run ids and run names.
        public var random: @Sendable () -> UInt64 = { .random(in: .min ... .max) }

        /// How much a search of runs reads to choose its plan.
        package var searchEffort = SearchEffort()

        /// Creates the default configuration.
        public init() {}
    }

    /// The file, which other stores share.
    public let database: DatabaseFile
    package let configuration: Configuration
    /// Whether something that a run made was registered, which the owner of those tables knows.
    let isRegistered: @Sendable (_ db: Database, _ run: String) throws -> Bool

    /// The path of the database file.
    public var path: String { database.path }
    /// Whether writes are refused: on request, or because the file is newer than this program.
    public var isReadOnly: Bool { database.isReadOnly }
    /// Why the store is read-only if that was not requested, for the user.
    public var notice: String? { database.notice }

    /// Opens the database at `path` with the tables that `migrations` create.
    ///
    /// See ``DatabaseFile``.
    ///
    /// - Parameter isRegistered: Whether a version was made of a run, so that later changes of its
    ///   metrics are recorded; by default those of all runs are.
    package init(
        path: String,
        configuration: Configuration,
        migrations: [Migration],
        isRegistered: @escaping @Sendable (_ db: Database, _ run: String) throws -> Bool = { _, _ in
            true
        }
    ) throws {
        self.configuration = configuration
        self.isRegistered = isRegistered
        database = try DatabaseFile(
            path: path,
            configuration: .init(
                isReadOnly: configuration.isReadOnly,
                busyTimeout: configuration.busyTimeout
            ),
            migrations: migrations,
            ifNew: { try Experiment.insertDefault($0, configuration) }
        )
    }

    /// Closes the file; later calls throw.
    public func close() throws { try database.close() }

    /// Reads from one consistent state of the database.
    package func read<T>(_ body: (Database) throws -> T) throws -> T { try database.read(body) }

    /// Writes in one transaction; see ``DatabaseFile``.
    @discardableResult
    package func write<T>(
        _ durability: DatabaseFile.Durability = .normal,
        _ body: (Database, inout ChangeNotes) throws -> T
    ) throws -> T {
        try database.write(durability, body)
    }

    /// Writes in one transaction that changes one thing.
    package func write<T>(
        _ kind: Change.Kind,
        _ item: String,
        _ durability: DatabaseFile.Durability = .normal,
        _ body: (Database) throws -> T
    ) throws -> T {
        try database.write(kind, item, durability, body)
    }

    /// Works on the writing connection outside of any transaction.
    package func outsideTransaction<T>(_ body: (Database) throws -> T) throws -> T {
        try database.outsideTransaction(body)
    }

    /// The system's clock in milliseconds since 1970.
    public static let systemMilliseconds: @Sendable () -> Int = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
