import Database
import GRDB
import Registry
import Testing
import Tracking

@Suite struct OverviewTests {
    let temporary: TemporaryRegistry
    let registry: ModelRegistry

    init() throws {
        temporary = try TemporaryRegistry()
        registry = temporary.registry
        try registry.registerVersions(4)
    }

    private func row() throws -> DeploymentStatus {
        try #require(try registry.board().first { $0.model == "faq" })
    }

    // MARK: - Board

    @Test func theBoardSaysWhatIsInUseAndWhoMadeItSo() throws {
        try registry.createModel("empty")
        try registry.promote("faq", version: 1)
        try registry.promote("faq", version: 2, by: "grace@home", reason: "eval 1.7")
        try registry.transition("faq", version: 3, to: .staging)
        try registry.setGate(Gate(approval: .anyone), of: "faq")
        #expect(try registry.board().map(\.model) == ["empty", "faq"])
        #expect(try registry.board().first == DeploymentStatus(model: "empty"))
        let row = try row()
        #expect(row.deployed?.version == 2)
        #expect(row.staging.map(\.version) == [3])
        #expect(row.newest?.version == 4)
        #expect(row.gate == Gate(approval: .anyone))
        #expect((row.deployment?.author, row.deployment?.reason) == ("grace@home", "eval 1.7"))
        #expect(row.deployment?.action == .promote)
    }

    @Test func aRollbackAndAnUndoAreDeploymentsToo() throws {
        try registry.promote("faq", version: 1)
        try registry.promote("faq", version: 2)
        try registry.rollback("faq", by: "grace@home", reason: "wrong answers")
        #expect(try row().deployed?.version == 1)
        #expect(try row().deployment?.reason == "wrong answers")
        try registry.undo(by: "grace@home")
        #expect(try row().deployed?.version == 2)
        #expect(try row().deployment?.summary == "undid: rolled back to version 1 of faq")
    }

