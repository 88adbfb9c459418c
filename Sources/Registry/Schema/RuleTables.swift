/// The tables and columns that the rules for registered versions use.
///
/// - `wb_version_files`: the files of a version when it was registered: `files` is a JSON array
///   of paths with sizes and SHA-256, never rewritten. `stamps` are the files' stamps when they
///   were last found unchanged, so that they need not be read again, with digests that were taken
///   later. A version of an earlier program has no row.
/// - `account`: the number of the user who made a change or gave an approval, or whose token was
///   used; NULL if unknown.
/// - `note`: a remark on what a gate let pass.
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
