import FoundationEssentials
import GRDB
import JSON
import Tracking

/// Every row of the registry for one model, to find out what a change did.
struct ModelImage {
    /// The change to one row; nil if the row does not exist.
    struct RowChange: Codable {
        var table: String
        var key: String
        var before: String?
        var after: String?
    }

    /// By table, in the order of `RegistryTable.all`: rows by key, compared as bytes.
    private var tables: [[TrackingKey: TrackingKey]]

    init(_ db: Database, model: String) throws {
        tables = try RegistryTable.all.map { table in
            let rows = try table.rows(db, model: model)
            return Dictionary(
                uniqueKeysWithValues: rows.map { (TrackingKey($0.key), TrackingKey($0.row)) }
            )
        }
    }

    /// The changes that turn this image into another, parents before children.
    func changes(to other: ModelImage) -> [RowChange] {
        RegistryTable.all.indices.flatMap { place in
            let (before, after) = (tables[place], other.tables[place])
            return Set(before.keys).union(after.keys).sorted()
                .filter { before[$0] != after[$0] }
                .map { key in
                    RowChange(
                        table: RegistryTable.all[place].name,
                        key: key.text,
                        before: before[key]?.text,
                        after: after[key]?.text
                    )
                }
        }
    }
}

extension ModelImage.RowChange {
    /// Whether a version was added, removed, or moved to another stage.
    func movesStage(_ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql:
                "SELECT json_extract(?, '$.current_stage') IS NOT json_extract(?, '$.current_stage')",
            arguments: [before, after]
        ) ?? false
    }
}

extension [ModelImage.RowChange] {
    /// The changes as they are stored.
    func encoded() throws -> String {
        String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    }

    /// Decodes stored changes.
    init(decoding text: String) throws {
        self = try decodeJSON(Self.self, from: [UInt8](text.utf8))
    }

    /// The inverse changes.
    var reversed: [ModelImage.RowChange] {
        map { .init(table: $0.table, key: $0.key, before: $0.after, after: $0.before) }
    }

    /// Whether all rows are in their state before these changes.
    func isApplicable(_ db: Database) throws -> Bool {
        for change in self {
            guard let table = RegistryTable.all.first(where: { $0.name == change.table }) else {
                return false
            }
            let row = try table.row(db, key: change.key).map { TrackingKey($0) }
            guard row == change.before.map({ TrackingKey($0) }) else { return false }
        }
        return true
    }

    /// Sets the rows to their state after these changes.
    func apply(_ db: Database) throws {
        for table in RegistryTable.all {
            for change in self where change.table == table.name {
                if let row = change.after { try table.put(db, row: row) }
            }
        }
        for table in RegistryTable.all.reversed() {
            for change in self where change.table == table.name && change.after == nil {
                try table.delete(db, key: change.key)
            }
        }
    }
}
