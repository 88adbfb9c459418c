/// Indexes on MLflow's tables that MLflow does not have, so that searches by the value of a metric,
/// a parameter or a tag, and listings of an experiment's runs, read only the rows that they show.
let searchIndexes = """
    CREATE INDEX wb_latest_metrics_value ON latest_metrics (key, value, is_nan, run_uuid);
    CREATE INDEX wb_params_value ON params (key, value, run_uuid);
    CREATE INDEX wb_tags_value ON tags (key, value, run_uuid);
    CREATE INDEX wb_runs_listing ON runs (experiment_id, lifecycle_stage, start_time);
    """

/// Since revision 8, the last values of a metric are sorted as searches sort them, numbers before
/// NaN, and an index has all runs of a stage by time.
let orderIndexes = """
    DROP INDEX wb_latest_metrics_value;
    CREATE INDEX wb_latest_metrics_value ON latest_metrics (key, is_nan, value, run_uuid);
    CREATE INDEX wb_runs_newest ON runs (lifecycle_stage, start_time);
    """
