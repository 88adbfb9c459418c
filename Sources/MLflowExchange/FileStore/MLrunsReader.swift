import Database
import GRDB
import Platform
import Tracking

/// Reads MLflow's file store into a temporary database with MLflow's schema, which is then imported
/// as any other.
///
/// ```
/// mlruns/<experiment>/meta.yaml, tags/<name>
/// mlruns/<experiment>/<run>/meta.yaml, metrics/<name>, params/<name>, tags/<name>
/// mlruns/.trash/<experiment>/…
/// ```
///
/// A slash in a name is a folder. Unreadable files are listed in the summary.
struct MLrunsReader {
    private let root: String
    private let writer: MLrunsWriter
    private let progress: (ImportProgress) throws -> Void
    private var summary = ImportSummary()
    private var experiments = 0
    private var runs: Set<TrackingKey> = []

    /// The maximum size of a file other than a metric's.
    private static let sizeLimit = 1 << 20
    /// The maximum size of a metric's file.
    private static let metricSizeLimit = 1 << 29
    /// The maximum number of slashes in a name.
    private static let depthLimit = 32
    private static let unreadable = "its file cannot be read"
    /// The entries of an experiment's folder that are not runs.
    private static let reserved: Set<TrackingKey> = ["tags", "datasets", "traces", "models"]

