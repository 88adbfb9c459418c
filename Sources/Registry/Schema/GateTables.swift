/// The tables of the conditions that a version must meet to be deployed.
///
/// - `wb_gates`: the gate of a model, as JSON; a model without a row has none.
/// - `wb_approvals`: who approved which version, when and why; one row per person. They are
///   deleted with the version.
let gateTables = """
    CREATE TABLE wb_gates (
        name VARCHAR(256) NOT NULL PRIMARY KEY
            REFERENCES registered_models (name) ON DELETE CASCADE ON UPDATE CASCADE,
        gate TEXT NOT NULL
    );

    CREATE TABLE wb_approvals (
        name VARCHAR(256) NOT NULL,
        version INTEGER NOT NULL,
        approved_by TEXT NOT NULL,
        approved_at BIGINT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (name, version, approved_by),
        FOREIGN KEY (name, version) REFERENCES model_versions (name, version)
            ON DELETE CASCADE ON UPDATE CASCADE
    );
    """
