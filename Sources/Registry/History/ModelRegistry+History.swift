import Database
import GRDB
import Tracking

extension ModelRegistry {
    /// The changes, newest first.
    ///
    /// - Parameters:
    ///   - model: Only changes of this model, even if it was deleted; all if nil.
    ///   - limit: At most this many.
    public func history(_ model: String? = nil, limit: Int? = nil) throws -> [RegistryChange] {
        try store.read { db in
            try RegistryChange.fetch(
                db,
                where: model == nil ? "1" : "wb_deployments.model = ?",
                model.map { [$0] } ?? [],
                limit: limit
            )
        }
    }

    /// Makes one change to a model and records it, all or nothing.
    ///
    /// The rows before and after are compared, so that the record says what was done and not what
    /// was meant, and a change without effect leaves no trace. A change that deploys a version is
    /// refused if the version does not pass the model's gate.
    ///
    /// - Parameters:
    ///   - result: Reads what the caller returns, after everything is written.
    ///   - body: Makes the change, and may add details to the entry.
    func change<T>(
        _ model: String,
        _ action: RegistryChange.Action,
        version: Int? = nil,
        detail: String? = nil,
        by author: Author?,
        reason: String,
        returning result: (Database, RegistryChange) throws -> T,
        _ body: (Database, inout RegistryChange) throws -> Void
    ) throws -> T {
        try Names.check(text: reason, of: "reason", limit: 5000)
        return try store.write(.registeredModel, model, .full) { db in
            var entry = try newEntry(db, model, action, by: author, reason: reason)
            entry.version = version
            entry.detail = detail
            let before = try ModelImage(db, model: model)
            let inUse = try VersionsInUse(db, of: model)
            try body(db, &entry)
            entry.note = try checkGate(db, entry, by: author ?? identity, since: inUse)
            let touched = before.changes(to: try ModelImage(db, model: model))
            guard !touched.isEmpty else { return try result(db, entry) }

            try stampTimes(db, model, touched, entry.time)
            let changes = before.changes(to: try ModelImage(db, model: model))
            entry.deployedAfter = try Deployment.version(db, of: model)
            entry.noteUndeployment()
            try entry.insert(db)
            // An undone change cannot be redone on top of a new one.
            try db.execute(
                sql:
                    "UPDATE wb_undo SET state = 'dropped' WHERE changed_by = ? AND state = 'undone'",
                arguments: [entry.author]
            )
            try db.execute(
                sql: "INSERT INTO wb_undo VALUES (?, ?, ?, ?, 'applied')",
                arguments: [entry.id, entry.author, model, try changes.encoded()]
            )
            return try result(db, entry)
        }
    }

    /// Makes a change whose caller returns nothing.
    func change(
        _ model: String,
        _ action: RegistryChange.Action,
        version: Int? = nil,
        detail: String? = nil,
        by author: Author?,
        reason: String,
        _ body: (Database, inout RegistryChange) throws -> Void
    ) throws {
        try change(
            model,
            action,
            version: version,
            detail: detail,
            by: author,
            reason: reason,
            returning: { _, _ in },
            body
        )
    }

    /// Makes a change to one version and returns the version after it.
    func changeVersion(
        _ model: String,
        _ action: RegistryChange.Action,
        version: Int? = nil,
        by author: Author?,
        reason: String,
        _ body: (Database, inout RegistryChange) throws -> Void
    ) throws -> ModelVersion {
        try change(
            model,
            action,
            version: version,
            by: author,
            reason: reason,
            returning: { db, entry in
                try ModelVersion.find(db, model: model, version: entry.version ?? 0)
            },
            body
        )
    }

    /// An entry for a change that is about to be made.
    func newEntry(
        _ db: Database,
        _ model: String,
        _ action: RegistryChange.Action,
        by author: Author?,
        reason: String
    ) throws -> RegistryChange {
        let deployed = try Deployment.version(db, of: model)
        let author = author ?? identity
        return RegistryChange(
            id: 0,
            time: store.configuration.now(),
            author: author.name,
            model: model,
            action: action,
            deployedBefore: deployed,
            deployedAfter: deployed,
            reason: reason,
            account: author.account
        )
    }

    /// Sets the time of the versions whose rows changed and, if more than a version's description,
    /// tags or aliases changed, that of the model, as MLflow does.
    private func stampTimes(
        _ db: Database,
        _ model: String,
        _ changes: [ModelImage.RowChange],
        _ time: Int
    ) throws {
        let movesModel = try changes.contains { change in
            switch change.table {
            case "registered_models", "wb_gates": true
            case "model_versions": try change.movesStage(db)
            default: false
            }
        }
        if movesModel {
            try db.execute(
                sql: "UPDATE registered_models SET last_updated_time = ? WHERE name = ?",
                arguments: [time, model]
            )
        }
        for change in changes where change.table == "model_versions" {
            try db.execute(
                sql: """
                    UPDATE model_versions SET last_updated_time = ?
                    WHERE name = ? AND version = json_extract(?, '$[1]')
                    """,
                arguments: [time, model, change.key]
            )
        }
    }
}
