import Database
import FoundationEssentials
import GRDB
import Platform
import Registry
import Testing
import Tracking

/// Attempts to circumvent a gate, all of which fail.
@Suite struct GateEvasionTests {
    let temporary: TemporaryRegistry
    let registry: ModelRegistry
    var store: TrackingStore { temporary.store }

    init() throws {
        temporary = try TemporaryRegistry()
        registry = temporary.registry
    }

    /// An ended run with this accuracy.
    private func run(_ value: Double?, tags: [Tracking.Tag] = []) throws -> RunRecord {
        var new = NewRun()
        new.tags = tags
        let run = try store.createRun(new)
        if let value { try log(value, step: 3, to: run, by: .owner) }
        return try store.updateRun(run.id, status: .finished)
    }

    private func log(
        _ value: Double,
        step: Int,
        to run: RunRecord,
        by writer: RunWriter = .client
    ) throws {
        // A client sets the time of a metric: here before the run's end.
        let metric = Metric("accuracy", value, timestamp: 1, step: step)
        try store.log(Batch(metrics: [metric]), run: run.id, by: writer)
    }

    private func gate(approval: Gate.Approval? = nil) throws {
        let conditions = approval == nil ? [try Gate.Condition("accuracy > 0.5")] : []
        try registry.setGate(Gate(conditions, approval: approval), of: "faq")
    }

    private func register(_ source: String, of run: RunRecord) throws {
        try registry.register(NewVersion(source: source, run: run.id), as: "faq")
    }

    private func refusal() -> String? {
        do {
            try registry.promote("faq", version: 1)
            return nil
        } catch { return (error as? RegistryError)?.message }
    }

    // MARK: - Metrics

    @Test func metricsLoggedAfterTheRunsEndDoNotReplaceEarlierOnes() throws {
        let run = try run(0.2)
        try register("\(run.artifactURI)/model", of: run)
        try gate()
        for step in [3, 4, 900] { try log(0.9, step: step, to: run) }
        #expect(refusal()?.contains("found 0.2 (0.9 came after the run's end)") == true)
    }

