import GRDB
import Platform
public import Tracking

extension ModelRegistry {
    /// Creates a registered model without versions.
    @discardableResult
    public func createModel(
        _ name: String,
        description: String? = nil,
        tags: [Tag] = [],
        by author: Author? = nil,
        reason: String = ""
    ) throws -> RegisteredModel {
        try change(
            name,
            .createModel,
            by: author,
            reason: reason,
            returning: { db, _ in try RegisteredModel.find(db, name: name) }
        ) { db, entry in
            guard try !RegisteredModel.exists(db, name: name) else {
                throw RegistryError(
                    .alreadyExists,
                    "Registered Model (name=\(name)) already exists."
                )
            }
            try insertModel(db, name, description, at: entry.time)
            try insertTags(db, tags, of: name)
        }
    }

    /// Registers files as the next version of a model, which is created if it does not exist.
    @discardableResult
    public func register(
        _ new: NewVersion,
        as model: String,
        by author: Author? = nil,
        reason: String = ""
    ) throws -> ModelVersion {
        try changeVersion(model, .register, by: author, reason: reason) { db, entry in
            try Names.check(text: new.source, of: "source")
            try Names.check(text: new.description ?? "", of: "description")
            try Names.check(text: new.runLink ?? "", of: "run link")
            if try !RegisteredModel.exists(db, name: model) {
                try insertModel(db, model, nil, at: entry.time)
            }
            // Deleted versions keep their rows, so that no number is used twice.
            let newest = try Int.fetchOne(
                db,
                sql: "SELECT max(version) FROM model_versions WHERE name = ?",
                arguments: [model]
            )
            let version = (newest ?? 0) + 1
            entry.version = version
            let now = entry.time
            try db.execute(
                sql: """
                    INSERT INTO model_versions (name, version, creation_time, last_updated_time,
                        description, user_id, current_stage, source, run_id, status,
                        storage_location, run_link)
                    VALUES (?, ?, ?, ?, ?, ?, 'None', ?, ?, 'READY', ?, ?)
                    """,
                arguments: [
                    model, version, now, now, new.description,
                    (author ?? identity).name, new.source, new.run,
                    new.storageLocation ?? new.source, new.runLink,
                ]
            )
            try insertTags(db, new.tags, of: model, version: version)
            if let files = new.files { try insert(db, files, of: model, version: version) }
        }
    }

    /// Sets the description of a model, or of one version of it.
    public func describe(
        _ model: String,
        version: Int? = nil,
        as description: String,
        by author: Author? = nil,
        reason: String = ""
    ) throws {
        try change(model, .describe, version: version, by: author, reason: reason) { db, _ in
            try Names.check(text: description, of: "description")
            try checkExists(db, model, version)
            if let version {
                try db.execute(
                    sql: "UPDATE model_versions SET description = ? WHERE name = ? AND version = ?",
                    arguments: [description, model, version]
                )
            } else {
                try db.execute(
                    sql: "UPDATE registered_models SET description = ? WHERE name = ?",
                    arguments: [description, model]
                )
            }
        }
    }

    /// Sets a tag of a model, or of one version of it.
    public func setTag(
        _ tag: Tag,
        of model: String,
        version: Int? = nil,
        by author: Author? = nil,
        reason: String = ""
    ) throws {
        let detail = tag.key.text
        try change(model, .setTag, version: version, detail: detail, by: author, reason: reason) {
            db,
            _ in
            try checkExists(db, model, version)
            try insertTags(db, [tag], of: model, version: version)
        }
    }

    /// Removes a tag of a model, or of one version of it, if it exists.
    public func deleteTag(
        _ key: TrackingKey,
        of model: String,
        version: Int? = nil,
        by author: Author? = nil,
        reason: String = ""
    ) throws {
        let detail = key.text
        try change(model, .deleteTag, version: version, detail: detail, by: author, reason: reason)
        { db, _ in
            try checkExists(db, model, version)
            if let version {
                try db.execute(
                    sql:
                        "DELETE FROM model_version_tags WHERE key = ? AND name = ? AND version = ?",
                    arguments: [key.text, model, version]
                )
            } else {
                try db.execute(
                    sql: "DELETE FROM registered_model_tags WHERE key = ? AND name = ?",
                    arguments: [key.text, model]
                )
            }
        }
    }

