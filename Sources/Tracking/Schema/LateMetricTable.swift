/// - `wb_late_metrics`: metrics that a client logged for a run after its end, each with its last
///   value before, NULL if there was none. The empty key means that the run was resumed after a
///   version was made of it: later metrics are late, too.
let lateMetricTable = """
    CREATE TABLE wb_late_metrics (
        run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid) ON DELETE CASCADE,
        key VARCHAR(250) NOT NULL,
        value FLOAT,
        is_nan BOOLEAN,
        PRIMARY KEY (run_uuid, key)
    );
    """
