import Database
import FoundationEssentials
import GRDB
import MLflowExchange
import Platform
import Testing
import TestStores
import Tracking

@Suite struct ImportTests {
    let folder = TemporaryFolder()
    let store: TrackingStore
    let sample: SampleStore

    init() throws {
        store = try folder.open()
        sample = try SampleStore()
    }

    @Test func everythingIsImportedWithItsIds() throws {
        let summary = try store.importMLflow(database: sample.exported())
        #expect(summary.experiments == 1)
        #expect(summary.runs == 1)
        #expect(summary.params == 2)
        #expect(summary.metricPoints == 52)
        #expect(summary.datasets == 1)
        #expect(summary.loggedModels == 1)
        #expect(summary.registeredModels == 1)
        #expect(summary.modelVersions == 2)
        #expect(summary.leftOut == [])
        #expect(summary.renamed == [])

        let run = try store.run(sample.run.id)
        #expect(run.params == sample.run.params)
        #expect(run.metrics == sample.run.metrics)
        #expect(run.inputs == sample.run.inputs)
        #expect(run.outputs == sample.run.outputs)
        #expect(run.modelInputs == sample.run.modelInputs && run.modelInputs.count == 1)
        #expect(run.status == .finished)
        #expect(try store.experiment(id: run.experimentID).name == "lora")
        #expect(try store.experiment(id: run.experimentID).tags["team"] == "nlp")
        let (here, there) = (
            try store.metricHistory("loss", run: run.id),
            try sample.store.metricHistory("loss", run: run.id)
        )
        #expect(here.map(\.value) == there.map(\.value))
        let model = try store.loggedModel(sample.model.id)
        #expect(model.params == sample.model.params)
        #expect(model.metrics == sample.model.metrics)
        #expect(model.tags == sample.model.tags)
        #expect(model.experimentID == run.experimentID)
        #expect(try rows("PRAGMA foreign_key_check") == [])
        #expect(
            try rows("SELECT alias || version FROM registered_model_aliases") == ["production1"]
        )
        #expect(try rows("SELECT key || value FROM model_version_tags") == ["vkvv"])
    }

    @Test func unsupportedKindsAreNamedAndNothingElseIsMissing() throws {
        let path = try sample.exported()
        try edit(
            path,
            """
            CREATE TABLE IF NOT EXISTS evaluation_datasets (dataset_id TEXT, name TEXT);
            CREATE TABLE IF NOT EXISTS evaluation_dataset_records (record_id TEXT);
            CREATE TABLE "odd ""table" (x TEXT);
            INSERT INTO evaluation_datasets (dataset_id, name) VALUES ('d-1', 'hard questions');
            INSERT INTO evaluation_dataset_records (record_id) VALUES ('r');
            INSERT INTO "odd ""table" VALUES ('a'), ('b');
            """
        )
        let summary = try store.importMLflow(database: path)
        #expect(summary.runs == 1)
        #expect(summary.leftOut.map(\.isForeign) == [true, true])
        #expect(summary.leftOut.map(\.kind) == ["evaluation dataset", "odd \"table"])
        #expect(summary.leftOut.map(\.count) == [1, 2])
        #expect(summary.leftOut.first?.names == ["hard questions"])
    }

    @Test func anIrregularFileIsReportedUnlikeAMissingOne() throws {
        for (path, code) in [("/dev/null", "cannotOpen"), ("/nowhere/mlflow.db", "notFound")] {
            let error = #expect(throws: TrackingError.self) {
                try store.importMLflow(database: path)
            }
            #expect(error.map { "\($0.code)" } == code)
            #expect(error?.message.contains(path) == true)
        }
    }

    @Test func theRegistrysHistoryHasAnEntry() throws {
        let path = try sample.exported()
        _ = try store.importMLflow(database: path)
        #expect(
            try rows("SELECT action || ' ' || model || ' ' || version_to FROM wb_deployments")
                == ["create-model faq-ko 1"]
        )
        #expect(try rows("SELECT reason FROM wb_deployments").first?.hasSuffix("mlflow.db") == true)
    }

    @Test func importingTwiceChangesNothingAndTakesWhatIsNew() throws {
        let path = try sample.exported()
        _ = try store.importMLflow(database: path)
        let before = try counts()
        let again = try store.importMLflow(database: path)
        #expect(try counts() == before)
        #expect((again.runs, again.runsPresent) == (0, 1))
        #expect((again.loggedModels, again.loggedModelsPresent) == (0, 1))
        #expect((again.modelVersions, again.modelVersionsPresent) == (0, 2))

        try edit(
            path,
            """
            INSERT INTO runs (run_uuid, name, status, lifecycle_stage, experiment_id)
                VALUES ('late', 'late', 'RUNNING', 'active', 1);
            INSERT INTO model_versions (name, version, current_stage) VALUES ('faq-ko', 3, 'None');
            """
        )
        let third = try store.importMLflow(database: path)
        #expect((third.experiments, third.runs, third.modelVersions) == (0, 1, 1))
        #expect(try store.run("late").experimentID == store.run(sample.run.id).experimentID)
        #expect(try rows("SELECT action FROM wb_deployments") == ["create-model", "register"])
    }

    @Test func namesThatAreInUseHereGetASuffix() throws {
        var new = NewRun()
        new.experimentID = try store.createExperiment(named: "lora").id
        try store.createRun(new)
        try store.outsideTransaction {
            try $0.execute(
                sql: """
                    INSERT INTO registered_models (name) VALUES ('faq-ko');
                    INSERT INTO model_versions (name, version, current_stage)
                        VALUES ('faq-ko', 1, 'None');
                    """
            )
        }
        let summary = try store.importMLflow(database: sample.exported())
        #expect(
            summary.renamed == [
                .init(from: "lora", to: "lora (imported)"),
                .init(from: "faq-ko", to: "faq-ko (imported)"),
            ]
        )
        let run = try store.run(sample.run.id)
        #expect(try store.experiment(id: run.experimentID).name == "lora (imported)")
        #expect(try store.runs().count == 2)
    }

    @Test func anEmptyExperimentOfTheNameIsUsed() throws {
        let id = try store.createExperiment(named: "lora").id
        let summary = try store.importMLflow(database: sample.exported())
        #expect(summary.experiments == 0)
        #expect(try store.run(sample.run.id).experimentID == id)
    }

    @Test func anExperimentInTheTrashIsNotUsed() throws {
        let id = try store.createExperiment(named: "lora").id
        try store.deleteExperiment(id)
        let summary = try store.importMLflow(database: sample.exported())
        #expect(summary.renamed.map(\.to) == ["lora (imported)"])
    }

    @Test func anOwnExportImportsNothing() throws {
        let before = try sample.store.experiments()
        let summary = try sample.store.importMLflow(database: sample.exported())
        #expect(summary.runs + summary.experiments + summary.modelVersions == 0)
        #expect((summary.runsPresent, summary.modelVersionsPresent) == (1, 2))
        #expect(try sample.store.experiments().map(\.name) == before.map(\.name))
    }

    @Test func newerFilesHaveWorkspacesAndTablesThatAreUnknownHere() throws {
        let path = try sample.exported()
        let tables = [
            "experiments", "registered_models", "registered_model_tags", "model_versions",
            "model_version_tags", "registered_model_aliases",
        ]
        for table in tables {
            try edit(
                path,
                "ALTER TABLE \(table) ADD COLUMN workspace TEXT NOT NULL DEFAULT 'default'"
            )
        }
        try edit(
            path,
            """
            CREATE TABLE workspaces (name TEXT PRIMARY KEY); CREATE TABLE endpoints (x BLOB);
            ALTER TABLE runs ADD COLUMN novelty TEXT DEFAULT 'new';
            UPDATE alembic_version SET version_num = '1b5f0d9ad7c1';
            -- Without its primary key, as after MLflow's migration.
            CREATE TABLE other AS SELECT * FROM registered_models;
            DROP TABLE registered_models; ALTER TABLE other RENAME TO registered_models;
            INSERT INTO registered_models (name, creation_time, workspace)
                VALUES ('faq-ko', 9, 'lab');
            """
        )
        let summary = try store.importMLflow(database: path)
        #expect((summary.runs, summary.metricPoints, summary.modelVersions) == (1, 52, 2))
        #expect(summary.renamed == [.init(from: "faq-ko", to: "faq-ko (imported)")])
        #expect(
            try rows(
                "SELECT name || ' ' || count(version) FROM registered_models "
                    + "LEFT JOIN model_versions USING (name) GROUP BY name"
            )
                == ["faq-ko 2", "faq-ko (imported) 0"]
        )
    }

    @Test func olderFilesLackTablesAndColumns() throws {
        let path = try sample.exported()
        for table in ["logged_models", "datasets", "inputs", "input_tags", "latest_metrics"] {
            try edit(path, "DROP TABLE \(table)")
        }
        try edit(
            path,
            """
            ALTER TABLE runs DROP COLUMN deleted_time;
            ALTER TABLE model_versions DROP COLUMN storage_location;
            UPDATE runs SET name = '';
            """
        )
        let summary = try store.importMLflow(database: path)
        #expect((summary.runs, summary.metricPoints, summary.loggedModels) == (1, 52, 0))
        let run = try store.run(sample.run.id)
        #expect(run.metrics == sample.run.metrics)
        #expect(run.name == "first")
    }

    @Test func rowsThatBreakARuleAreNamedAndTheRestIsImported() throws {
        let path = try sample.exported()
        let run = sample.run.id
        try edit(
            path,
            """
            PRAGMA ignore_check_constraints = ON;
            INSERT INTO runs (run_uuid, status, lifecycle_stage, experiment_id) VALUES
                ('../../etc', 'FINISHED', 'active', 1), ('busy', 'BUSY', 'active', 1),
                ('lost', 'FINISHED', 'active', 99);
            INSERT INTO params VALUES ('of-busy', '1', 'busy'), ('p', '1', 'nobody'),
                ('long', '\(String(repeating: "x", count: 8001))', '\(run)');
            INSERT INTO tags VALUES ('blob', x'FF00', '\(run)'), ('nul', 'a' || char(0), '\(run)');
            INSERT INTO metrics VALUES ('loss', 'much', 1, '\(run)', 99, 0),
                ('loss', 1, 1, 'nobody', 99, 0), ('a' || char(27), 1, 1, '\(run)', 1, 0);
            INSERT INTO registered_models (name) VALUES ('a/b');
            INSERT INTO registered_model_aliases VALUES ('ghost', 9, 'faq-ko');
            INSERT INTO inputs VALUES ('i', 'DATASET', 'gone', 'RUN', '\(run)', 0),
                ('j', 'MOON', 'a', 'SUN', 'b', 0);
            """
        )
        let summary = try store.importMLflow(database: path)
        let wrong = "is missing, too long, or of the wrong type"
        #expect(
            summary.reasons == [
                "run: its run_uuid \(wrong)": ["../../etc"],
                "run: its status \(wrong)": ["busy"],
                "run: its experiment is missing or was not taken": ["lost"],
                "parameter: its run is missing": ["nobody p"],
                "parameter: its value \(wrong)": ["\(run) long"],
                "tag: its value \(wrong)": ["\(run) blob", "\(run) nul"],
                "metric point: its value \(wrong)": ["\(run) loss 99"],
                "metric point: its key \(wrong)": ["\(run) a\\u{1B} 1"],
                "metric point: its run is missing": ["nobody loss 99"],
                "registered model: its name contains / or :": ["a/b"],
                "alias: its version is missing": ["faq-ko ghost"],
                "input or output: its run or dataset is missing": ["DATASET gone RUN \(run)"],
                "input or output: it is of a kind that this version does not know": [
                    "MOON a SUN b"
                ],
            ]
        )
        #expect((summary.runs, summary.params, summary.metricPoints) == (1, 2, 52))
        #expect(try store.runs().map(\.id) == [run])
        #expect(try rows("SELECT key FROM params WHERE run_uuid <> '\(run)'") == [])
    }

    @Test func countsContinueBeyondTheNames() throws {
        let path = try sample.exported()
        let values = (0..<100).map { "('k\($0)', '1', 'nobody')" }.joined(separator: ", ")
        try edit(path, "INSERT INTO params VALUES \(values)")
        let summary = try store.importMLflow(database: path)
        #expect(summary.leftOut.map(\.count) == [100])
        #expect(summary.leftOut.first?.names.count == ImportSummary.LeftOut.nameLimit)
    }

    @Test func tagsThatControlThisProgramAreRenamed() throws {
        _ = try store.importMLflow(database: sample.exported())
        let tags = try store.run(sample.run.id).tags
        #expect(tags["workbench.owner"] == nil)
        #expect(tags["imported.workbench.owner"] == "eve@lab")
        #expect(tags["note"] == "a\nb")
    }

    @Test func locationsInTheWorkspaceBecomeRelativeAndRelativeOnesDoNotStay() throws {
        let path = try sample.exported()
        // A relative location starts at the folder of the database, links resolved.
        let there = URL(filePath: sample.folder.path).resolvingSymlinksInPath().path()
            .replacing("//", with: "/")
        let uris = [
            "s3://b/c": "s3://b/c", "/elsewhere/x": "/elsewhere/x",
            "\(folder.path)/artifacts/1/x": "artifacts/1/x",
            "file://\(folder.path)/artifacts/1/a%20b": "artifacts/1/a b",
            "file://\(folder.path)/artifacts/../workbench.db":
                "file://\(folder.path)/artifacts/../workbench.db",
            "file://\(folder.path)/workbench.db": "file://\(folder.path)/workbench.db",
            "artifacts/0/x": "file://\(there)/artifacts/0/x",
            "../../../../../../etc": "file:///etc",
            "mlflow-artifacts:/1/x": "mlflow-artifacts:/1/x",
        ]
        for (number, uri) in uris.keys.sorted().enumerated() {
            try edit(
                path,
                """
                INSERT INTO runs (run_uuid, status, lifecycle_stage, experiment_id, artifact_uri)
                VALUES ('r\(number)', 'FINISHED', 'active', 1, '\(uri)')
                """
            )
        }
        _ = try store.importMLflow(database: path, artifactRoot: folder.path)
        for (number, uri) in uris.keys.sorted().enumerated() {
            let kept = try store.run("r\(number)").artifactURI
            #expect(kept == uris[uri])
        }
    }

    @Test func aDatabaseInUseIsReadAndNotChanged() throws {
        // The other store is open, in WAL mode, and its newest run is only in the log.
        let late = try sample.store.createRun(NewRun())
        let files = try FileManager.default.contentsOfDirectory(atPath: sample.folder.path)
        let summary = try store.importMLflow(database: sample.folder.database)
        #expect(summary.runs == 2)
        #expect(try store.run(late.id).name == late.name)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: sample.folder.path).sorted()
                == files.sorted()
        )
        try sample.store.log(Batch(params: [Param("a", "b")]), run: late.id)
    }

    @Test func aDatabaseAtRestGetsNothingBesideIt() throws {
        let path = try sample.exported()
        try edit(path, "PRAGMA journal_mode = WAL")
        let files = { try FileManager.default.contentsOfDirectory(atPath: sample.folder.path) }
        let before = try files().sorted()
        #expect(try store.importMLflow(database: path).runs == 1)
        #expect(try files().sorted() == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
    }

    @Test func aDatabaseThatIsNotMLflowsIsRefused() throws {
        let path = "\(folder.path)/other.db"
        #expect(trackingCode { _ = try store.importMLflow(database: path) } == .notFound)
        try Data(repeating: 65, count: 4096).write(to: URL(filePath: path))
        #expect(trackingCode { _ = try store.importMLflow(database: path) } == .notADatabase)
        try FileManager.default.removeItem(atPath: path)
        // A view is not read, whatever its name.
        try edit(path, "CREATE TABLE experiments (x); CREATE VIEW runs AS SELECT 1 AS run_uuid")
        #expect(trackingCode { _ = try store.importMLflow(database: path) } == .foreignDatabase)
        try edit(path, "DROP VIEW runs; CREATE TABLE runs (run_uuid)")
        #expect(trackingCode { _ = try store.importMLflow(database: path) } == .foreignDatabase)
        #expect(
            trackingCode { _ = try store.importMLflow(database: folder.database) } == .invalidValue
        )
        let reader = try folder.open { $0.isReadOnly = true }
        #expect(trackingCode { _ = try reader.importMLflow(database: path) } == .readOnly)
    }

    @Test func aCancelledImportImportsNothing() throws {
        let path = try sample.exported()
        let before = try counts()
        for phase in [ImportProgress.Phase.copying, .runs, .metrics, .models] {
            #expect(throws: CancellationError.self) {
                try store.importMLflow(database: path) {
                    if $0.phase == phase { throw CancellationError() }
                }
            }
        }
        #expect(try counts() == before)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files.allSatisfy { !$0.contains("import") })
        #expect(try store.importMLflow(database: path).runs == 1)
    }

    private func rows(_ sql: String) throws -> [String] {
        try store.read { try String.fetchAll($0, sql: sql) }
    }

    private func counts() throws -> [String: [String]] {
        let tables = SchemaTests.fixture.tables.keys
        return try Dictionary(
            uniqueKeysWithValues: tables.map { ($0, try rows("SELECT count(*) FROM \($0)")) }
        )
    }
}

extension ImportSummary {
    /// What was left out, as `kind: names` by reason.
    var reasons: [String: [String]] {
        Dictionary(leftOut.map { ("\($0.kind): \($0.reason)", $0.names) }) { $0 + $1 }
    }
}
