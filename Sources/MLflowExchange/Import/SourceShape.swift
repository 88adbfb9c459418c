import Database
import GRDB
import Platform
import Tracking

/// The tables and columns of the attached database `source`.
///
/// Revisions differ: older ones lack tables, newer ones have a column `workspace` and tables that
/// are unknown here. Views and virtual tables are ignored.
struct SourceShape {
    private var columns: [String: Set<String>] = [:]

    init(_ db: Database) throws {
        let names = try String.fetchAll(
            db,
            sql: """
                SELECT name FROM source.sqlite_schema
                WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
                """
        )
        for name in names {
            let found = try String.fetchAll(
                db,
                sql: "SELECT name FROM pragma_table_xinfo(?, 'source')",
                arguments: [name]
            )
            columns[name.lowercased()] = Set(found.map { $0.lowercased() })
        }
    }

    /// The names of all tables.
    var tables: [String] { columns.keys.sorted() }

    /// Whether there is such a table.
    func has(_ table: String) -> Bool { columns[table] != nil }

    /// Whether there is such a table with such a column.
    func has(_ column: String, in table: String) -> Bool {
        columns[table]?.contains(column) ?? false
    }

    /// The column of the row `s`, or its fallback if the column is missing.
    func value(_ column: ImportedColumn, of table: ImportedTable) -> String {
        has(column.name, in: table.name) ? "s.\(column.name)" : column.fallback ?? "NULL"
    }

    /// The same for the column with this name.
    func value(_ column: String, of table: ImportedTable) -> String {
        has(column, in: table.name) ? "s.\(column)" : "NULL"
    }

    /// The workspace of the row `s`, which MLflow uses as a namespace.
    func workspace(of table: ImportedTable) -> String {
        has("workspace", in: table.name)
            ? "coalesce(CAST(s.workspace AS TEXT), 'default')" : "'default'"
    }

    /// Checks that a table, if it exists, has the required columns.
    func check(_ table: ImportedTable, path: String) throws {
        guard has(table.name) else { return }
        for column in table.columns
        where column.fallback == nil && !has(column.name, in: table.name) {
            throw TrackingError(
                .foreignDatabase,
                "In \(path) the table \(table.name) has no column \(column.name).",
                hint: "open the file once with a newer MLflow, which migrates it"
            )
        }
    }
}
