import Database
import GRDB
import Platform

extension TrackingStore {
    /// Every experiment, run and logged model, in use and in the trash.
    public func artifactOwners() throws -> [ArtifactOwner] {
        try read { try ArtifactOwner.fetch($0) }
    }

    /// Deletes things permanently, with all that was logged for them.
    ///
    /// All rows are deleted in one transaction that is durable when this returns. Other processes
    /// cannot write while `choose` decides, so what it reads of the store stays true until then.
    ///
    /// - Parameter choose: Returns what to delete, given everything.
    /// - Returns: What was deleted.
    /// - Throws: `TrackingError` with code `invalidState`, and nothing is deleted, if a run or an
    ///   experiment was chosen that is not in the trash, or a model that is in use while neither
    ///   its run nor its experiment is chosen; and if an experiment was chosen without all of its
    ///   runs and models.
    @discardableResult
    public func removeForGood(
        _ choose: ([ArtifactOwner]) throws -> [ArtifactOwner]
    ) throws -> [ArtifactOwner] {
        try write(.full) { db, changes in
            let all = try ArtifactOwner.fetch(db)
            let chosen = try choose(all)
            try Self.check(chosen, among: all)
            // Parents last: the database refuses to delete what others still refer to.
            for kind in [ArtifactOwner.Kind.model, .run, .experiment] {
                for owner in chosen where owner.id.kind == kind {
                    changes.note(owner)
                    try owner.deleteRows(db)
                }
            }
            return chosen
        }
    }

    private static func check(_ chosen: [ArtifactOwner], among all: [ArtifactOwner]) throws {
        let known = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
        let going = Set(chosen.map(\.id))
        for id in going {
            guard let owner = known[id] else {
                throw TrackingError(.notFound, "There is no \(id.kind.rawValue) \(id.text).")
            }
            let goesAlong =
                id.kind == .model
                && (owner.sourceRun.map { going.contains(.init(.run, $0)) } ?? false
                    || going.contains(.init(.experiment, "\(owner.experimentID)")))
            guard owner.lifecycle == .deleted || goesAlong else {
                throw TrackingError(
                    .invalidState,
                    "The \(id.kind.rawValue) '\(Validation.printable(owner.name))' is not in the trash.",
                    hint: "delete it first"
                )
            }
        }
        for owner in all where owner.id.kind != .experiment && !going.contains(owner.id) {
            guard !going.contains(.init(.experiment, "\(owner.experimentID)")) else {
                throw TrackingError(
                    .invalidState,
                    "Experiment \(owner.experimentID) holds the \(owner.id.kind.rawValue) "
                        + "'\(Validation.printable(owner.name))', which was not chosen."
                )
            }
        }
    }
}

extension ChangeNotes {
    fileprivate mutating func note(_ owner: ArtifactOwner) {
        let kind: Change.Kind =
            switch owner.id.kind {
            case .experiment: .experiment
            case .run: .run
            case .model: .loggedModel
            }
        note(kind, owner.id.text.text, RunChange.removed.rawValue)
    }
}

extension ArtifactOwner {
    static func fetch(_ db: Database) throws -> [ArtifactOwner] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT 'experiment' AS kind, CAST(experiment_id AS TEXT) AS id, name, experiment_id,
                    artifact_location, NULL, lifecycle_stage,
                    coalesce(last_update_time, creation_time, 0)
                FROM experiments
                UNION ALL
                SELECT 'run', run_uuid, name, experiment_id, artifact_uri, NULL, lifecycle_stage,
                    coalesce(deleted_time, end_time, start_time, 0)
                FROM runs
                UNION ALL
                SELECT 'model', model_id, name, experiment_id, artifact_location, source_run_id,
                    lifecycle_stage, last_updated_timestamp_ms
                FROM logged_models
                ORDER BY kind, id
                """
        )
        return rows.compactMap { row in
            guard let kind = Kind(rawValue: row[0]) else { return nil }
            let lifecycle = LifecycleStage(rawValue: row[6] ?? "") ?? .active
            return ArtifactOwner(
                id: ID(kind, row[1]),
                name: row[2] ?? "",
                experimentID: row[3] ?? 0,
                location: row[4] ?? "",
                sourceRun: row[5],
                lifecycle: lifecycle,
                trashedAt: lifecycle == .deleted ? row[7] : nil
            )
        }
    }

    fileprivate func deleteRows(_ db: Database) throws {
        func delete(_ table: String, _ condition: String) throws {
            let statement = try db.cachedStatement(
                sql: "DELETE FROM \(table) WHERE \(condition)"
            )
            try statement.execute(arguments: ["id": id.text.text])
        }
        func deleteInputs(_ condition: String) throws {
            let inputs = "SELECT input_uuid FROM inputs WHERE \(condition)"
            try delete("input_tags", "input_uuid IN (\(inputs))")
            try delete("inputs", condition)
        }
        switch id.kind {
        case .model:
            try deleteInputs(
                "destination_type IN ('MODEL_INPUT', 'MODEL_OUTPUT') AND destination_id = :id"
            )
            // Metrics, parameters and tags are deleted with it.
            try delete("logged_models", "model_id = :id")
        case .run:
            for table in ["metrics", "latest_metrics", "params", "tags"] {
                try delete(table, "run_uuid = :id")
            }
            try deleteInputs(
                """
                destination_type = 'RUN' AND destination_id = :id
                OR source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id = :id
                """
            )
            // Requests, and metrics of models in this run, are deleted with it.
            try delete("runs", "run_uuid = :id")
        case .experiment:
            try delete("experiment_tags", "experiment_id = :id")
            try delete("trace_info", "experiment_id = :id")
            // Datasets are deleted with it.
            try delete("experiments", "experiment_id = :id")
        }
    }
}
