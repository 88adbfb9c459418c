import Database
import FoundationEssentials
import Glibc
import GRDB
import MLflowExchange
import Platform
import Testing
import TestStores
import Tracking

@Suite struct ExportTests {
    let sample: SampleStore

    init() throws { sample = try SampleStore() }

    private func query(_ path: String, _ sql: String) throws -> [String] {
        try DatabaseQueue(path: path).read { try String.fetchAll($0, sql: sql) }
    }

    @Test func theFileHoldsEveryRowAndNoneOfOurTables() throws {
        let path = try sample.exported()
        #expect(try query(path, "SELECT version_num FROM alembic_version") == ["bda7b8c39065"])
        #expect(try query(path, "SELECT name FROM sqlite_schema WHERE name LIKE 'wb_%'") == [])
        #expect(try query(path, "PRAGMA integrity_check") == ["ok"])
        #expect(try query(path, "PRAGMA foreign_key_check").isEmpty)
        let tables = try query(
            path,
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'alembic_version'"
        )
        #expect(Set(tables).union(["alembic_version"]) == Set(SchemaTests.fixture.tables.keys))
        for table in tables {
            let there = try query(path, "SELECT count(*) FROM \(table)")
            let here = try sample.store.read {
                try String.fetchAll($0, sql: "SELECT count(*) FROM \(table)")
            }
            #expect(there == here)
        }
        let history = "SELECT rowid || key || value || step FROM metrics ORDER BY rowid"
        let here = try sample.store.read { try String.fetchAll($0, sql: history) }
        #expect(try query(path, history) == here)
    }

    /// MLflow's migrations drop constraints by name, and fail where one is missing.
    @Test(arguments: [
        "fk_trace_info_experiment_id", "fk_trace_tags_request_id",
        "fk_trace_request_metadata_request_id", "fk_datasets_experiment_id_experiments",
        "fk_logged_models_experiment_id", "fk_logged_model_metrics_run_id",
        "fk_logged_model_params_model_id", "fk_logged_model_tags_experiment_id",
        "registered_model_alias_name_fkey", "experiment_pk", "registered_model_pk",
        "model_version_pk", "runs_lifecycle_stage", "logged_models_lifecycle_stage_check",
    ])
    func constraintsHaveMLflowsNames(name: String) throws {
        let found = "SELECT name FROM sqlite_schema WHERE sql LIKE '%CONSTRAINT \(name) %'"
        #expect(try query(sample.exported(), found).count == 1)
    }

    @Test func theSummaryCounts() throws {
        let path = "\(sample.folder.path)/out.db"
        let summary = try sample.store.exportForMLflow(to: path, artifactRoot: "/w")
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        #expect(
            summary
                == ExportSummary(
                    path: path,
                    byteCount: size ?? 0,
                    experiments: 2,
                    runs: 1,
                    metricPoints: 52,
                    loggedModels: 1,
                    registeredModels: 1,
                    modelVersions: 2
                )
        )
    }

    @Test func relativeLocationsBecomeURIsBelowTheWorkspaceAndOthersStay() throws {
        try sample.store.outsideTransaction { db in
            try db.execute(
                sql: """
                    INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage)
                    VALUES (7, 'a', 's3://b/c', 'active'), (8, 'b', '/abs', 'active'),
                        (9, 'c', '../up', 'active'), (10, 'd', 'mlflow-artifacts:/10', 'active'),
                        (11, 'e', NULL, 'active')
                    """
            )
        }
        let path = "\(sample.folder.path)/out.db"
        _ = try sample.store.exportForMLflow(to: path, artifactRoot: "/my work/å/")
        let root = "file:///my%20work/%C3%A5/artifacts"
        let run = sample.run.id
        #expect(
            try query(path, "SELECT ifnull(artifact_location, '-') FROM experiments ORDER BY 1")
                == [
                    "-", "../up", "/abs", "\(root)/0", "\(root)/1", "mlflow-artifacts:/10",
                    "s3://b/c",
                ]
        )
        #expect(try query(path, "SELECT artifact_uri FROM runs") == ["\(root)/1/\(run)/artifacts"])
        #expect(
            try query(path, "SELECT artifact_location FROM logged_models")
                == ["\(root)/1/models/\(sample.model.id)/artifacts"]
        )
        #expect(
            try query(
                path,
                "SELECT source || ' ' || ifnull(storage_location, '-') FROM model_versions"
            )
                == ["\(root)/1/x \(root)/1/x", "REDACTED-SOURCE-PATH -"]
        )
    }

    @Test func theFileIsReadableByItsOwnerOnlyWithNothingBesideIt() throws {
        let path = try sample.exported()
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try query(path, "PRAGMA journal_mode") == ["delete"])
        let files = try FileManager.default.contentsOfDirectory(atPath: sample.folder.path)
        #expect(files.filter { $0.hasPrefix("mlflow.db") } == ["mlflow.db"])
    }

    @Test(arguments: ["", "-wal", "-journal"])
    func anExistingFileIsNeverReplaced(suffix: String) throws {
        let path = "\(sample.folder.path)/out.db"
        try Data("mine".utf8).write(to: URL(filePath: path + suffix))
        let error = #expect(throws: TrackingError.self) {
            try sample.store.exportForMLflow(to: path, artifactRoot: "/w")
        }
        #expect(error?.code == .alreadyExists)
        #expect(try Data(contentsOf: URL(filePath: path + suffix)) == Data("mine".utf8))
        let files = try FileManager.default.contentsOfDirectory(atPath: sample.folder.path)
        #expect(files.filter { $0.hasPrefix("out.db") } == ["out.db\(suffix)"])
    }

    @Test func aFolderThatIsMissingAndARelativeWorkspaceAreRefused() {
        let store = sample.store
        #expect(
            trackingCode { _ = try store.exportForMLflow(to: "/none/x.db", artifactRoot: "/w") }
                == .cannotOpen
        )
        #expect(
            trackingCode { _ = try store.exportForMLflow(to: "/tmp/never.db", artifactRoot: "w") }
                == .invalidValue
        )
    }
}
