/// - `wb_imports`: runs that are being imported. They have parameters, tags and metrics, but no row in
///   `runs` yet, so that nobody sees them before they are complete.
let importTable = """
    CREATE TABLE wb_imports (
        run_uuid VARCHAR(32) NOT NULL PRIMARY KEY,
        import TEXT NOT NULL
    ) WITHOUT ROWID;
    """
