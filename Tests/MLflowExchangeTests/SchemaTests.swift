import Database
import Foundation
import GRDB
import Registry
import Testing
import TestStores
import Tracking

@Suite struct SchemaTests {
    struct Fixture: Decodable {
        struct Table: Decodable, Equatable {
            var columns: [Column]
            var foreignKeys: [ForeignKey]
            var indexes: [Index]
        }
        struct Column: Decodable, Equatable {
            var name: String
            var type: String
            var notNull: Bool
            var `default`: String?
            var primaryKey: Int
        }
        struct ForeignKey: Decodable, Hashable {
            var column: String
            var references: String
            var onDelete: String
        }
        struct Index: Decodable, Hashable {
            var name: String
            var unique: Bool
            var columns: [String]
        }
        var tables: [String: Table]
    }

    static let fixture: Fixture = {
        let url = Bundle.module.resourceURL?
            .appending(path: "Fixtures/mlflow-schema-bda7b8c39065.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try! decoder.decode(Fixture.self, from: Data(contentsOf: url!))
    }()

    @Test(arguments: fixture.tables.keys.sorted())
    func tableIsShapedAsMLflows(name: String) throws {
        let expected = try #require(Self.fixture.tables[name])
        let folder = TemporaryFolder()
        let actual = try folder.open().read { try table($0, name) }
        #expect(actual.columns == expected.columns)
        #expect(Set(actual.foreignKeys) == Set(expected.foreignKeys))
        #expect(Set(actual.indexes) == Set(expected.indexes))
    }

    @Test func allTablesAreMLflowsOrOurs() throws {
        let folder = TemporaryFolder()
        let names = try folder.open().read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema WHERE type = 'table'
                        AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'wb_%'
                    """
            )
        }
        #expect(Set(names) == Set(Self.fixture.tables.keys))
    }

    @Test(arguments: [
        "UPDATE runs SET status = 'BUSY'", "UPDATE runs SET lifecycle_stage = 'gone'",
        "UPDATE runs SET source_type = 'MOON'", "UPDATE experiments SET lifecycle_stage = 'gone'",
    ])
    func checksRefuseUnknownStates(sql: String) throws {
        let folder = TemporaryFolder()
        let store = try folder.open()
        try store.createRun(NewRun())
        #expect(
            trackingCode { try store.outsideTransaction { try $0.execute(sql: sql) } } == .storage
        )
    }

    @Test func theStampIsOurs() throws {
        let folder = TemporaryFolder()
        let stamps = try folder.open().read {
            try String.fetchAll($0, sql: "SELECT version_num FROM alembic_version")
        }
        #expect(stamps == ["workbench-\(Migration.all.count)"])
    }

    @Test(arguments: [
        ("wb_latest_metrics_value", ["key", "is_nan", "value", "run_uuid"]),
        ("wb_params_value", ["key", "value", "run_uuid"]),
        ("wb_tags_value", ["key", "value", "run_uuid"]),
        ("wb_runs_listing", ["experiment_id", "lifecycle_stage", "start_time"]),
        ("wb_runs_newest", ["lifecycle_stage", "start_time"]),
    ])
    func searchesHaveAnIndex(name: String, columns: [String]) throws {
        let folder = TemporaryFolder()
        let found = try folder.open().read { db in
            try Row.fetchAll(db, sql: "PRAGMA index_info(\(name))").map { $0["name"] as String }
        }
        #expect(found == columns)
    }

    private func table(_ db: Database, _ name: String) throws -> Fixture.Table {
        let columns = try Row.fetchAll(db, sql: "PRAGMA table_info(\(name))").map { row in
            Fixture.Column(
                name: row["name"],
                type: row["type"],
                notNull: row["notnull"],
                default: row["dflt_value"],
                primaryKey: row["pk"]
            )
        }
        let keys = try Row.fetchAll(db, sql: "PRAGMA foreign_key_list(\(name))").map { row in
            Fixture.ForeignKey(
                column: row["from"],
                references: "\(row["table"] as String)(\(row["to"] as String))",
                onDelete: row["on_delete"]
            )
        }
        // Ours make searches fast and contain no data; MLflow ignores them.
        let listed = try Row.fetchAll(db, sql: "PRAGMA index_list(\(name))")
        let indexes = try listed.filter { !($0["name"] as String).hasPrefix("wb_") }.map { row in
            let index: String = row["name"]
            let columns = try Row.fetchAll(db, sql: "PRAGMA index_info(\(index))")
            return Fixture.Index(
                name: index,
                unique: row["unique"],
                columns: columns.map { $0["name"] }
            )
        }
        return Fixture.Table(columns: columns, foreignKeys: keys, indexes: indexes)
    }
}
