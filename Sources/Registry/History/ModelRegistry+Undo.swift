import Database
import GRDB
import Platform
import Tracking

extension ModelRegistry {
    /// Reverts the author's newest change, and returns it.
    ///
    /// - Throws: `RegistryError` with code `nothingBefore`, or with `conflict` and what happened
    ///   if the model was changed since.
    @discardableResult
    public func undo(by author: Author? = nil) throws -> RegistryChange {
        try travel(.undo, from: .applied, to: .undone, by: author)
    }

    /// Applies the change that the author undid last again, and returns it.
    ///
    /// - Throws: as `undo` does.
    @discardableResult
    public func redo(by author: Author? = nil) throws -> RegistryChange {
        try travel(.redo, from: .undone, to: .applied, by: author)
    }

    private func travel(
        _ action: RegistryChange.Action,
        from old: RegistryChange.State,
        to new: RegistryChange.State,
        by author: Author?
    ) throws -> RegistryChange {
        try store.write(.full) { db, noted in
            guard var target = try newest(db, old, by: author) else {
                throw RegistryError(
                    .nothingBefore,
                    "There is no change of yours to \(action.rawValue)."
                )
            }
            noted.note(.registeredModel, target.model)
            let text = try String.fetchOne(
                db,
                sql: "SELECT changes FROM wb_undo WHERE deployment_id = ?",
                arguments: [target.id]
            )
            let stored = try [ModelImage.RowChange](decoding: text ?? "[]")
            let changes = action == .undo ? stored.reversed : stored
            try checkUntouched(db, target, changes, action)

            var entry = try newEntry(db, target.model, action, by: author, reason: "")
            try changes.apply(db)
            entry.version = target.version
            entry.detail = target.summary
            entry.undoes = target.id
            entry.deployedAfter = try Deployment.version(db, of: target.model)
            try entry.insert(db)
            try db.execute(
                sql: "UPDATE wb_undo SET state = ? WHERE deployment_id = ?",
                arguments: [new.rawValue, target.id]
            )
            target.state = new
            return target
        }
    }

    /// Undo starts with the newest change, redo with the one undone last.
    private func newest(
        _ db: Database,
        _ state: RegistryChange.State,
        by author: Author?
    ) throws -> RegistryChange? {
        let author = (author ?? identity).name
        let condition = "wb_undo.changed_by = ? AND wb_undo.state = ?"
        let found = try RegistryChange.fetch(db, where: condition, [author, state.rawValue])
        return state == .applied ? found.first : found.last
    }

    /// Checks that the model is in the state in which the change to undo or redo left it.
    private func checkUntouched(
        _ db: Database,
        _ target: RegistryChange,
        _ changes: [ModelImage.RowChange],
        _ action: RegistryChange.Action
    ) throws {
        let since = try RegistryChange.fetch(
            db,
            where: "wb_deployments.model = ? AND id > ? AND state = 'applied'",
            [target.model, target.id]
        )
        guard since.isEmpty else {
            let what = since.map { "\($0.author) \($0.summary)" }.joined(separator: "; ")
            throw conflict(target, action, what)
        }
        guard try changes.isApplicable(db) else {
            throw conflict(target, action, "another program changed its rows")
        }
    }

    private func conflict(
        _ target: RegistryChange,
        _ action: RegistryChange.Action,
        _ what: String
    ) -> RegistryError {
        RegistryError(
            .conflict,
            "Cannot \(action.rawValue) '\(target.summary)', since then: \(what).",
            hint: "look at the history of \(target.model) and make the change you want"
        )
    }
}