    /// Reads the store in `folder` into a new database at `path`.
    ///
    /// - Returns: A summary of what could not be read.
    static func read(
        _ folder: String,
        into path: String,
        _ progress: (ImportProgress) throws -> Void
    ) throws -> ImportSummary {
        let queue = try DatabaseQueue(path: path)
        let summary = try withoutActuallyEscaping(progress) { progress in
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
                var reader = MLrunsReader(
                    root: folder,
                    writer: try MLrunsWriter(db),
                    progress: progress
                )
                return try db.transaction(.normal) {
                    try reader.readStore()
                    try db.execute(sql: "CREATE INDEX metric_keys ON metrics (key)")
                    return reader.summary
                }
            }
        }
        try queue.close()
        return summary
    }

    private init(
        root: String,
        writer: MLrunsWriter,
        progress: @escaping (ImportProgress) throws -> Void
    ) {
        self.root = root
        self.writer = writer
        self.progress = progress
    }

    private mutating func readStore() throws {
        let missing = TrackingError(
            .notFound,
            "\(root) holds no experiments of MLflow.",
            hint: "name the folder mlruns: it holds a folder with a meta.yaml for each experiment"
        )
        let entries: [PlainFiles.Entry]
        // The folder itself may be a link: the user named it.
        do { entries = try PlainFiles.entries(of: "\(root)/.") } catch { throw missing }
        for entry in entries {
            switch entry.name {
            case ".trash": try readExperiments(try list(".trash", "folder"), in: ".trash/")
            case "models":
                leaveOut("registry", "models", "registered models are not read from files")
            default: try readExperiments([entry], in: "")
            }
        }
        guard experiments > 0 else { throw missing }
    }

    // MARK: - Experiments

    private mutating func readExperiments(_ entries: [PlainFiles.Entry], in folder: String) throws {
        for entry in entries {
            let path = folder + entry.name
            switch entry.kind {
            case .folder: try readExperiment(path, folder: entry.name)
            case .link: leaveOut("experiment", path, "symbolic links are not followed")
            case .file, .special: continue
            }
        }
    }

    private mutating func readExperiment(_ path: String, folder: String) throws {
        guard let meta = meta(path, "experiment") else { return }
        guard let id = meta.integer("experiment_id"), meta.text("experiment_id") == folder else {
            return leaveOut("experiment", path, "its meta.yaml names another id")
        }
        experiments += 1
        try writer.writeExperiment(meta, id: id)
        for (name, value) in try texts("\(path)/tags", "experiment tag") {
            try writer.writeExperimentTag(id, name, value)
        }
        for entry in try list(path, "experiment") {
            let place = "\(path)/\(entry.name)"
            if entry.kind == .link {
                leaveOut("run", place, "symbolic links are not followed")
            } else if entry.kind == .folder, entry.name == "models" {
                leaveOut("logged models", place, "logged models are not read from files")
            } else if entry.kind == .folder, !Self.reserved.contains(TrackingKey(entry.name)) {
                try readRun(place, folder: entry.name, experiment: id)
            }
        }
    }

    // MARK: - Runs

    private mutating func readRun(_ path: String, folder: String, experiment: Int) throws {
        guard let meta = meta(path, "run") else { return }
        guard (meta.text("run_id") ?? meta.text("run_uuid")) == folder else {
            return leaveOut("run", path, "its meta.yaml names another id")
        }
        guard runs.insert(TrackingKey(folder)).inserted else {
            return leaveOut("run", path, "it occurs twice")
        }
        guard let row = MLrunsWriter.Run(meta, id: folder, experiment: experiment) else {
            return leaveOut("run", path, "its status is not known")
        }
        try progress(ImportProgress(.reading, done: runs.count))
        try writer.write(row)
        if try list(path, "run").contains(where: { $0.kind == .folder && $0.name == "inputs" }) {
            leaveOut(
                "dataset inputs",
                path,
                "the links of runs to datasets are not read from files"
            )
        }
        for (name, value) in try texts("\(path)/params", "parameter") {
            try writer.writeParam(folder, name, value)
        }
        for (name, value) in try texts("\(path)/tags", "tag") {
            try writer.writeTag(folder, name, value)
        }
        for name in try names("\(path)/metrics", "metric") {
            let place = "\(path)/metrics/\(name)"
            do {
                let bytes = try PlainFiles.read(
                    "\(root)/\(place)",
                    limit: Self.metricSizeLimit
                )
                let points = try MetricFile.points(bytes)
                for point in points { try writer.write(point, of: name, run: folder) }
            } catch let fault as PlainFiles.Fault {
                leaveOut("metric", "\(place): \(fault)", Self.unreadable)
            }
        }
    }

    // MARK: - Files

    private mutating func meta(_ path: String, _ kind: String) -> MetaFile? {
        do {
            return try MetaFile(
                PlainFiles.read("\(root)/\(path)/meta.yaml", limit: Self.sizeLimit)
            )
        } catch {
            leaveOut(kind, "\(path)/meta.yaml: \(error)", Self.unreadable)
            return nil
        }
    }

    /// The files of a folder with their content.
    private mutating func texts(
        _ path: String,
        _ kind: String
    ) throws -> [(name: String, value: String)] {
        try names(path, kind).compactMap { name in
            let place = "\(path)/\(name)"
            do {
                return (name, try PlainFiles.text("\(root)/\(place)", limit: Self.sizeLimit))
            } catch {
                leaveOut(kind, "\(place): \(error)", Self.unreadable)
                return nil
            }
        }
    }

    /// The names of the files of a folder and its subfolders.
    private mutating func names(
        _ path: String,
        _ kind: String,
        depth: Int = 0
    ) throws -> [String] {
        var names: [String] = []
        for entry in try list(path, kind) {
            let place = "\(path)/\(entry.name)"
            switch entry.kind {
            case .file: names.append(entry.name)
            case .folder where depth < Self.depthLimit:
                names += try self.names(place, kind, depth: depth + 1)
                    .map { "\(entry.name)/\($0)" }
            case .folder: leaveOut(kind, place, "its name has too many slashes")
            case .link: leaveOut(kind, place, "symbolic links are not followed")
            case .special: leaveOut(kind, place, "it is not a regular file")
            }
        }
        return names
    }

    private mutating func list(_ path: String, _ kind: String) throws -> [PlainFiles.Entry] {
        do {
            return try PlainFiles.entries(of: "\(root)/\(path)")
        } catch {
            leaveOut(kind, "\(path): \(error)", Self.unreadable)
            return []
        }
    }

    private mutating func leaveOut(_ kind: String, _ name: String, _ reason: String) {
        summary.leaveOut(kind, name, because: reason)
    }
}