    @Test func aMetricLoggedOnlyAfterTheEndCountsAndTheHistorySaysSo() throws {
        let run = try run(nil)
        try register("\(run.artifactURI)/model", of: run)
        try gate()
        #expect(refusal()?.contains("not logged") == true)
        try log(0.75, step: 0, to: run)
        #expect(
            try registry.checkGate("faq", version: 1).findings.map(\.found) == [
                "0.75 (after the run's end)"
            ]
        )
        #expect(refusal() == nil)
        let entry = try #require(try registry.history("faq").first)
        #expect(
            entry.summary
                == "promoted version 1 of faq (accuracy 0.75 was logged after the run's end)"
        )
    }

    @Test func aResumedRunHasEndedForItsVersions() throws {
        let run = try run(0.2)
        try register("\(run.artifactURI)/model", of: run)
        try gate()
        try store.updateRun(run.id, status: .running, by: .client)
        try log(0.9, step: 9, to: run)
        try store.updateRun(run.id, status: .finished, by: .client)
        #expect(refusal()?.contains("found 0.2") == true)
    }

    @Test func aRunWithoutVersionsIsResumedFreely() throws {
        let run = try run(0.2)
        try store.updateRun(run.id, status: .running, by: .client)
        try log(0.9, step: 9, to: run)
        try store.updateRun(run.id, status: .finished, by: .client)
        try register("\(run.artifactURI)/model", of: run)
        try gate()
        #expect(refusal() == nil)
    }

    // MARK: - Files

    @Test(arguments: [
        "OTHER/adapter", "GOOD/../../OTHER-ID/artifacts/adapter", "GOOD/%2e%2e/adapter", "x",
        "GOODx/adapter", "runs:/OTHER-ID/adapter", "models:/m-0123", "/etc/adapter",
        "s3://bucket/GOOD/adapter",
    ])
    func filesOfAnotherRunDoNotPassByThisOnesMetrics(source: String) throws {
        let (good, other) = (try run(0.9), try run(0.1))
        let source = source.replacing("GOOD", with: good.artifactURI)
            .replacing("OTHER-ID", with: other.id).replacing("OTHER", with: other.artifactURI)
        try register(source, of: good)
        try gate()
        #expect(refusal()?.contains("found files that its run did not make") == true)
    }

    @Test func filesOfTheRunPassHoweverTheyAreSpelled() throws {
        let good = try run(0.9)
        let root = store.path.replacing("/workbench.db", with: "")
        for source in [
            "\(good.artifactURI)/a b", "\(good.artifactURI)//./adapter/", good.artifactURI,
            "file://\(root)/\(good.artifactURI)/a", "\(root)/\(good.artifactURI)/a",
            "runs:/\(good.id)/adapter",
        ] {
            try register(source, of: good)
        }
        var new = NewLoggedModel(name: "m")
        new.sourceRun = good.id
        let model = try store.createLoggedModel(new)
        try register("models:/\(model.id)", of: good)
        try register(model.artifactLocation, of: good)
        try gate()
        for version in 1...8 {
            #expect(try registry.checkGate("faq", version: version).passed, "version \(version)")
        }
    }

    @Test func onlyTheResultOfARunOfThisProgramPasses() throws {
        let good = try run(
            0.9,
            tags: [
                Tracking.Tag(Tracking.Tag.owner, "ada@lab"),
                Tracking.Tag(Tracking.Tag.adapter, "adapter"),
            ]
        )
        var new = NewLoggedModel(name: "claimed")
        new.sourceRun = good.id
        let claimed = try store.createLoggedModel(new)
        try register("\(good.artifactURI)/evil", of: good)
        try register("models:/\(claimed.id)", of: good)
        try register("\(good.artifactURI)/adapter", of: good)
        try gate()
        #expect(
            try (1...3).map { try registry.checkGate("faq", version: $0).passed } == [
                false, false, true,
            ]
        )
    }

    // MARK: - Aliases

    @Test(arguments: ["Production", "PRODUCTION", "pRoDuCtIoN"])
    func theAliasInAnotherCaseIsGatedToo(alias: String) throws {
        let run = try run(0.1)
        try register("\(run.artifactURI)/model", of: run)
        try registry.setAlias(alias, of: "faq", to: 1)
        try registry.deleteAlias(alias, of: "faq")
        try gate()
        #expect(registryCode { try registry.setAlias(alias, of: "faq", to: 1) } == .refused)
        try registry.setAlias("productive", of: "faq", to: 1)
    }

    // MARK: - People

    @Test func aTokenOfTheApproverIsNoOtherPerson() throws {
        let run = try run(nil)
        try register("\(run.artifactURI)/model", of: run)
        try gate(approval: .anyone)
        try registry.approve("faq", version: 1, by: Author("ada@lab", account: 1000))
        for author in [
            Author("second", account: 1000, user: "ada"), Author("second", account: 1000),
            Author("second", account: nil, user: "ada"), Author("bob@lab", account: 1000),
        ] {
            #expect(
                registryCode { try registry.promote("faq", version: 1, by: author) } == .refused,
                "\(author)"
            )
        }
        let other = Author("lin-token", account: 1001, user: "lin")
        try registry.promote("faq", version: 1, by: other)
        let entry = try #require(try registry.history("faq").first)
        #expect((entry.author, entry.account) == ("lin-token", 1001))
    }

    @Test func anApprovalOfAnEarlierProgramIsComparedByName() throws {
        let run = try run(nil)
        try register("\(run.artifactURI)/model", of: run)
        try gate(approval: .anyone)
        try registry.approve("faq", version: 1, by: "ada@lab")
        let own = Author("second", account: 1000, user: "ada")
        #expect(registryCode { try registry.promote("faq", version: 1, by: own) } == .refused)
        try registry.undo(by: "ada@lab")
        #expect(try registry.approvals(of: "faq", version: 1).isEmpty)
    }
}

