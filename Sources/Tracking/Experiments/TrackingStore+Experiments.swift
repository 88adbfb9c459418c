import Database
package import GRDB
import Platform

// MARK: - Reading

extension TrackingStore {
    /// The experiments, in order of creation.
    public func experiments(_ view: LifecycleView = .active) throws -> [Experiment] {
        try read { try Experiment.fetch($0, where: view.condition) }
    }

    /// The experiment with this id.
    ///
    /// - Throws: `TrackingError` with code `notFound`.
    public func experiment(id: Int) throws -> Experiment {
        try read { try Experiment.find($0, id: id) }
    }

    /// The experiment with this name, in use or in the trash, or nil.
    public func experiment(named name: String) throws -> Experiment? {
        try read { try Experiment.fetch($0, where: "name = ?", [name]).first }
    }
}

// MARK: - Writing

extension TrackingStore {
    /// Creates an experiment whose artifacts are in `artifactLocation`, by default in a folder
    /// named by its id under the configured root.
    ///
    /// - Throws: `TrackingError` with code `alreadyExists`, also if that experiment is in the
    ///   trash.
    @discardableResult
    public func createExperiment(
        named name: String,
        artifactLocation: String? = nil,
        tags: [Tag] = []
    ) throws -> Experiment {
        try write { db, changes in
            if let existing = try Experiment.fetch(db, where: "name = ?", [name]).first {
                throw TrackingError(
                    .alreadyExists,
                    "Experiment '\(name)' already exists.",
                    hint: existing.lifecycle == .deleted ? "restore it from the trash" : nil
                )
            }
            return try insertExperiment(db, name, artifactLocation, tags, &changes)
        }
    }

    /// The experiment in use with this name; it is created if there is none.
    public func findOrCreateExperiment(named name: String) throws -> Experiment {
        if let found = try experiment(named: name), found.lifecycle == .active { return found }
        return try write { db, changes in
            guard let found = try Experiment.fetch(db, where: "name = ?", [name]).first else {
                return try insertExperiment(db, name, nil, [], &changes)
            }
            try found.checkActive()
            return found
        }
    }

    /// Renames an experiment.
    public func renameExperiment(_ id: Int, to name: String) throws {
        try Validation.check(
            text: name,
            of: "experiment name",
            limit: Validation.experimentNameLength
        )
        try write(.experiment, "\(id)") { db in
            try Experiment.find(db, id: id).checkActive()
            if let other = try Experiment.fetch(db, where: "name = ?", [name]).first {
                guard other.id == id else {
                    throw TrackingError(.alreadyExists, "Experiment '\(name)' already exists.")
                }
            }
            try db.execute(
                sql:
                    "UPDATE experiments SET name = ?, last_update_time = ? WHERE experiment_id = ?",
                arguments: [name, configuration.now(), id]
            )
        }
    }

    /// Moves an experiment and its runs to the trash.
    ///
    /// - Parameter permit: Throws if this is not allowed. It runs in the same transaction.
    public func deleteExperiment(
        _ id: Int,
        if permit: (Experiment) throws -> Void = { _ in }
    ) throws {
        try setLifecycle(.deleted, ofExperiment: id, if: permit)
    }

    /// Restores an experiment and its runs from the trash.
    public func restoreExperiment(_ id: Int) throws {
        try setLifecycle(.active, ofExperiment: id)
    }

    /// Sets tags of an experiment.
    public func setTags(_ tags: [Tag], ofExperiment id: Int) throws {
        try write(.experiment, "\(id)") { db in
            try Experiment.find(db, id: id).checkActive()
            try insertTags(db, tags, ofExperiment: id)
        }
    }

    /// Removes a tag of an experiment.
    ///
    /// - Throws: `TrackingError` with code `notFound` when the experiment has no such tag.
    public func deleteTag(_ key: TrackingKey, ofExperiment id: Int) throws {
        try write(.experiment, "\(id)") { db in
            try Experiment.find(db, id: id).checkActive()
            try db.execute(
                sql: "DELETE FROM experiment_tags WHERE key = ? AND experiment_id = ?",
                arguments: [key.text, id]
            )
            guard db.changesCount > 0 else {
                throw TrackingError(
                    .notFound,
                    "No tag with name: \(key) in experiment with id \(id)."
                )
            }
        }
    }

    private func insertExperiment(
        _ db: Database,
        _ name: String,
        _ artifactLocation: String?,
        _ tags: [Tag],
        _ changes: inout ChangeNotes
    ) throws -> Experiment {
        guard !name.isEmpty else {
            throw TrackingError(.invalidValue, "An experiment must have a name.")
        }
        try Validation.check(
            text: name,
            of: "experiment name",
            limit: Validation.experimentNameLength
        )
        let now = configuration.now()
        try db.execute(
            sql: """
                INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time,
                    last_update_time) VALUES (?, ?, 'active', ?, ?)
                """,
            arguments: [name, artifactLocation, now, now]
        )
        let id = Int(db.lastInsertedRowID)
        changes.note(.experiment, "\(id)")
        if artifactLocation == nil {
            try db.execute(
                sql: "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?",
                arguments: ["\(configuration.artifactRoot)/\(id)", id]
            )
        }
        try insertTags(db, tags, ofExperiment: id)
        return try Experiment.find(db, id: id)
    }

