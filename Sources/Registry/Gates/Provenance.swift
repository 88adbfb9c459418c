import GRDB
import Tracking

/// Whether a version's files were made by its run, so that the run's metrics apply to them.
struct Provenance {
    private let db: Database
    /// The workspace's folder, which locations are relative to.
    private let root: String

    init(_ db: Database, root: String) {
        self.db = db
        self.root = root
    }

    /// Whether everything that the version refers to is in the folder of its run, or of a model
    /// that the run logged.
    ///
    /// Of a run that this program executed, only its result counts: clients may add other files to
    /// its folder.
    func holds(model: String, version: Int) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT source, coalesce(storage_location, source), run_id, artifact_uri
                FROM model_versions JOIN runs ON run_uuid = run_id
                WHERE model_versions.name = ? AND version = ?
                """
        )
        guard let row = try Row.fetchOne(statement, arguments: [model, version]) else {
            return false
        }
        let run: String = row[2]
        let folders = try folders(of: run, artifacts: row[3] ?? "")
        return try isInside(row[1] ?? "", folders, run) && isInside(row[0] ?? "", folders, run)
    }

    /// The folders that may contain the files of a version of this run.
    private func folders(of run: String, artifacts: String) throws -> [[String]] {
        let tags = try db.cachedStatement(
            sql: "SELECT key, value FROM tags WHERE run_uuid = ? AND key IN (?, ?, ?)"
        )
        let keys = [Tag.owner, Tag.adapter, Tag.model].map(\.text)
        let found = try Row.fetchAll(tags, arguments: [run, keys[0], keys[1], keys[2]])
            .reduce(into: [String: String]()) { $0[$1[0]] = $1[1] }
        if found[keys[0]] != nil {
            // The result is a folder, or a file alone in its folder.
            return keys.dropFirst().compactMap { found[$0]?.split(separator: "/").first }
                .compactMap { components("\(artifacts)/\($0)") }
        }
        let models = try db.cachedStatement(
            sql: "SELECT artifact_location FROM logged_models WHERE source_run_id = ?"
        )
        return ([artifacts] + (try String.fetchAll(models, arguments: [run])))
            .compactMap(components)
    }

    private func isInside(_ location: String, _ folders: [[String]], _ run: String) throws -> Bool {
        let parts = location.split(separator: "/", maxSplits: 1).map(String.init)
        if location.hasPrefix(ModelReference.scheme), parts.count > 1 {
            // For another registered version, the location resolved for it counts.
            guard parts[1].hasPrefix("m-"), !parts[1].contains("/") else { return true }
            let statement = try db.cachedStatement(
                sql: "SELECT artifact_location FROM logged_models WHERE model_id = ?"
            )
            guard let found = try String.fetchOne(statement, arguments: [parts[1]]) else {
                return false
            }
            return isInside(components(found), folders)
        }
        if location.hasPrefix("runs:/"), parts.count > 1 {
            return parts[1].split(separator: "/").first.map(String.init) == run
        }
        return isInside(components(location), folders)
    }

    private func isInside(_ place: [String]?, _ folders: [[String]]) -> Bool {
        guard let place else { return false }
        return folders.contains { place.starts(with: $0) }
    }

    /// The components of a location's path, normalized; nil for one that contains `..` or cannot be
    /// resolved.
    private func components(_ location: String) -> [String]? {
        let lowered = location.lowercased()
        guard !location.isEmpty, !lowered.contains("%2e"), !lowered.contains("%2f"),
            !location.split(separator: "/").contains("..")
        else { return nil }
        let absolute = ArtifactURI.kept(location, root: nil, artifacts: "artifacts", base: root)
        let kept = ArtifactURI.kept(absolute, root: root, artifacts: "artifacts", base: root)
        return kept.split(separator: "/").filter { $0 != "." }.map(String.init)
    }
}
