import Database
import GRDB
import Platform
import Tracking

/// One import from the attached database `source` into `main`.
///
/// Every table is read once, in row order. Temporary tables such as `new_runs` contain what is new.
///
/// What belongs to runs can be millions of rows: it is written in many short transactions, so that
/// other writers wait for none of them for long, and before the runs themselves, so that nobody sees
/// a run that is not complete. Until then the journal names the runs; see ``ImportJournal``. A later
/// import leaves runs alone that exist, so nothing that belongs to one is imported after it, except
/// its links with models that do not exist either.
struct MLflowImport {
    let db: Database
    let store: TrackingStore
    let shape: SourceShape
    /// The source, as the registry's history names it.
    let origin: String
    let progress: (ImportProgress) throws -> Void
    /// The entries of the journal and of the change feed.
    let journal: ImportJournal
    var summary = ImportSummary()
    var pace = ImportPace()

    /// The tag by which a later import finds what an earlier one created.
    static let mark = "workbench.imported"

    static let tables: [ImportedTable] = [
        .experiments, .experimentTags, .runs, .params, .tags, .metrics, .latestMetrics, .datasets,
        .inputs, .inputTags, .loggedModels, .loggedModelMetrics, .loggedModelParams,
        .loggedModelTags, .registeredModels, .registeredModelTags, .aliases, .modelVersions,
        .modelVersionTags,
    ]

    /// Checks that the database is MLflow's.
    ///
    /// - Throws: `TrackingError` with code `foreignDatabase` if it is not.
    static func check(_ shape: SourceShape, path: String) throws {
        guard shape.has("experiments"), shape.has("runs") else {
            throw TrackingError(
                .foreignDatabase,
                "\(path) is not a database of MLflow: it has no tables for experiments and runs.",
                hint: "name the file that MLflow's --backend-store-uri names"
            )
        }
        for table in tables { try shape.check(table, path: path) }
    }

    mutating func run() throws -> ImportSummary {
        try progress(ImportProgress(.runs))
        try listRuns()
        try enterRuns()
        // Rows without their runs, which come last.
        try db.execute(sql: "PRAGMA foreign_keys = OFF")
        try importRunDetails()
        try importMetrics()
        try db.execute(sql: "PRAGMA foreign_keys = ON")
        if try count("temp.new_runs") > Self.runsAtOnce {
            try transaction { work in try work.importExperiments() }
            try importRunsInPieces()
            try transaction(.full) { work in try work.importModels() }
        } else {
            try transaction(.full) { work in
                try work.importExperiments()
                try work.listInputs()
                try work.importRuns()
                try work.importModels()
            }
        }
        try nameForeignKinds()
        return summary
    }

    /// How many runs are imported in one transaction with everything else but their rows.
    private static let runsAtOnce = 2_000

    /// Imports what does not depend on which runs are new, and the links of new models with runs.
    private mutating func importModels() throws {
        try progress(ImportProgress(.models))
        try importLoggedModels()
        try importModelLinks()
        try importRegistry()
        try journal.noteEnd(db)
    }

    /// Makes changes in one transaction.
    mutating func transaction(
        _ durability: DatabaseFile.Durability = .normal,
        _ body: (inout MLflowImport) throws -> Void
    ) throws {
        try db.transaction(durability) {
            try body(&self)
            // A commit without an entry would make all readers read everything again.
            try journal.notePiece(db)
        }
    }

    /// Lists the rows of the source of kinds that this store does not have.
    private mutating func nameForeignKinds() throws {
        for table in shape.tables where !Self.known.contains(table) && !table.hasPrefix("wb_") {
            let isNamed = shape.has("name", in: table)
            let name = isNamed ? "substr(CAST(name AS TEXT), 1, 60)" : "NULL"
            let rows = try Row.fetchCursor(
                db,
                sql: "SELECT \(name) FROM source.\"\(table.replacing("\"", with: "\"\""))\""
            )
            let kind = Self.kinds[table] ?? table.replacing("_", with: " ")
            while let row = try rows.next() { summary.skip(kind, row[0]) }
        }
    }

    /// Tables that are imported, and those whose rows belong to rows of another table.
    private static let known = Set(tables.map(\.name)).union([
        "alembic_version", "trace_tags", "trace_request_metadata", "trace_metrics", "spans",
        "span_metrics", "span_attributes", "evaluation_dataset_records", "evaluation_dataset_tags",
        "entity_associations", "scorer_versions", "webhook_events", "workspaces", "jobs",
        "sqlite_sequence", "sqlite_stat1",
    ])

    /// What the rows of a table are called, if its name does not say it.
    private static let kinds = ["trace_info": "trace", "evaluation_datasets": "evaluation dataset"]
}

// MARK: - One table

