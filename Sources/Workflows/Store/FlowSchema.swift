public import Database

extension SchemaOwner {
    /// The tables of flows.
    package static let workflows = SchemaOwner([
        6: flowTables + scheduleTables, 7: hookTable,
    ])
}

extension Change.Kind {
    /// A flow run; the item is its id, and the change its state or that of a task.
    public static let flowRun = Self(rawValue: "flow_run")
    /// A request to the process that executes a flow run; the item is the id of the flow run.
    public static let flowRequest = Self(rawValue: "flow_request")
}

/// The tables of flow runs.
///
/// Times are milliseconds since 1970.
///
/// - `wb_flow_runs`: one row a flow run, with the file as it was. `lineage` is the id of the first
///   of a chain of forks, which share results. `floor` is the last result from before the
///   order, which a forced task does not use. `paused` is 1 while a person holds it.
/// - `wb_flow_tasks`: its tasks, in the order of the file. `key` and `contents` are those of the
///   last attempt, `reservation` is what it has reserved and `reserved_for` the key then;
///   `approved_key` is the key that a person has approved; `base` is the number of attempts before
///   the flow run was last retried.
/// - `wb_flow_history`: every change of a task's state, never rewritten.
/// - `wb_flow_results`: results by key; `lineage` is null if every flow run may use it,
///   `chain` that of the flow run that made it.
/// - `wb_flow_requests`: what people ask of a flow run: cancel, pause, resume, approve, deny.
let flowTables = """
    CREATE TABLE wb_flow_runs (
        id TEXT NOT NULL PRIMARY KEY,
        lineage TEXT NOT NULL,
        flow TEXT NOT NULL,
        path TEXT NOT NULL,
        folder TEXT NOT NULL,
        source TEXT NOT NULL,
        parameters TEXT NOT NULL,
        orders TEXT NOT NULL,
        floor INTEGER NOT NULL DEFAULT 0,
        origin TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        paused INTEGER NOT NULL DEFAULT 0,
        run TEXT,
        created_at BIGINT NOT NULL,
        started_at BIGINT,
        ended_at BIGINT
    );
    CREATE INDEX wb_flow_runs_created ON wb_flow_runs (created_at);
    CREATE INDEX wb_flow_runs_live ON wb_flow_runs (state)
        WHERE state IN ('pending', 'running', 'paused', 'waiting_approval');

    CREATE TABLE wb_flow_tasks (
        flow_run TEXT NOT NULL REFERENCES wb_flow_runs (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        task TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        dependencies TEXT NOT NULL,
        state TEXT NOT NULL,
        attempt INTEGER NOT NULL DEFAULT 0,
        base INTEGER NOT NULL DEFAULT 0,
        reason TEXT,
        key TEXT,
        inputs TEXT,
        contents TEXT,
        result INTEGER,
        reservation TEXT,
        reserved_for TEXT,
        approved_key TEXT,
        run TEXT,
        retry_at BIGINT,
        refused INTEGER NOT NULL DEFAULT 0,
        waiting_since BIGINT,
        started_at BIGINT,
        ended_at BIGINT,
        PRIMARY KEY (flow_run, position)
    ) WITHOUT ROWID;
    CREATE INDEX wb_flow_tasks_state ON wb_flow_tasks (flow_run, state);

    CREATE TABLE wb_flow_history (
        id INTEGER PRIMARY KEY,
        flow_run TEXT NOT NULL REFERENCES wb_flow_runs (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        from_state TEXT,
        to_state TEXT NOT NULL,
        reason TEXT,
        owner TEXT NOT NULL,
        at BIGINT NOT NULL
    );
    CREATE INDEX wb_flow_history_task ON wb_flow_history (flow_run, position, id);

    CREATE TABLE wb_flow_results (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL,
        lineage TEXT,
        chain TEXT NOT NULL,
        outputs TEXT NOT NULL,
        files TEXT NOT NULL,
        flow_run TEXT NOT NULL,
        task TEXT NOT NULL,
        made_at BIGINT NOT NULL
    );
    CREATE INDEX wb_flow_results_key ON wb_flow_results (key, id);

    CREATE TABLE wb_flow_requests (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        flow_run TEXT NOT NULL REFERENCES wb_flow_runs (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        task TEXT,
        reason TEXT NOT NULL,
        author TEXT NOT NULL,
        asked_at BIGINT NOT NULL,
        answered_at BIGINT
    );
    CREATE INDEX wb_flow_requests_open ON wb_flow_requests (flow_run) WHERE answered_at IS NULL;
    """

/// The calls of hooks that are due.
///
/// They are added in the transaction that ends a flow run, and removed once the target has been
/// called, or was called often enough. `place` is that of the hook in the file.
let hookTable = """
    CREATE TABLE wb_flow_hooks (
        flow_run TEXT NOT NULL REFERENCES wb_flow_runs (id) ON DELETE CASCADE,
        ended_at BIGINT NOT NULL,
        place INTEGER NOT NULL,
        occasion TEXT NOT NULL,
        kind TEXT NOT NULL,
        target TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_at BIGINT NOT NULL,
        PRIMARY KEY (flow_run, ended_at, place)
    ) WITHOUT ROWID;
    CREATE INDEX wb_flow_hooks_next ON wb_flow_hooks (next_at);
    """
