import Database
import GRDB
import Tracking

extension MLflowImport {
    /// An experiment of the other database.
    private struct Source {
        let id: Int
        let name: String
        let location: String?
        let lifecycle: String
        let creationTime: Int?
        let lastUpdateTime: Int?

        init(row: Row) {
            id = row[0]
            name = row[1]
            location = row[2]
            lifecycle = row[3]
            creationTime = row[4]
            lastUpdateTime = row[5]
        }

        /// What identifies it among all experiments of all databases.
        var mark: String { "\(id)@\(creationTime.map(String.init) ?? name)" }
    }

    /// Finds or creates an experiment for each that has something new, and fills `new_experiments`
    /// with their numbers in the source and here; imports their tags and datasets.
    mutating func importExperiments() throws {
        try db.execute(
            sql: "CREATE TEMP TABLE new_experiments (old INTEGER PRIMARY KEY, new INTEGER)"
        )
        let table = ImportedTable.experiments
        try nameFaults(table)
        let sources = try Row.fetchAll(
            db,
            sql: """
                SELECT s.experiment_id, s.name,
                    kept_location(\(shape.value("artifact_location", of: table))),
                    coalesce(\(shape.value("lifecycle_stage", of: table)), 'active'),
                    \(shape.value("creation_time", of: table)),
                    \(shape.value("last_update_time", of: table))
                FROM source.experiments AS s WHERE \(condition(table)) ORDER BY s.experiment_id
                """
        ).map(Source.init)
        let fresh = try experimentsWithNews()
        var taken: Set<Int> = []
        for source in sources {
            guard let id = try target(for: source, hasNews: fresh.contains(source.id), taken)
            else { continue }
            taken.insert(id)
            try db.execute(
                sql: "INSERT OR IGNORE INTO temp.new_experiments VALUES (?, ?)",
                arguments: [source.id, id]
            )
            try setTag(Self.mark, source.mark, ofExperiment: id)
        }
        try copyRows(
            .experimentTags,
            "CROSS JOIN temp.new_experiments AS e ON e.old = s.experiment_id",
            setting: ["key": Self.foreign("key"), "experiment_id": "e.new"],
            isMerged: true
        )
        try importDatasets()
    }

    /// The experiments of the source with runs or models that do not exist here.
    private func experimentsWithNews() throws -> Set<Int> {
        let models =
            shape.has("logged_models")
            ? """
            UNION SELECT experiment_id FROM source.logged_models
                WHERE model_id NOT IN (SELECT model_id FROM main.logged_models)
            """ : ""
        return try Set(
            Int.fetchAll(
                db,
                sql: """
                    SELECT experiment_id FROM (
                        SELECT experiment_id FROM source.runs
                            WHERE run_uuid NOT IN (SELECT run_uuid FROM main.runs) \(models))
                    WHERE typeof(experiment_id) = 'integer'
                    """
            )
        )
    }

    /// The experiment here that receives the source's runs and models, if there are any new ones.
    private mutating func target(
        for source: Source,
        hasNews: Bool,
        _ taken: Set<Int>
    ) throws -> Int? {
        let marked = try Int.fetchOne(
            db,
            sql: """
                SELECT experiment_id FROM main.experiment_tags
                    JOIN main.experiments USING (experiment_id)
                WHERE key = ? AND value = ? AND lifecycle_stage IN ('active', ?)
                """,
            arguments: [Self.mark, source.mark, source.lifecycle]
        )
        if let marked, !taken.contains(marked) { return marked }
        guard let existing = try Experiment.fetch(db, where: "name = ?", [source.name]).first else {
            return try make(source, named: source.name)
        }
        if source.lifecycle == "active", existing.lifecycle == .active,
            !taken.contains(existing.id), try isEmpty(existing.id)
        {
            return existing.id
        }
        guard hasNews else { return nil }
        let name = try freeName(source.name, in: "experiments")
        summary.renamed.append(.init(from: source.name, to: name))
        return try make(source, named: name)
    }

    private func isEmpty(_ id: Int) throws -> Bool {
        for table in ["runs", "logged_models", "datasets", "trace_info"] {
            let isUsed = try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM main.\(table) WHERE experiment_id = ?)",
                arguments: [id]
            )
            if isUsed ?? false { return false }
        }
        return true
    }

    /// Creates an experiment.
    ///
    /// Its location is one of ours, since new runs will write there; the location of the old runs
    /// is in each of them, and in a tag.
    private mutating func make(_ source: Source, named name: String) throws -> Int {
        let now = store.configuration.now()
        try db.execute(
            sql: """
                INSERT INTO main.experiments (name, lifecycle_stage, creation_time,
                    last_update_time) VALUES (?, ?, ?, ?)
                """,
            arguments: [
                name, source.lifecycle, source.creationTime ?? now, source.lastUpdateTime ?? now,
            ]
        )
        let id = Int(db.lastInsertedRowID)
        try db.execute(
            sql: "UPDATE main.experiments SET artifact_location = ? WHERE experiment_id = ?",
            arguments: ["\(store.configuration.artifactRoot)/\(id)", id]
        )
        if let location = source.location, !location.isEmpty {
            try setTag("\(Self.mark)_location", location, ofExperiment: id)
        }
        summary.experiments += 1
        return id
    }

    private func setTag(_ key: String, _ value: String, ofExperiment id: Int) throws {
        try db.execute(
            sql: """
                INSERT INTO main.experiment_tags (key, value, experiment_id) VALUES (?, ?, ?)
                ON CONFLICT DO NOTHING
                """,
            arguments: [key, value, id]
        )
    }

    /// The name with ` (imported)` appended, and a number if that is in use too.
    func freeName(_ name: String, in table: String) throws -> String {
        var (candidate, number) = ("\(name) (imported)", 1)
        while try Bool.fetchOne(
            db,
            sql: "SELECT EXISTS (SELECT 1 FROM main.\(table) WHERE name = ?)",
            arguments: [candidate]
        ) ?? false {
            number += 1
            candidate = "\(name) (imported \(number))"
        }
        return candidate
    }
}
