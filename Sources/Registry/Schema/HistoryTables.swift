/// The tables of the registry's history.
///
/// - `wb_deployments`: the history of the registry, one row per change, never rewritten.
///   `version_from` and `version_to` are the deployed versions before and after, `version` and
///   `detail` what was changed, `undoes` the row that an undo or redo refers to.
/// - `wb_undo`: for each of those changes the rows before and after as JSON, and whether it
///   applies (`applied`), was undone (`undone`), or can no longer be redone (`dropped`, because its
///   author has changed something else since).
let historyTables = """
    CREATE TABLE wb_deployments (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        changed_at BIGINT NOT NULL,
        changed_by TEXT NOT NULL,
        model VARCHAR(256) NOT NULL,
        action TEXT NOT NULL,
        version INTEGER,
        detail TEXT,
        version_from INTEGER,
        version_to INTEGER,
        reason TEXT NOT NULL,
        undoes INTEGER REFERENCES wb_deployments (id)
    );
    CREATE INDEX wb_deployments_model ON wb_deployments (model, id);

    CREATE TABLE wb_undo (
        deployment_id INTEGER PRIMARY KEY REFERENCES wb_deployments (id),
        changed_by TEXT NOT NULL,
        model VARCHAR(256) NOT NULL,
        changes TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('applied', 'undone', 'dropped'))
    );
    CREATE INDEX wb_undo_author ON wb_undo (changed_by, state);
    """
