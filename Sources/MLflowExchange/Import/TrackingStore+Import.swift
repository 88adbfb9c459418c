import Database
import Glibc
import GRDB
import Platform
public import Tracking

extension TrackingStore {
    /// Imports experiments, runs, logged models and the registry from an SQLite database of MLflow.
    ///
    /// The database may be in use: a copy of it is read. Others can write meanwhile. A run appears
    /// when it is complete; of many runs, some appear before others. An import that ends early leaves
    /// no part of a run, and can be repeated. Runs and models keep their ids; existing ones are left
    /// alone, so that an import can also be repeated when the other database has grown. An
    /// experiment is imported into the one with its name if that is empty or came from an earlier
    /// import; otherwise into a new one, `name (imported)`. Rows that MLflow would not have written
    /// are counted and listed. Tags that begin with `workbench.` are prefixed with `imported.`,
    /// since they would control this program.
    ///
    /// No artifact is opened or copied. Locations are unchanged, except that relative ones start at
    /// the database's folder.
    ///
    /// - Parameters:
    ///   - path: The file in MLflow's `--backend-store-uri sqlite:///`.
    ///   - artifactRoot: The workspace as an absolute path. Locations in its folder of artifacts
    ///     become relative to it.
    ///   - progress: Is called with the progress. An error that it throws cancels the import.
    ///
    /// - Throws: `TrackingError`, with code `foreignDatabase` if it is no database of MLflow.
    public func importMLflow(
        database path: String,
        artifactRoot: String? = nil,
        progress: (ImportProgress) throws -> Void = { _ in }
    ) throws -> ImportSummary {
        try database.checkWritable()
        let folder = try ScratchFolder(beside: self.path)
        defer { folder.remove() }
        let copy = "\(folder.path)/mlflow.db"
        try DatabaseCopy.make(
            of: path,
            at: copy,
            besides: self.path,
            timeout: configuration.busyTimeout,
            progress: progress
        )
        let journal = ImportJournal(name: folder.name, of: self)
        return try importCopy(copy, Origin(path, artifactRoot), journal, ImportSummary(), progress)
    }

    /// Imports experiments and runs from MLflow's older file store, `mlruns`.
    ///
    /// As `importMLflow(database:artifactRoot:progress:)`, with these differences: runs have only
    /// metrics, parameters and tags; a file that cannot be read is listed and left out; symbolic
    /// links are not followed. The files should not be written meanwhile.
    ///
    /// - Parameters:
    ///   - folder: The folder with one folder per experiment.
    ///   - artifactRoot: The workspace as an absolute path.
    ///   - progress: Is called with the progress. An error that it throws cancels the import.
    ///
    /// - Throws: `TrackingError`, with code `notFound` if there is no experiment.
    public func importMLruns(
        folder: String,
        artifactRoot: String? = nil,
        progress: (ImportProgress) throws -> Void = { _ in }
    ) throws -> ImportSummary {
        try database.checkWritable()
        let scratch = try ScratchFolder(beside: path)
        defer { scratch.remove() }
        let copy = "\(scratch.path)/mlruns.db"
        let summary = try TrackingError.translating(path: copy) {
            try MLrunsReader.read(folder, into: copy, progress)
        }
        let journal = ImportJournal(name: scratch.name, of: self)
        return try importCopy(copy, Origin(folder, artifactRoot), journal, summary, progress)
    }

    /// The source of an import.
    private struct Origin {
        /// The file or folder, absolute.
        let path: String
        /// The workspace.
        let artifactRoot: String?

        init(_ path: String, _ artifactRoot: String?) {
            self.path = ResolvedPath(path).text
            self.artifactRoot = artifactRoot
        }

        /// Its folder, which relative locations start from.
        var folder: String {
            path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
        }
    }

    private func importCopy(
        _ copy: String,
        _ origin: Origin,
        _ journal: ImportJournal,
        _ summary: ImportSummary,
        _ progress: (ImportProgress) throws -> Void
    ) throws -> ImportSummary {
        try removeUnfinishedImports()
        // After an import there is nothing unfinished.
        defer { try? removeUnfinished(import: journal.name) }
        do {
            return try withoutActuallyEscaping(progress) { progress in
                try attach(copy, origin) { db in
                    let shape = try SourceShape(db)
                    try MLflowImport.check(shape, path: origin.path)
                    var work = MLflowImport(
                        db: db,
                        store: self,
                        shape: shape,
                        origin: origin.path,
                        progress: progress,
                        journal: journal,
                        summary: summary
                    )
                    return try work.run()
                }
            }
        } catch let error as DatabaseError {
            throw Self.isSound(copy)
                ? TrackingError(error, path: path) : TrackingError(error, importing: origin.path)
        }
    }

    /// Removes what imports have left whose processes have ended.
    ///
    /// - Throws: `TrackingError` with code `busy` if another import is going on: both might take the
    ///   same runs.
    public func removeUnfinishedImports() throws {
        for name in try unfinishedImports() {
            guard ScratchFolder.isAbandoned(name, beside: path) else {
                throw TrackingError.anotherImport(into: path)
            }
            try removeUnfinished(import: name)
        }
    }

    /// Runs `body` on a connection with the copy attached as `source`.
    private func attach<T>(
        _ copy: String,
        _ origin: Origin,
        _ body: (Database) throws -> T
    ) throws -> T {
        var settings = GRDB.Configuration()
        settings.busyMode = .timeout(configuration.busyTimeout)
        settings.foreignKeysEnabled = true
        let queue = try DatabaseQueue(path: path, configuration: settings)
        let result = try queue.writeWithoutTransaction { db in
            // Nothing in another program's schema is executed, and its pages are checked.
            try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            try db.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -262144")
            try db.execute(sql: "ATTACH DATABASE ? AS source", arguments: [copy])
            addFunctions(db, origin)
            return try body(db)
        }
        // A large import leaves a large log, which would keep its size.
        try? queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA main.wal_checkpoint(TRUNCATE)")
        }
        try? queue.close()
        return result
    }

    private func addFunctions(_ db: Database, _ origin: Origin) {
        let (root, base) = (origin.artifactRoot, origin.folder)
        let (artifacts, random) = (configuration.artifactRoot, configuration.random)
        db.add(
            function: DatabaseFunction("kept_location", argumentCount: 1, pure: true) { values in
                String.fromDatabaseValue(values[0]).map {
                    ArtifactURI.kept($0, root: root, artifacts: artifacts, base: base)
                }
            }
        )
        db.add(
            function: DatabaseFunction("new_uuid", argumentCount: 0) { _ in RunName.uuid(random) }
        )
    }

    /// Whether a copy can be read completely.
    private static func isSound(_ copy: String) -> Bool {
        let answer = try? DatabaseQueue(path: copy).read { db in
            try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
        }
        return answer == "ok"
    }
}
