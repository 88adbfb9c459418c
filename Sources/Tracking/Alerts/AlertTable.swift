/// Alerts and their deliveries, with times in milliseconds since 1970.
///
/// - `wb_alerts`: `identity` makes what may be raised once unique. `repeats` counts what was not
///   given a row of its own since `last_at`. `routed` is 1 once its deliveries are in their table.
///   The oldest rows are pruned.
/// - `wb_alert_deliveries`: one row a target, until it is delivered or given up.
/// - `wb_alert_episodes`: the rules of metrics that a run violates now; a rule raises one alert when
///   its row is added.
let alertTables = """
    CREATE TABLE wb_alerts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        level TEXT NOT NULL,
        title TEXT NOT NULL,
        text TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT,
        run TEXT,
        flow_run TEXT,
        identity TEXT UNIQUE,
        raised_at BIGINT NOT NULL,
        last_at BIGINT NOT NULL,
        repeats INTEGER NOT NULL DEFAULT 0,
        acknowledged_at BIGINT,
        acknowledged_by TEXT,
        routed INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX wb_alerts_raised ON wb_alerts (raised_at);
    CREATE INDEX wb_alerts_open ON wb_alerts (id) WHERE acknowledged_at IS NULL;
    CREATE INDEX wb_alerts_unrouted ON wb_alerts (id) WHERE routed = 0;

    CREATE TABLE wb_alert_deliveries (
        alert INTEGER NOT NULL REFERENCES wb_alerts (id) ON DELETE CASCADE,
        target TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_at BIGINT NOT NULL,
        problem TEXT,
        PRIMARY KEY (alert, target)
    ) WITHOUT ROWID;
    CREATE INDEX wb_alert_deliveries_open ON wb_alert_deliveries (next_at) WHERE state = 'pending';

    CREATE TABLE wb_alert_episodes (
        run TEXT NOT NULL,
        rule TEXT NOT NULL,
        PRIMARY KEY (run, rule)
    ) WITHOUT ROWID;
    """
