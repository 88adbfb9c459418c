/// The tables of one target, by the migration steps that create them.
package struct SchemaOwner: Sendable {
    /// The SQL of each step that this owner has a part in; the first step is 1.
    package let parts: [Int: String]

    /// Creates an owner from the SQL of its steps.
    package init(_ parts: [Int: String]) { self.parts = parts }

    /// The change feed.
    package static let changeFeed = SchemaOwner([5: changeTable])
}

/// MLflow's table for the stamp of the schema.
package let stampTable = """
    CREATE TABLE alembic_version (
        version_num VARCHAR(32) NOT NULL,
        CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
    );
    """
