import GRDB
import Tracking

extension MLflowImport {
    /// Chooses the name of each registered model here, and creates those that do not exist.
    ///
    /// Fills `new_registered` with the names in the source and here of those with new versions, and
    /// creates `new_versions`.
    mutating func chooseNames(of sources: [SourceModel]) throws {
        try db.execute(
            sql: """
                CREATE TEMP TABLE new_registered (workspace TEXT, old TEXT, new TEXT,
                    is_made INTEGER, deployed_before INTEGER, PRIMARY KEY (workspace, old));
                CREATE TEMP TABLE new_versions (workspace TEXT, old TEXT, version INTEGER, new TEXT,
                    PRIMARY KEY (workspace, old, version));
                """
        )
        var taken: Set<TrackingKey> = []
        for source in sources {
            guard let (name, isMade) = try chooseName(of: source, taken) else { continue }
            taken.insert(TrackingKey(name))
            if isMade { try make(source, named: name) }
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO temp.new_registered
                    SELECT ?1, ?2, m.name, ?4, \(Self.deployed("m.name"))
                    FROM main.registered_models AS m WHERE m.name = ?3
                    """,
                arguments: [source.workspace, source.name, name, isMade]
            )
        }
    }

    /// The name here, and whether a model with that name must be created; nil if all versions exist
    /// already.
    private mutating func chooseName(
        of source: SourceModel,
        _ taken: Set<TrackingKey>
    ) throws -> (String, isMade: Bool)? {
        let marked = try String.fetchOne(
            db,
            sql: "SELECT name FROM main.registered_model_tags WHERE key = ? AND value = ?",
            arguments: [Self.mark, source.mark]
        )
        if let marked, !taken.contains(TrackingKey(marked)) { return (marked, false) }
        let isTaken = try exists(
            "main.registered_models WHERE name = ?",
            arguments: [source.name]
        )
        guard isTaken else { return (source.name, true) }
        if !taken.contains(TrackingKey(source.name)), try isHere(source) {
            summary.modelVersionsPresent += try countVersions(of: source)
            return nil
        }
        let name = try freeName(source.name, in: "registered_models")
        summary.renamed.append(.init(from: source.name, to: name))
        return (name, true)
    }

    /// Whether the model with this name has all versions, as in an export of our own.
    private func isHere(_ source: SourceModel) throws -> Bool {
        guard shape.has("model_versions") else { return true }
        let table = ImportedTable.modelVersions
        return try !exists(
            """
            source.model_versions AS s WHERE s.name = ?1 AND \(shape.workspace(of: table)) = ?2
                AND NOT EXISTS (SELECT 1 FROM main.model_versions AS v
                    WHERE v.name = s.name AND v.version = s.version
                        AND v.run_id IS \(shape.value("run_id", of: table))
                        AND v.creation_time IS \(shape.value("creation_time", of: table)))
            """,
            arguments: [source.name, source.workspace]
        )
    }

    private func countVersions(of source: SourceModel) throws -> Int {
        guard shape.has("model_versions") else { return 0 }
        return try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM source.model_versions AS s
                WHERE s.name = ? AND \(shape.workspace(of: .modelVersions)) = ?
                """,
            arguments: [source.name, source.workspace]
        ) ?? 0
    }

    private mutating func make(_ source: SourceModel, named name: String) throws {
        try db.execute(
            sql: "INSERT INTO main.registered_models VALUES (?, ?, ?, ?)",
            arguments: [name, source.creationTime, source.lastUpdateTime, source.description]
        )
        try db.execute(
            sql: "INSERT INTO main.registered_model_tags (key, value, name) VALUES (?, ?, ?)",
            arguments: [Self.mark, source.mark, name]
        )
        summary.registeredModels += 1
    }

    /// Adds the import to the registry's history: one row for each model that was created, and one
    /// for each that got versions.
    func record() throws {
        try db.execute(
            sql: """
                INSERT INTO main.wb_deployments (changed_at, changed_by, model, action, version,
                    version_from, version_to, reason)
                SELECT ?1, ?2, r.new, CASE WHEN r.is_made THEN 'create-model' ELSE 'register' END,
                    CASE WHEN r.is_made THEN NULL ELSE max(v.version) END, r.deployed_before,
                    \(Self.deployed("r.new")), ?3
                FROM temp.new_registered AS r
                    LEFT JOIN temp.new_versions AS v USING (workspace, old)
                WHERE r.is_made OR v.version IS NOT NULL
                GROUP BY r.workspace, r.old ORDER BY r.rowid
                """,
            arguments: [
                store.configuration.now(), store.configuration.identity.description,
                "imported from \(origin)",
            ]
        )
    }

    /// The deployed version of a model, by the registry's rule.
    private static func deployed(_ name: String) -> String {
        """
        coalesce(
            (SELECT a.version FROM main.registered_model_aliases AS a
                JOIN main.model_versions AS d ON d.name = a.name AND d.version = a.version
             WHERE a.name = \(name) AND a.alias = 'production'
                AND d.current_stage <> 'Deleted_Internal'),
            (SELECT max(d.version) FROM main.model_versions AS d
             WHERE d.name = \(name) AND d.current_stage = 'Production'))
        """
    }

    func exists(_ rows: String, arguments: StatementArguments) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM \(rows))", arguments: arguments)
            ?? false
    }
}
