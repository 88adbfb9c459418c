/// - `wb_requests`: requests to the process that executes a run; read between two steps, answered
///   once.
let requestTable = """
    CREATE TABLE wb_requests (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('pause', 'resume', 'checkpoint', 'stop')),
        created_at BIGINT NOT NULL,
        requested_by TEXT NOT NULL,
        answered_at BIGINT,
        answer TEXT
    );
    CREATE INDEX wb_requests_run ON wb_requests (run_uuid);
    CREATE INDEX wb_requests_open ON wb_requests (run_uuid) WHERE answered_at IS NULL;
    """