    /// Deletes a version with its approvals and aliases; its number is not used again.
    ///
    /// If it was deployed, the newest remaining version in stage Production is deployed now, or
    /// none.
    public func deleteVersion(
        _ version: Int,
        of model: String,
        by author: Author? = nil,
        reason: String = ""
    ) throws {
        try change(model, .deleteVersion, version: version, by: author, reason: reason) { db, _ in
            try checkExists(db, model, version)
            let row: StatementArguments = [model, version]
            try db.execute(
                sql: "DELETE FROM model_version_tags WHERE name = ? AND version = ?",
                arguments: row
            )
            for table in ["wb_approvals", "wb_version_files"] {
                try db.execute(
                    sql: "DELETE FROM \(table) WHERE name = ? AND version = ?",
                    arguments: row
                )
            }
            try db.execute(
                sql: "DELETE FROM registered_model_aliases WHERE name = ? AND version = ?",
                arguments: row
            )
            try db.execute(
                sql: """
                    UPDATE model_versions SET current_stage = '\(Stage.deleted)', description = NULL,
                        user_id = NULL, source = 'REDACTED-SOURCE-PATH',
                        run_id = 'REDACTED-RUN-ID', run_link = 'REDACTED-RUN-LINK',
                        storage_location = NULL, status_message = NULL
                    WHERE name = ? AND version = ?
                    """,
                arguments: row
            )
        }
    }

    /// Deletes a model with its versions, aliases and tags.
    ///
    /// - Throws: `RegistryError` with code `refused` if the model has a gate: a new model with
    ///   the same name would have none.
    public func deleteModel(_ model: String, by author: Author? = nil, reason: String = "") throws {
        try change(model, .deleteModel, by: author, reason: reason) { db, _ in
            try checkExists(db, model, nil)
            try checkNoGate(db, model, for: "deleted")
            for table in RegistryTable.all.reversed() {
                try db.execute(
                    sql: "DELETE FROM \(table.name) WHERE name = ?",
                    arguments: [model]
                )
            }
        }
    }

    func checkExists(_ db: Database, _ model: String, _ version: Int?) throws {
        if let version {
            _ = try ModelVersion.find(db, model: model, version: version)
        } else if try !RegisteredModel.exists(db, name: model) {
            throw RegisteredModel.notFound(model)
        }
    }

    private func insertModel(
        _ db: Database,
        _ name: String,
        _ description: String?,
        at time: Int
    ) throws {
        try Names.check(model: name)
        try Names.check(text: description ?? "", of: "description")
        try db.execute(
            sql: "INSERT INTO registered_models VALUES (?, ?, ?, ?)",
            arguments: [name, time, time, description]
        )
    }

    private func insertTags(
        _ db: Database,
        _ tags: [Tag],
        of model: String,
        version: Int? = nil
    ) throws {
        for tag in tags {
            try tag.check(limit: Names.tagLength)
            if let version {
                try db.execute(
                    sql: """
                        INSERT INTO model_version_tags (key, value, name, version)
                        VALUES (?, ?, ?, ?)
                        ON CONFLICT (key, name, version) DO UPDATE SET value = excluded.value
                        """,
                    arguments: [tag.key.text, tag.value, model, version]
                )
            } else {
                try db.execute(
                    sql: """
                        INSERT INTO registered_model_tags (key, value, name) VALUES (?, ?, ?)
                        ON CONFLICT (key, name) DO UPDATE SET value = excluded.value
                        """,
                    arguments: [tag.key.text, tag.value, model]
                )
            }
        }
    }
}
