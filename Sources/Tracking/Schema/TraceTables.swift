/// Tables for the parts of traces that MLflow's schema of this revision lacks.
///
/// Spans are stored in files.
///
/// - `wb_traces`: the previews of a trace in lists, and the id that its client gave it.
/// - `wb_trace_runs`: runs that a trace was linked to, besides the one that it was made in.
/// - `wb_assessments`: feedback and expectations about a trace, each as MLflow's JSON.
let traceTables = """
    CREATE TABLE wb_traces (
        request_id VARCHAR(50) NOT NULL PRIMARY KEY
            REFERENCES trace_info (request_id) ON DELETE CASCADE,
        client_request_id TEXT,
        request_preview TEXT,
        response_preview TEXT
    );

    CREATE TABLE wb_trace_runs (
        request_id VARCHAR(50) NOT NULL REFERENCES trace_info (request_id) ON DELETE CASCADE,
        run_uuid VARCHAR(32) NOT NULL REFERENCES runs (run_uuid) ON DELETE CASCADE,
        PRIMARY KEY (request_id, run_uuid)
    );
    CREATE INDEX wb_trace_runs_run ON wb_trace_runs (run_uuid);

    CREATE TABLE wb_assessments (
        assessment_id VARCHAR(50) NOT NULL PRIMARY KEY,
        request_id VARCHAR(50) NOT NULL REFERENCES trace_info (request_id) ON DELETE CASCADE,
        body TEXT NOT NULL
    );
    CREATE INDEX wb_assessments_trace ON wb_assessments (request_id);
    """