extension MLflowImport {
    /// Copies the valid rows of a table, and lists the others.
    ///
    /// - Parameters:
    ///   - joins: The tables that the row `s` is joined with, so that only new rows remain.
    ///   - values: The values of columns that differ from the source.
    ///   - range: A condition on the rows.
    ///   - checked: Columns that are known to be valid in rows that pass `filter`, a further
    ///     join.
    ///   - isMerged: Whether a row may exist already.
    ///
    /// - Returns: How many rows were copied.
    @discardableResult
    mutating func copyRows(
        _ table: ImportedTable,
        _ joins: String,
        setting values: [String: String] = [:],
        range: String = "1",
        checked: (columns: Set<String>, filter: String) = ([], ""),
        isMerged: Bool = false
    ) throws -> Int {
        guard shape.has(table.name) else { return 0 }
        let columns = table.columns.map(\.name).joined(separator: ", ")
        let expressions = table.columns.map { values[$0.name] ?? shape.value($0, of: table) }
        let rows = "source.\(table.name) AS s \(joins)"
        let sql = """
            INSERT INTO main.\(table.name) (\(columns))
            SELECT \(expressions.joined(separator: ", ")) FROM \(rows) \(checked.filter)
            WHERE \(range) AND \(condition(table, but: checked.columns)) ON CONFLICT DO NOTHING
            """
        let copied = try insert(sql)
        // Counting without the join is a tenth of the work, and usually enough.
        guard try copied < count("source.\(table.name) AS s", where: range) else { return copied }
        let candidates = try count(rows, where: range)
        guard copied < candidates else { return copied }
        let faults = try nameFaults(table, joins, range: range)
        let others = candidates - copied - faults
        if !isMerged {
            summary.leaveOut(table.kind, nil, because: "it occurs twice", count: others)
        }
        return copied
    }

    /// Executes a statement that inserts rows, in a transaction of its own if there is none, and
    /// returns how many it inserted.
    private mutating func insert(_ sql: String) throws -> Int {
        var count = 0
        func insert(_ db: Database) throws {
            try db.execute(sql: sql)
            count = db.changesCount
        }
        if db.isInsideTransaction {
            try insert(db)
        } else {
            let began = ContinuousClock.now
            try transaction { try insert($0.db) }
            pace.adapt(to: ContinuousClock.now - began)
        }
        return count
    }

    /// Copies a table like `copyRows`, in pieces with a transaction and a pause each.
    ///
    /// - Parameter advance: Is called with the number of rows that were read.
    mutating func copyInPieces(
        _ table: ImportedTable,
        _ joins: String,
        setting values: [String: String] = [:],
        checked: (columns: Set<String>, filter: String) = ([], ""),
        advance: (Int) throws -> Void = { _ in }
    ) throws -> Int {
        guard shape.has(table.name) else { return 0 }
        var (last, copied) = (Int64.min, 0)
        while true {
            let size = pace.rows
            let next = try Int64.fetchOne(
                db,
                sql: """
                    SELECT rowid FROM source.\(table.name) WHERE rowid > ? ORDER BY rowid
                    LIMIT 1 OFFSET ?
                    """,
                arguments: [last, size - 1]
            )
            copied += try copyRows(
                table,
                joins,
                setting: values,
                range: "s.rowid > \(last) AND s.rowid <= \(next ?? .max)",
                checked: checked
            )
            guard let next else { return copied }
            last = next
            try advance(size)
            pace.rest()
        }
    }

    /// The condition that the row `s` satisfies all rules.
    func condition(_ table: ImportedTable, but checked: Set<String> = []) -> String {
        table.columns.filter { !checked.contains($0.name) }
            .map { $0.condition(shape.value($0, of: table)) }.joined(separator: " AND ")
    }

    /// Lists the rows that break a rule, and returns how many there are.
    @discardableResult
    mutating func nameFaults(
        _ table: ImportedTable,
        _ joins: String = "",
        range: String = "1"
    ) throws -> Int {
        let cases = table.columns.map {
            "WHEN NOT \($0.condition(shape.value($0, of: table))) THEN '\($0.name)'"
        }
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(label(table)), CASE \(cases.joined(separator: " ")) END
                FROM source.\(table.name) AS s \(joins) WHERE \(range) AND NOT (\(condition(table)))
                """
        )
        var count = 0
        while let row = try rows.next() {
            let column: String = row[1] ?? "?"
            summary.leaveOut(
                table.kind,
                row[0],
                because: "its \(column) is missing, too long, or of the wrong type"
            )
            count += 1
        }
        return count
    }

    /// Lists the rows that belong to something that is missing in the source.
    mutating func nameOrphans(
        _ table: ImportedTable,
        where condition: String,
        because reason: String
    ) throws {
        guard shape.has(table.name) else { return }
        let rows = try String.fetchCursor(
            db,
            sql: "SELECT \(label(table)) FROM source.\(table.name) AS s WHERE \(condition)"
        )
        while let name = try rows.next() {
            summary.leaveOut(table.kind, name, because: reason)
        }
    }

    private func label(_ table: ImportedTable) -> String {
        table.label.map { "substr(CAST(coalesce(s.\($0), '?') AS TEXT), 1, 60)" }
            .joined(separator: " || ' ' || ")
    }

    func count(_ rows: String, where condition: String = "1") throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM \(rows) WHERE \(condition)") ?? 0
    }

    /// The column, with a prefix if the name is one of our own: those tags control this program,
    /// and must not be trusted in another program's runs.
    static func foreign(_ column: String) -> String {
        """
        CASE WHEN substr(s.\(column), 1, 10) = 'workbench.' THEN 'imported.' || s.\(column)
            ELSE s.\(column) END
        """
    }
}