    @Test func versionsReportedByClientsAreOnTheBoard() throws {
        try registry.promote("faq", version: 1)
        for (key, value) in [("deployed.seoul", "1"), ("deployed.", "9"), ("deployed", "9")] {
            try registry.setTag(Tag(TrackingKey(key), value), of: "faq")
        }
        try registry.setTag(Tag("deployed.busan", "2"), of: "faq")
        #expect(
            try row().reports.map { "\($0.environment) \($0.version)" } == ["busan 2", "seoul 1"]
        )
    }

    @Test func aDeploymentByAnotherProgramHasNoAuthor() throws {
        try registry.promote("faq", version: 1)
        try temporary.store.outsideTransaction { db in
            try db.execute(sql: "UPDATE registered_model_aliases SET version = 3")
        }
        #expect(try row().deployed?.version == 3)
        #expect(try row().deployment == nil)
    }

    // MARK: - What is deployed

    /// Checks that the alias, the stage and the history name the same version.
    private func expectDeployed(
        _ version: Int?,
        sourceLocation: SourceLocation = #_sourceLocation
    )
        throws
    {
        let model = try registry.model("faq")
        #expect(model.deployedVersion == version, sourceLocation: sourceLocation)
        #expect(try registry.deployed("faq")?.version == version, sourceLocation: sourceLocation)
        #expect(try row().deployed?.version == version, sourceLocation: sourceLocation)
        let entry = try registry.history("faq").first
        #expect(entry?.deployedAfter == version, sourceLocation: sourceLocation)
    }

    @Test func promoteAndRollbackMoveAliasAndStageInOneTransaction() throws {
        try registry.promote("faq", version: 1)
        try registry.promote("faq", version: 2)
        for way in ["promote", "rollback"] {
            let before = try registry.model("faq")
            let history = try registry.history()
            // The alias cannot be written: then the stages must stay as well.
            try temporary.store.outsideTransaction { db in
                try db.execute(
                    sql: """
                        CREATE TRIGGER wb_stop BEFORE UPDATE ON registered_model_aliases
                        BEGIN SELECT RAISE(ABORT, 'stopped'); END
                        """
                )
            }
            #expect(throws: TrackingError.self) {
                if way == "promote" {
                    try registry.promote("faq", version: 3)
                } else {
                    try registry.rollback("faq")
                }
            }
            #expect(try registry.model("faq") == before)
            #expect(try registry.history() == history)
            try temporary.store.outsideTransaction { try $0.execute(sql: "DROP TRIGGER wb_stop") }
        }
        try registry.rollback("faq")
        let model = try registry.model("faq")
        #expect(model.aliases == ["production": 1])
        #expect(model.versions.filter { $0.stage == .production }.map(\.version) == [1])
        try expectDeployed(1)
    }

    @Test func deletingTheDeployedVersionLeavesNoneOrTheOneInProduction() throws {
        try registry.promote("faq", version: 2)
        try registry.deleteVersion(2, of: "faq")
        try expectDeployed(nil)
        #expect(try registry.model("faq").aliases.isEmpty)
        try registry.undo()
        try expectDeployed(2)

        try registry.transition("faq", version: 1, to: .production)
        try registry.deleteVersion(2, of: "faq")
        try expectDeployed(1)
        #expect(try registry.resolve("models:/faq/Production").version == 1)
        #expect(registryCode { _ = try registry.resolve("models:/faq@production") } == .notFound)
    }

    @Test func deletingTheAliasLeavesTheNewestInProduction() throws {
        try registry.setAlias("production", of: "faq", to: 1)
        try registry.deleteAlias("production", of: "faq")
        try expectDeployed(nil)
        try registry.promote("faq", version: 3)
        try registry.deleteAlias("production", of: "faq")
        try expectDeployed(3)
        try registry.transition("faq", version: 3, to: .archived)
        try expectDeployed(nil)
        try registry.rollback("faq")
        try expectDeployed(3)
    }

    // MARK: - Comparing

    private func register(
        _ params: [TrackingKey: String],
        _ metrics: [TrackingKey: Double]
    ) throws -> Int {
        let run = try temporary.store.createRun(NewRun()).id
        let batch = Batch(
            metrics: metrics.map { Metric($0.key, $0.value, timestamp: 1, step: 1) },
            params: params.map { Param($0.key, $0.value) }
        )
        try temporary.store.log(batch, run: run)
        return try registry.register(NewVersion(source: "x", run: run), as: "faq").version
    }

    @Test func versionsAreComparedInTheRequestedOrder() throws {
        let first = try register(["rank": "8", "seed": "1"], ["eval_loss": 1.5, "loss": 2])
        let second = try register(["rank": "16", "seed": "1"], ["eval_loss": .nan])
        try registry.promote("faq", version: first)
        let found = try registry.compare("faq", versions: [second, first, 1])
        #expect(found.versions.map(\.version) == [second, first, 1])
        #expect(found.versions.map(\.stage) == [.none, .production, .none])
        #expect(found.versions.map(\.aliases) == [[], ["production"], []])
        #expect(found.differingParams.map(\.key) == ["rank", "seed"])
        #expect(found.differingParams.map(\.values) == [["16", "8", nil], ["1", "1", nil]])
        #expect(found.metrics.map(\.key) == ["eval_loss", "loss"])
        #expect(found.metrics[0].values[0]?.isNaN == true)
        #expect(found.metrics[0].values[1...] == [1.5, nil])
        #expect(found.metrics[1].values == [nil, 2, nil])

        let two = try registry.compare("faq", versions: [first, second])
        #expect(two.differingParams.map(\.key) == ["rank"])
    }

    @Test func anInvalidComparisonIsExplained() {
        #expect(registryCode { _ = try registry.compare("faq", versions: [1]) } == .invalidValue)
        #expect(registryCode { _ = try registry.compare("faq", versions: [1, 9]) } == .notFound)
        #expect(registryCode { _ = try registry.compare("none", versions: [1, 2]) } == .notFound)
    }
}
