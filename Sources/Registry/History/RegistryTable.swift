import GRDB

/// A table of the registry, as undo uses it.
struct RegistryTable: Sendable {
    let name: String
    let keys: [String]
    let values: [String]
    /// Columns that were added later: rows with NULL there are read in their earlier form.
    var laterValues: [String] = []

    /// All tables, each after those that its foreign keys refer to.
    static let all = [
        RegistryTable(
            name: "registered_models",
            keys: ["name"],
            values: ["creation_time", "last_updated_time", "description"]
        ),
        RegistryTable(
            name: "registered_model_tags",
            keys: ["key", "name"],
            values: ["value"]
        ),
        RegistryTable(
            name: "registered_model_aliases",
            keys: ["name", "alias"],
            values: ["version"]
        ),
        RegistryTable(
            name: "model_versions",
            keys: ["name", "version"],
            values: [
                "creation_time", "last_updated_time", "description", "user_id", "current_stage",
                "source", "run_id", "status", "status_message", "run_link", "storage_location",
            ]
        ),
        RegistryTable(
            name: "model_version_tags",
            keys: ["key", "name", "version"],
            values: ["value"]
        ),
        RegistryTable(
            name: "wb_gates",
            keys: ["name"],
            values: ["gate"]
        ),
        RegistryTable(
            name: "wb_approvals",
            keys: ["name", "version", "approved_by"],
            values: ["approved_at", "reason"],
            laterValues: ["account"]
        ),
        RegistryTable(
            name: "wb_version_files",
            keys: ["name", "version"],
            values: ["files"]
        ),
    ]

    private var keyText: String { "json_array(\(keys.joined(separator: ", ")))" }

    private var rowText: String {
        func object(_ columns: [String]) -> String {
            "json_object(\(columns.map { "'\($0)', \($0)" }.joined(separator: ", ")))"
        }
        let row = object(keys + values)
        return laterValues.isEmpty ? row : "json_patch(\(row), \(object(laterValues)))"
    }

    /// The rows of a model as JSON texts: key and row.
    func rows(_ db: Database, model: String) throws -> [(key: String, row: String)] {
        let statement = try db.cachedStatement(
            sql: "SELECT \(keyText), \(rowText) FROM \(name) WHERE name = ?"
        )
        return try Row.fetchAll(statement, arguments: [model]).map { ($0[0], $0[1]) }
    }

    /// The row with this key as a JSON text, if it exists.
    func row(_ db: Database, key: String) throws -> String? {
        try String.fetchOne(
            db,
            sql: "SELECT \(rowText) FROM \(name) WHERE \(keyText) = ?",
            arguments: [key]
        )
    }

    /// Removes the row with this key.
    func delete(_ db: Database, key: String) throws {
        try db.execute(sql: "DELETE FROM \(name) WHERE \(keyText) = ?", arguments: [key])
    }

    /// Sets the row of its key to what the JSON text says.
    ///
    /// An existing row is updated and not replaced: replacing would delete the rows that refer to
    /// it.
    func put(_ db: Database, row: String) throws {
        let columns = keys + values + laterValues
        let fields = columns.map { "json_extract(?1, '$.\($0)')" }
        let updates = (values + laterValues).map { "\($0) = excluded.\($0)" }
        try db.execute(
            sql: """
                INSERT INTO \(name) (\(columns.joined(separator: ", ")))
                VALUES (\(fields.joined(separator: ", ")))
                ON CONFLICT (\(keys.joined(separator: ", ")))
                DO UPDATE SET \(updates.joined(separator: ", "))
                """,
            arguments: [row]
        )
    }
}
