import Database
import GRDB
import Platform

extension LoggedModel {
    static func find(_ db: Database, id: String) throws -> LoggedModel {
        guard let found = try fetch(db, where: "model_id = ?", [id]).first else {
            throw notFound(id)
        }
        return found
    }

    static func notFound(_ id: String) -> TrackingError {
        TrackingError(.notFound, "Logged model with id=\(Validation.printable(id)) not found.")
    }

    static func fetch(
        _ db: Database,
        where condition: String,
        _ arguments: StatementArguments
    ) throws -> [LoggedModel] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT model_id, experiment_id, name, artifact_location, status,
                    creation_timestamp_ms, last_updated_timestamp_ms, model_type, source_run_id,
                    status_message FROM logged_models
                WHERE lifecycle_stage = 'active' AND \(condition)
                ORDER BY creation_timestamp_ms, rowid
                """
        )
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            var model = LoggedModel(
                id: row[0],
                experimentID: row[1],
                name: row[2],
                artifactLocation: row[3],
                status: Status(rawValue: row[4]) ?? .pending,
                creationTime: row[5],
                lastUpdateTime: row[6],
                modelType: row[7],
                sourceRun: row[8],
                statusMessage: row[9]
            )
            try model.addDetails(db)
            return model
        }
    }

    private mutating func addDetails(_ db: Database) throws {
        func rows(_ sql: String) throws -> [Row] {
            try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [id])
        }
        let params = "SELECT param_key, param_value FROM logged_model_params WHERE model_id = ?"
        for row in try rows(params) { self.params[TrackingKey(row[0])] = row[1] }
        let tags = "SELECT tag_key, tag_value FROM logged_model_tags WHERE model_id = ?"
        for row in try rows(tags) { self.tags[TrackingKey(row[0])] = row[1] }
        metrics = try ModelMetric.fetch(db, model: id)
    }
}

extension LoggedModel {
    /// The models that the runs in a JSON array of ids read, in the order in which they were
    /// logged, each with its run's index in the array.
    static func inputs(_ db: Database, runs ids: String) throws -> [(place: Int, id: String)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT item.key, destination_id
                FROM json_each(?) AS item
                    CROSS JOIN inputs ON source_type = 'RUN_INPUT' AND source_id = item.value
                        AND destination_type = 'MODEL_INPUT'
                ORDER BY inputs.rowid
                """
        )
        return try Row.fetchAll(statement, arguments: [ids]).map { ($0[0], $0[1]) }
    }
}

extension ModelOutput {
    /// The outputs of the runs in a JSON array of ids, in the order in which they were logged, each
    /// with its run's index in the array.
    static func fetch(_ db: Database, runs ids: String) throws -> [(place: Int, ModelOutput)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT item.key, destination_id, step
                FROM json_each(?) AS item
                    CROSS JOIN inputs ON source_type = 'RUN_OUTPUT' AND source_id = item.value
                        AND destination_type = 'MODEL_OUTPUT'
                ORDER BY inputs.rowid
                """
        )
        return try Row.fetchAll(statement, arguments: [ids]).map { row in
            (row[0], ModelOutput(model: row[1], step: row[2]))
        }
    }
}
