import Database
public import Tracking
import GRDB
import Glibc
import Platform

extension TrackingStore {
    /// Brings over experiments, runs, logged models and the registry from an SQLite
    /// database of MLflow's.
    ///
    /// The database may be in use: what is read is a copy. Everything is taken in one
    /// transaction, or nothing is, and other writers wait for it. Runs and models keep
    /// their ids; those that are here are left alone, so that an import can be repeated
    /// when the other database has grown. An experiment goes into one of its name that is
    /// empty or came from an earlier import, else it is called `name (imported)`. Rows that
    /// MLflow would not have written are counted and named. Tags that begin with
    /// `workbench.` get `imported.` before them: they would steer this program.
    ///
    /// No artifact is opened or copied. Their locations stay as they are, except that
    /// relative ones begin at the database's folder.
    ///
    /// - Parameters:
    ///   - path: The file that MLflow's `--backend-store-uri sqlite:///` names.
    ///   - artifactRoot: The workspace as an absolute path. Locations in its folder of
    ///     artifacts become relative to it.
    ///   - progress: Is told how far the import has come. What it throws ends the import,
    ///     and nothing was taken.
    /// - Throws: `TrackingError`, with code `foreignDatabase` when it is no database of
    ///   MLflow's.
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
        return try bring(copy, Origin(path, artifactRoot), ImportSummary(), progress)
    }

    /// Brings over experiments and runs from MLflow's older store of files, `mlruns`.
    ///
    /// As `importMLflow(database:artifactRoot:progress:)`, with these differences: of
    /// runs there are metrics, parameters and tags; a file that cannot be read is
    /// named and left out; symbolic links are not followed. The files should not be written
    /// meanwhile.
    ///
    /// - Parameters:
    ///   - folder: The folder with one folder an experiment.
    ///   - artifactRoot: The workspace as an absolute path.
    ///   - progress: Is told how far the import has come; what it throws ends the import.
    /// - Throws: `TrackingError`, with code `notFound` when there is no experiment.
    public func importMLruns(
        folder: String,
        artifactRoot: String? = nil,
        progress: (ImportProgress) throws -> Void = { _ in }
    ) throws -> ImportSummary {
        try database.checkWritable()
        let scratch = try ScratchFolder(beside: path)
        defer { scratch.remove() }
        let copy = "\(scratch.path)/mlruns.db"
        let summary = try TrackingError.wording(path: copy) {
            try MLrunsReader.read(folder, into: copy, progress)
        }
        return try bring(copy, Origin(folder, artifactRoot), summary, progress)
    }

    /// Where an import comes from.
    private struct Origin {
        /// The file or folder, absolute.
        let path: String
        /// The workspace.
        let artifactRoot: String?

        init(_ path: String, _ artifactRoot: String?) {
            self.path = ResolvedPath(path).text
            self.artifactRoot = artifactRoot
        }

        /// The folder that it lies in, where relative locations begin.
        var folder: String {
            path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
        }
    }

    private func bring(
        _ copy: String,
        _ origin: Origin,
        _ summary: ImportSummary,
        _ progress: (ImportProgress) throws -> Void
    ) throws -> ImportSummary {
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

    /// Runs `body` in one transaction of a connection with the copy as `source`.
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
            // What another program's schema says is not run, and its pages are checked.
            try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            try db.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -262144")
            try db.execute(sql: "ATTACH DATABASE ? AS source", arguments: [copy])
            addFunctions(db, origin)
            return try db.transaction(.full) {
                let result = try body(db)
                var notes = ChangeNotes()
                notes.note(.everything, "", "imported")
                _ = try notes.write(db, by: database.writer)
                return result
            }
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

    /// Whether a copy can be read to its end.
    private static func isSound(_ copy: String) -> Bool {
        let answer = try? DatabaseQueue(path: copy).read { db in
            try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
        }
        return answer == "ok"
    }
}
