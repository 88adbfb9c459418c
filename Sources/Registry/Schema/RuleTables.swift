/// What the rules for registered versions are decided by.
///
/// - `wb_version_files`: what a version refers to, as it was when it was registered: `files` is a
///   JSON array of paths with sizes and SHA-256, never rewritten. `stamps` says how the files
///   looked when that was last found to hold, so that they need not be read again, with digests
///   that were taken later. A version of an earlier program has no row.
/// - `account`: the number of the user who made a change or gave an approval, or behind whose
///   token it came; NULL where that is not known.
/// - `note`: what a gate let pass that readers of the history should know.
let ruleTables = """
    CREATE TABLE wb_version_files (
        name VARCHAR(256) NOT NULL,
        version INTEGER NOT NULL,
        files TEXT NOT NULL,
        stamps TEXT,
        PRIMARY KEY (name, version),
        FOREIGN KEY (name, version) REFERENCES model_versions (name, version)
            ON DELETE CASCADE ON UPDATE CASCADE
    );

    ALTER TABLE wb_deployments ADD COLUMN account INTEGER;
    ALTER TABLE wb_deployments ADD COLUMN note TEXT;
    ALTER TABLE wb_approvals ADD COLUMN account INTEGER;
    """
