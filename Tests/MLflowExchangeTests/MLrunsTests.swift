import Database
import FoundationEssentials
import Glibc
import MLflowExchange
import Platform
import Testing
import TestStores
import Tracking

@Suite struct MLrunsTests {
    let folder = TemporaryFolder()
    let store: TrackingStore
    var mlruns: String { "\(folder.path)/mlruns" }

    init() throws {
        store = try folder.open()
        try write("1/meta.yaml", experiment("'1'", name: "first"))
        try write("1/tags/team", "nlp")
        try write("1/abc/meta.yaml", run("abc"))
        try write("1/abc/metrics/loss", "1000 1.5 0\n1001 0.5 1\n")
        try write("1/abc/metrics/eval/acc", "1000 nan 0\n1002 inf 2 data d1x extra\n")
        try write("1/abc/params/lr", "0.1")
        try write("1/abc/params/lora/r", "8")
        try write("1/abc/tags/note", "two\nlines\n")
    }

    @Test func runsAreImportedWithTheirHistory() throws {
        try write("1/abc/metrics/eval/acc", "1000 nan 0\n1002 inf 2\n")
        try write("1/abc/metrics/old", "1000 3\n")
        try write("1/abc/metrics/data", "1000 3 4 name digest\n")
        let summary = try store.importMLruns(folder: mlruns)
        #expect((summary.experiments, summary.runs, summary.params) == (1, 1, 2))
        #expect(summary.metricPoints == 6)
        #expect(summary.leftOut == [])
        let run = try store.run("abc")
        #expect(run.params == ["lr": "0.1", "lora/r": "8"])
        #expect(run.tags == ["note": "two\nlines\n"])
        #expect(run.metrics["loss"] == Metric("loss", 0.5, timestamp: 1001, step: 1))
        #expect(run.metrics["eval/acc"]?.value == .greatestFiniteMagnitude)
        #expect(try store.metricHistory("eval/acc", run: "abc").first?.value.isNaN == true)
        #expect(run.metrics["old"]?.step == 0)
        #expect(run.metrics["data"]?.step == 4)
        #expect((run.name, run.user, run.status) == ("it's", "ada", .finished))
        #expect((run.startTime, run.endTime) == (10, 20))
        #expect(run.artifactURI == "file:///old/mlruns/1/abc/artifacts")
        let made = try store.experiment(id: run.experimentID)
        #expect(made.name == "first")
        #expect(made.tags["team"] == "nlp")
    }

    @Test func theTrashIsImportedAsTheTrash() throws {
        try write(
            ".trash/2/meta.yaml",
            experiment("'2'", name: "gone").replacing("active", with: "deleted")
        )
        try write(
            ".trash/2/def/meta.yaml",
            run("def").replacing("active", with: "deleted") + "deleted_time: 5\n"
        )
        let summary = try store.importMLruns(folder: mlruns)
        #expect((summary.experiments, summary.runs) == (2, 2))
        #expect(try store.run("def").lifecycle == .deleted)
        #expect(try store.experiment(named: "gone")?.lifecycle == .deleted)
    }

    @Test func importingTwiceChangesNothing() throws {
        try write("1/abc/metrics/eval/acc", "1000 1 0\n")
        _ = try store.importMLruns(folder: mlruns)
        let again = try store.importMLruns(folder: mlruns)
        #expect((again.experiments, again.runs, again.runsPresent) == (0, 0, 1))
        #expect(try store.metricHistory("loss", run: "abc").count == 2)
    }