    private func insertTags(_ db: Database, _ tags: [Tag], ofExperiment id: Int) throws {
        for tag in tags {
            try tag.check(limit: Validation.experimentTagLength)
            try db.execute(
                sql: """
                    INSERT INTO experiment_tags (key, value, experiment_id) VALUES (?, ?, ?)
                    ON CONFLICT (key, experiment_id) DO UPDATE SET value = excluded.value
                    """,
                arguments: [tag.key.text, tag.storedValue, id]
            )
        }
    }

    private func setLifecycle(
        _ stage: LifecycleStage,
        ofExperiment id: Int,
        if permit: (Experiment) throws -> Void = { _ in }
    ) throws {
        try write { db, changes in
            changes.note(.experiment, "\(id)")
            let experiment = try Experiment.find(db, id: id)
            try permit(experiment)
            guard experiment.lifecycle != stage else {
                throw TrackingError(
                    .notFound,
                    "There is no \(stage == .deleted ? "active" : "deleted") experiment with id "
                        + "\(id): it is \(stage.rawValue) already."
                )
            }
            guard id != 0 || stage == .active else {
                throw TrackingError(
                    .invalidState,
                    "The experiment 'Default' cannot be deleted.",
                    hint: "delete its runs instead"
                )
            }
            let now = configuration.now()
            try db.execute(
                sql: """
                    UPDATE experiments SET lifecycle_stage = ?, last_update_time = ?
                    WHERE experiment_id = ?
                    """,
                arguments: [stage.rawValue, now, id]
            )
            let runs = try String.fetchAll(
                db,
                sql: "SELECT run_uuid FROM runs WHERE experiment_id = ? AND lifecycle_stage <> ?",
                arguments: [id, stage.rawValue]
            )
            for run in runs { changes.note(run: run) }
            try db.execute(
                sql: """
                    UPDATE runs SET lifecycle_stage = ?, deleted_time = ?
                    WHERE experiment_id = ? AND lifecycle_stage <> ?
                    """,
                arguments: [
                    stage.rawValue, stage == .deleted ? now : nil, id, stage.rawValue,
                ]
            )
        }
    }
}

// MARK: - Rows

extension Experiment {
    /// Creates the experiment that a new store contains.
    static func insertDefault(
        _ db: Database,
        _ configuration: TrackingStore.Configuration
    ) throws {
        let now = configuration.now()
        try db.execute(
            sql: """
                INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage,
                    creation_time, last_update_time) VALUES (0, 'Default', ?, 'active', ?, ?)
                """,
            arguments: ["\(configuration.artifactRoot)/0", now, now]
        )
    }

    static func find(_ db: Database, id: Int, withTags: Bool = true) throws -> Experiment {
        let found = try fetch(db, where: "experiment_id = ?", [id], withTags: withTags)
        guard let found = found.first else {
            throw TrackingError(
                .notFound,
                "No experiment with id=\(id) exists.",
                hint: "list the experiments"
            )
        }
        return found
    }

    package static func fetch(
        _ db: Database,
        where condition: String,
        _ arguments: StatementArguments = [],
        withTags: Bool = true
    ) throws -> [Experiment] {
        let found = try db.cachedStatement(
            sql: """
                SELECT experiment_id, name, artifact_location, lifecycle_stage, creation_time,
                    last_update_time FROM experiments WHERE \(condition) ORDER BY experiment_id
                """
        )
        let rows = try Row.fetchAll(found, arguments: arguments)
        let tags = try db.cachedStatement(
            sql: "SELECT key, value FROM experiment_tags WHERE experiment_id = ?"
        )
        return try rows.map { row in
            let notes = withTags ? try Row.fetchAll(tags, arguments: [row[0] as Int]) : []
            return Experiment(
                id: row[0],
                name: row[1],
                artifactLocation: row[2] ?? "",
                lifecycle: LifecycleStage(rawValue: row[3] ?? "") ?? .active,
                creationTime: row[4] ?? 0,
                lastUpdateTime: row[5] ?? 0,
                tags: Dictionary(
                    notes.map { (TrackingKey($0[0]), $0[1] ?? "") },
                    uniquingKeysWith: { first, _ in first }
                )
            )
        }
    }

    func checkActive() throws {
        guard lifecycle == .active else {
            throw TrackingError(
                .invalidState,
                "The experiment '\(name)' must be in the 'active' state.",
                hint: "restore it from the trash first"
            )
        }
    }
}
