public import Database

/// The tables of schedules, with times and instants in milliseconds since 1970.
///
/// - `wb_schedules`: those that were ever switched on. `reason` says why one is paused, `problem` why
///   its last firing failed. `evaluated` is the instant up to which it was evaluated with the
///   `definition` that it had then; `digest` is the content of its dataset then.
/// - `wb_firings`: one row an instant. The id follows from path, name and instant, so that none
///   fires twice; it is the id of the flow run too. The oldest rows of a schedule are pruned, and
///   `pruned` is the newest of their instants.
let scheduleTables = """
    CREATE TABLE wb_schedules (
        path TEXT NOT NULL,
        name TEXT NOT NULL,
        is_on INTEGER NOT NULL,
        reason TEXT,
        problem TEXT,
        definition TEXT NOT NULL,
        evaluated BIGINT NOT NULL,
        digest TEXT,
        fired_at BIGINT,
        pruned BIGINT,
        PRIMARY KEY (path, name)
    ) WITHOUT ROWID;

    CREATE TABLE wb_firings (
        id TEXT NOT NULL PRIMARY KEY,
        path TEXT NOT NULL,
        schedule TEXT NOT NULL,
        instant BIGINT NOT NULL,
        cause TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        overlap TEXT NOT NULL,
        recorded_at BIGINT NOT NULL
    );
    CREATE INDEX wb_firings_schedule ON wb_firings (path, schedule, instant);
    CREATE INDEX wb_firings_open ON wb_firings (state, instant)
        WHERE state IN ('claimed', 'waiting', 'started');
    """

extension Change.Kind {
    /// A schedule, or one of its firings; the item is the path of the flow's file.
    public static let schedule = Self(rawValue: "schedule")
}
