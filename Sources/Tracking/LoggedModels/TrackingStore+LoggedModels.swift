import Database
import GRDB
import JSON
import Platform

// MARK: - Reading

extension TrackingStore {
    /// The model with this id.
    ///
    /// - Throws: `TrackingError` with code `notFound`.
    public func loggedModel(_ id: String) throws -> LoggedModel {
        try read { try LoggedModel.find($0, id: id) }
    }

    /// The models that a run made, oldest first.
    public func loggedModels(run: String) throws -> [LoggedModel] {
        try read { try LoggedModel.fetch($0, where: "source_run_id = ?", [run]) }
    }
}

// MARK: - Writing

extension TrackingStore {
    /// Creates a model; its files belong in its `artifactLocation`.
    ///
    /// The run that made it may be of another store.
    @discardableResult
    public func createLoggedModel(_ new: NewLoggedModel) throws -> LoggedModel {
        try write { db, changes in
            let experiment = try Experiment.find(db, id: new.experimentID)
            try experiment.checkActive()
            let name = new.name.isEmpty ? RunName.random(configuration.random) : new.name
            try Validation.check(text: name, of: "model name")
            let id = "m-\(RunName.uuid(configuration.random))"
            changes.note(.loggedModel, id)
            let now = configuration.now()
            let location =
                new.artifactLocation ?? "\(experiment.artifactLocation)/models/\(id)/artifacts"
            try db.execute(
                sql: """
                    INSERT INTO logged_models (model_id, experiment_id, name, artifact_location,
                        creation_timestamp_ms, last_updated_timestamp_ms, status, lifecycle_stage,
                        model_type, source_run_id) VALUES (?, ?, ?, ?, ?, ?, ?, 'active', ?, ?)
                    """,
                arguments: [
                    id, experiment.id, name, location, now, now, new.status.rawValue,
                    new.modelType, new.sourceRun,
                ]
            )
            try insertParams(db, new.params, ofModel: id, experiment: experiment.id)
            try insertTags(db, new.tags, ofModel: id, experiment: experiment.id)
            return try LoggedModel.find(db, id: id)
        }
    }

    /// Records that a model's files are complete, or that writing them failed.
    @discardableResult
    public func finishLoggedModel(
        _ id: String,
        status: LoggedModel.Status = .ready,
        message: String? = nil
    ) throws -> LoggedModel {
        try write(.loggedModel, id, .full) { db in
            _ = try LoggedModel.find(db, id: id)
            try db.execute(
                sql: """
                    UPDATE logged_models SET status = ?, status_message = ?,
                        last_updated_timestamp_ms = ? WHERE model_id = ?
                    """,
                arguments: [status.rawValue, message, configuration.now(), id]
            )
            return try LoggedModel.find(db, id: id)
        }
    }

    /// Sets tags of a model.
    public func setTags(_ tags: [Tag], ofModel id: String) throws {
        try write(.loggedModel, id) { db in
            let model = try LoggedModel.find(db, id: id)
            try insertTags(db, tags, ofModel: id, experiment: model.experimentID)
        }
    }

    /// Records in a tag of a logged model that it became a version of a registered one.
    public func note(version: Int, of name: String, ofLoggedModel id: String) throws {
        try write(.loggedModel, id) { db in
            let model = try LoggedModel.find(db, id: id)
            let entry: JSONValue = ["name": .string(name), "version": .integer(version)]
            var versions: [JSONValue] = []
            if let old = model.tags[Tag.modelVersions],
                case .array(let list) = try? JSONParser.parse(Array(old.utf8))
            {
                versions = list
            }
            guard !versions.contains(entry) else { return }
            let list = JSONValue.array(versions + [entry])
            try insertTags(
                db,
                [Tag(Tag.modelVersions, String(decoding: list.bytes, as: UTF8.self))],
                ofModel: id,
                experiment: model.experimentID
            )
        }
    }

    /// Removes a tag of a model.
    ///
    /// - Throws: `TrackingError` with code `notFound` when the model has no such tag.
    public func deleteTag(_ key: TrackingKey, ofModel id: String) throws {
        try write(.loggedModel, id) { db in
            _ = try LoggedModel.find(db, id: id)
            try db.execute(
                sql: "DELETE FROM logged_model_tags WHERE model_id = ? AND tag_key = ?",
                arguments: [id, key.text]
            )
            guard db.changesCount > 0 else {
                throw TrackingError(
                    .notFound,
                    "No tag with key '\(key)' found for logged model '\(id)'."
                )
            }
        }
    }

    /// Adds parameters to a model; existing ones keep their values.
    public func logParams(_ params: [Param], ofModel id: String) throws {
        try write(.loggedModel, id) { db in
            let model = try LoggedModel.find(db, id: id)
            try insertParams(db, params, ofModel: id, experiment: model.experimentID)
        }
    }

    /// Moves a model to the trash.
    public func deleteLoggedModel(_ id: String) throws {
        try write(.loggedModel, id) { db in
            _ = try LoggedModel.find(db, id: id)
            try db.execute(
                sql: """
                    UPDATE logged_models SET lifecycle_stage = 'deleted',
                        last_updated_timestamp_ms = ? WHERE model_id = ?
                    """,
                arguments: [configuration.now(), id]
            )
        }
    }

    /// Records which models a run made; they may be of another store.
    public func logOutputs(_ outputs: [ModelOutput], run: String) throws {
        try write(.run, run) { db in
            try RunRecord.checkActive(db, id: run)
            for output in outputs {
                try Validation.check(modelID: output.model)
                try db.execute(
                    sql: """
                        INSERT INTO inputs (input_uuid, source_type, source_id, destination_type,
                            destination_id, step)
                        VALUES (?, 'RUN_OUTPUT', ?, 'MODEL_OUTPUT', ?, ?) ON CONFLICT DO NOTHING
                        """,
                    arguments: [
                        RunName.uuid(configuration.random), run, output.model, output.step,
                    ]
                )
            }
        }
    }

    private func insertTags(
        _ db: Database,
        _ tags: [Tag],
        ofModel id: String,
        experiment: Int
    ) throws {
        for tag in tags {
            try tag.check()
            try db.execute(
                sql: """
                    INSERT INTO logged_model_tags (model_id, experiment_id, tag_key, tag_value)
                    VALUES (?, ?, ?, ?)
                    ON CONFLICT (model_id, tag_key) DO UPDATE SET tag_value = excluded.tag_value
                    """,
                arguments: [id, experiment, tag.key.text, tag.storedValue]
            )
        }
    }

    private func insertParams(
        _ db: Database,
        _ params: [Param],
        ofModel id: String,
        experiment: Int
    ) throws {
        for param in params {
            try Validation.check(key: param.key, of: .parameter)
            try Validation.check(text: param.value, of: "value of parameter \(param.key)")
            try db.execute(
                sql: "INSERT INTO logged_model_params VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [id, experiment, param.key.text, param.storedValue]
            )
        }
    }
}