    @Test(arguments: [
        ("name: plain words", "plain words"),
        ("name: 'it''s: #1'", "it's: #1"),
        (#"name: "tab\tand \u00e9\x41 \"x\"""#, "tab\tand éA \"x\""),
        ("name: a long name that was\n  folded", "a long name that was folded"),
        ("name: 'folded\n\n  twice'", "folded\ntwice"),
        ("name: \"one \\\n  \\ two\"", "one  two"),
        ("name: 123", "123"),
        ("name: \"123\"", "123"),
        ("tags:\n- a\n- b: c\nname: after a list", "after a list"),
        ("tags:\n  a: b\nname: after a mapping\n", "after a mapping"),
        ("tags: []\nname: after []", "after []"),
        ("# said\nname: x\r", "x"),
        ("name: |-\n  literal", "literal"), ("? name\n: a", "a"),
        ("tags:\n  note: 'one\n\n\n    two'\n  b: c\nname: two paragraphs", "two paragraphs"),
        (#"tags: {note: "\uD55C\n\n two"}"# + "\nname: escapes", "escapes"),
    ])
    func namesAreReadAsPyYAMLWritesThem(line: String, name: String) throws {
        let meta = "experiment_id: '1'\n\(line)\nlifecycle_stage: active\n"
        try write("1/meta.yaml", meta)
        try write("1/abc/metrics/eval/acc", "1 1 1")
        let summary = try store.importMLruns(folder: mlruns)
        #expect(summary.leftOut == [])
        #expect(try store.experiment(named: name) != nil)
    }

    @Test(arguments: [
        "name: 'open", "name: \"a\\qb\"", "name: 'a' b", "name", " name: a", "name:a",
        "name: a\nname: b", "- x", "name: \"a\\0b\"", "name: *x",
    ])
    func invalidYAMLIsNamedAndLeftOut(line: String) throws {
        try write("2/meta.yaml", "experiment_id: '2'\n\(line)\nlifecycle_stage: active\n")
        try write("2/def/meta.yaml", run("def"))
        try write("1/abc/metrics/eval/acc", "1 1 1")
        let summary = try store.importMLruns(folder: mlruns)
        #expect(summary.reasons.keys.sorted() == ["experiment: its file cannot be read"])
        #expect(summary.leftOut.first?.names.first?.hasPrefix("2/meta.yaml: line ") == true)
        #expect((summary.experiments, summary.runs) == (1, 1))
    }

    @Test func brokenFilesAreNamedAndTheRestIsImported() throws {
        try write("1/abc/metrics/bad", "1000 1 0\n1001 much 1\n")
        try write("1/abc/params/binary", Data([0xFF, 0xFE]))
        try write("1/abc/tags/zero", Data([97, 0, 98]))
        try write("1/def/meta.yaml", run("other"))
        try write("1/ghi/meta.yaml", run("ghi").replacing("status: 3", with: "status: 77"))
        try write("1/jkl/params/x", "1")
        try write("1/models/m-1/meta.yaml", "x: y")
        try write("models/faq/meta.yaml", "x: y")
        try write("7/meta.yaml", experiment("'8'", name: "wrong"))
        let summary = try store.importMLruns(folder: mlruns)
        #expect(
            summary.reasons == [
                "metric: its file cannot be read": [
                    "1/abc/metrics/bad: line 2 is not `timestamp value step`",
                    "1/abc/metrics/eval/acc: line 2 is not `timestamp value step`",
                ],
                "parameter: its file cannot be read": ["1/abc/params/binary: it is not UTF-8"],
                "tag: its file cannot be read": ["1/abc/tags/zero: it holds a NUL character"],
                "run: its meta.yaml names another id": ["1/def"],
                "run: its status is not known": ["1/ghi"],
                "run: its file cannot be read": ["1/jkl/meta.yaml: No such file or directory"],
                "logged models: logged models are not read from files": ["1/models"],
                "registry: registered models are not read from files": ["models"],
                "experiment: its meta.yaml names another id": ["7"],
            ]
        )
        #expect(try store.runs().map(\.id) == ["abc"])
        #expect(try store.run("abc").metrics.keys.sorted() == ["loss"])
    }

    @Test func symbolicLinksAreNotFollowed() throws {
        try write("1/abc/metrics/eval/acc", "1 1 1")
        try write("../secret/x", "token")
        let secret = "\(folder.path)/secret"
        #expect(symlink("\(secret)/x", "\(mlruns)/1/abc/params/stolen") == 0)
        #expect(symlink(secret, "\(mlruns)/1/abc/tags/folder") == 0)
        #expect(symlink(secret, "\(mlruns)/1/linked") == 0)
        #expect(symlink(secret, "\(mlruns)/9") == 0)
        #expect(mkfifo("\(mlruns)/1/abc/params/pipe", 0o600) == 0)
        let summary = try store.importMLruns(folder: mlruns)
        #expect(
            summary.reasons == [
                "parameter: symbolic links are not followed": ["1/abc/params/stolen"],
                "parameter: it is not a regular file": ["1/abc/params/pipe"],
                "tag: symbolic links are not followed": ["1/abc/tags/folder"],
                "run: symbolic links are not followed": ["1/linked"],
                "experiment: symbolic links are not followed": ["9"],
            ]
        )
        #expect(try store.run("abc").params == ["lr": "0.1", "lora/r": "8"])
    }

    @Test func aFolderWithoutExperimentsIsReported() throws {
        for path in ["\(folder.path)/none", "\(mlruns)/1/abc"] {
            let error = #expect(throws: TrackingError.self) {
                try store.importMLruns(folder: path)
            }
            #expect(error?.code == .notFound)
            #expect(error?.hint != nil)
        }
    }

    private func experiment(_ id: String, name: String) -> String {
        """
        artifact_location: file:///old/mlruns/1
        creation_time: 5
        experiment_id: \(id)
        last_update_time: 6
        lifecycle_stage: active
        name: \(name)

        """
    }

    private func run(_ id: String) -> String {
        """
        artifact_uri: file:///old/mlruns/1/\(id)/artifacts
        end_time: 20
        entry_point_name: ''
        experiment_id: '1'
        lifecycle_stage: active
        run_id: \(id)
        run_name: 'it''s'
        source_name: ''
        source_type: 4
        source_version: null
        start_time: 10
        status: 3
        tags: []
        user_id: ada

        """
    }

    private func write(_ name: String, _ text: String) throws {
        try write(name, Data(text.utf8))
    }

    private func write(_ name: String, _ data: Data) throws {
        let url = URL(filePath: "\(mlruns)/\(name)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try data.write(to: url)
    }
}
