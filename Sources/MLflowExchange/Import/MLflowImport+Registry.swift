import Database
import GRDB
import Tracking

/// A registered model of the source.
struct SourceModel {
    let workspace: String
    let name: String
    let creationTime: Int?
    let lastUpdateTime: Int?
    let description: String?

    init(row: Row) {
        workspace = row[0]
        name = row[1]
        creationTime = row[2]
        lastUpdateTime = row[3]
        description = row[4]
    }

    /// What identifies it among all models of all databases.
    var mark: String { "\(workspace)/\(name)@\(creationTime.map(String.init) ?? "")" }
}

extension MLflowImport {
    /// Imports registered models with versions, tags and aliases.
    mutating func importRegistry() throws {
        let table = ImportedTable.registeredModels
        guard shape.has(table.name) else { return }
        try nameFaults(table)
        // Names with / or : cannot occur in a models:/ reference.
        let isReferenceable = "instr(s.name, '/') = 0 AND instr(s.name, ':') = 0"
        try nameOrphans(
            table,
            where: "\(condition(table)) AND NOT (\(isReferenceable))",
            because: "its name contains / or :"
        )
        let sources = try Row.fetchAll(
            db,
            sql: """
                SELECT \(shape.workspace(of: table)), s.name,
                    \(shape.value("creation_time", of: table)),
                    \(shape.value("last_updated_time", of: table)),
                    \(shape.value("description", of: table))
                FROM source.registered_models AS s
                WHERE \(condition(table)) AND \(isReferenceable) ORDER BY s.rowid
                """
        ).map(SourceModel.init)
        try chooseNames(of: sources)
        try importVersions()
        try importTagsAndAliases()
        try record()
    }

    private mutating func importVersions() throws {
        let table = ImportedTable.modelVersions
        guard shape.has(table.name) else { return }
        try nameOrphansOfRegistry(table)
        let joinModels = joinRegistered(table)
        let isHere = """
            EXISTS (SELECT 1 FROM main.model_versions AS v
                WHERE v.name = r.new AND v.version = s.version)
            """
        summary.modelVersionsPresent += try count(
            "source.model_versions AS s \(joinModels)",
            where: isHere
        )
        try nameFaults(table, joinModels, range: "NOT \(isHere)")
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO temp.new_versions
                SELECT r.workspace, r.old, s.version, r.new FROM source.model_versions AS s
                    \(joinModels) WHERE NOT \(isHere) AND \(condition(table))
                """
        )
        func location(_ column: String) -> String {
            let value = shape.value(column, of: table)
            return """
                CASE s.current_stage WHEN 'Deleted_Internal' THEN \(value)
                    ELSE kept_location(\(value)) END
                """
        }
        summary.modelVersions = try copyRows(
            table,
            joinVersions(table),
            setting: [
                "name": "v.new", "source": location("source"),
                "storage_location": location("storage_location"),
            ]
        )
    }

    /// Imports tags and aliases; existing ones are unchanged.
    private mutating func importTagsAndAliases() throws {
        try nameOrphansOfRegistry(.registeredModelTags)
        try copyRows(
            .registeredModelTags,
            joinRegistered(.registeredModelTags),
            setting: ["key": Self.foreign("key"), "name": "r.new"],
            isMerged: true
        )
        try nameOrphans(
            .aliases,
            where: """
                NOT EXISTS (SELECT 1 FROM source.model_versions AS v
                    WHERE v.name = s.name AND v.version = s.version)
                """,
            because: "its version is missing"
        )
        try copyRows(
            .aliases,
            """
            \(joinRegistered(.aliases)) CROSS JOIN main.model_versions AS v
                ON v.name = r.new AND v.version = s.version
            """,
            setting: ["name": "r.new"],
            isMerged: true
        )
        try nameOrphans(
            .modelVersionTags,
            where: """
                NOT EXISTS (SELECT 1 FROM source.model_versions AS v
                    WHERE v.name = s.name AND v.version = s.version)
                """,
            because: "its version is missing"
        )
        try copyRows(
            .modelVersionTags,
            joinVersions(.modelVersionTags),
            setting: ["key": Self.foreign("key"), "name": "v.new"]
        )
    }

    private mutating func nameOrphansOfRegistry(_ table: ImportedTable) throws {
        guard shape.has(table.name) else { return }
        try nameOrphans(
            table,
            where: "NOT EXISTS (SELECT 1 FROM source.registered_models AS m WHERE m.name = s.name)",
            because: "its model is missing"
        )
    }

    private func joinRegistered(_ table: ImportedTable) -> String {
        """
        CROSS JOIN temp.new_registered AS r
            ON r.workspace = \(shape.workspace(of: table)) AND r.old = s.name
        """
    }

    private func joinVersions(_ table: ImportedTable) -> String {
        """
        CROSS JOIN temp.new_versions AS v ON v.workspace = \(shape.workspace(of: table))
            AND v.old = s.name AND v.version = s.version
        """
    }
}