@Suite struct VersionFileTests {
    private let temporary = try? TemporaryRegistry()

    @Test func theFilesOfAVersionSurviveDeletingAndUndoing() throws {
        let registry = try #require(temporary).registry
        var new = NewVersion(source: "adapter")
        let files = [
            VersionFile(path: "a/한글.bin", size: 3, sha256: "ab", stamp: "1"),
            VersionFile(path: "large", size: 9, sha256: nil, stamp: "2"),
        ]
        new.files = files
        try registry.register(new, as: "faq")
        #expect(try registry.files(of: "faq", version: 1) == files)

        var read = files
        (read[1].sha256, read[1].stamp) = ("cd", "3")
        try registry.confirm(read, of: "faq", version: 1)
        #expect(try registry.files(of: "faq", version: 1) == read)

        try registry.deleteVersion(1, of: "faq")
        #expect(try registry.files(of: "faq", version: 1) == nil)
        try registry.undo()
        let back = try #require(try registry.files(of: "faq", version: 1))
        #expect(back.map(\.sha256) == ["ab", nil])
        #expect(back.map(\.stamp) == [nil, nil])
        // What was read in the meantime does not prevent undo.
        try registry.confirm(read, of: "faq", version: 1)
        try registry.undo()
        #expect(registryCode { _ = try registry.version(1, of: "faq") } == .notFound)
    }

    @Test func aRegistryOfAnEarlierProgramIsReadAndChangedAsBefore() throws {
        let path = FileManager.default.temporaryDirectory.path() + "/\(UUID().uuidString).db"
        defer {
            for end in ["", "-wal", "-shm", ".workbench-2"] {
                try? FileManager.default.removeItem(atPath: path + end)
            }
        }
        let old = try TrackingStore(
            path: path,
            configuration: .init(),
            migrations: Array(Migration.all.prefix(2))
        )
        let approval =
            #"{"name":"faq","version":1,"approved_by":"ada@lab","approved_at":5,"reason":"/ok 한글"}"#
        try old.outsideTransaction { db in
            try db.execute(sql: "INSERT INTO registered_models VALUES ('faq', 1, 1, NULL)")
            try db.execute(
                sql: """
                    INSERT INTO model_versions (name, version, current_stage, source, status)
                    VALUES ('faq', 1, 'None', 'x', 'READY')
                    """
            )
            try db.execute(
                sql: "INSERT INTO wb_approvals VALUES ('faq', 1, 'ada@lab', 5, '/ok 한글')"
            )
            try db.execute(
                sql: """
                    INSERT INTO wb_deployments (changed_at, changed_by, model, action, version, reason)
                    VALUES (5, 'ada@lab', 'faq', 'approve', 1, '/ok 한글')
                    """
            )
            let change =
                #"[{"table":"wb_approvals","key":"[\"faq\",1,\"ada@lab\"]","after":"#
                + "\(String(reflecting: approval))}]"
            try db.execute(
                sql: "INSERT INTO wb_undo VALUES (1, 'ada@lab', 'faq', ?, 'applied')",
                arguments: [change]
            )
        }
        try old.close()

        let registry = ModelRegistry(try TrackingStore(path: path))
        #expect(try registry.files(of: "faq", version: 1) == nil)
        #expect(try registry.approvals(of: "faq", version: 1).map(\.account) == [nil])
        #expect(try registry.undo(by: "ada@lab").summary == "approved version 1 of faq")
        #expect(try registry.approvals(of: "faq", version: 1).isEmpty)
        try registry.redo(by: "ada@lab")
        #expect(try registry.approvals(of: "faq", version: 1).map(\.reason) == ["/ok 한글"])
    }
}
