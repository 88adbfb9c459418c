import Database
import Platform
import Registry
import Testing
import Tracking

@Suite struct DeploymentTests {
    let temporary: TemporaryRegistry
    let registry: ModelRegistry

    init() throws {
        temporary = try TemporaryRegistry()
        registry = temporary.registry
        try registry.registerVersions(4)
    }

    private func deployed() throws -> Int? { try registry.deployed("faq")?.version }

    private func promote(_ versions: Int...) throws {
        for version in versions { try registry.promote("faq", version: version) }
    }

    // MARK: - Promotion

    @Test func aPromotedVersionIsInProductionUnderItsAliasAndTheFormerIsArchived() throws {
        #expect(try deployed() == nil)
        try promote(1)
        let second = try registry.promote("faq", version: 2, reason: "eval 1.7 against 1.9")
        #expect((second.stage, second.aliases) == (.production, ["production"]))
        #expect(try registry.version(1, of: "faq").stage == .archived)
        #expect(try deployed() == 2)
        #expect(try registry.model("faq").deployed == second)
        let entry = try #require(try registry.history("faq").first)
        #expect((entry.action, entry.deployedBefore, entry.deployedAfter) == (.promote, 1, 2))
        #expect(entry.reason == "eval 1.7 against 1.9")
        #expect(entry.time == second.lastUpdateTime)
    }

    @Test func promotingTheDeployedVersionChangesAndRecordsNothing() throws {
        try promote(1)
        let before = try registry.history()
        try promote(1)
        #expect(try registry.history() == before)
        #expect(registryCode { try promote(9) } == .notFound)
        #expect(try registry.history() == before)
    }

    @Test func withoutTheAliasTheNewestVersionInProductionIsDeployed() throws {
        try promote(2)
        try registry.transition("faq", version: 1, to: .production)
        #expect(try deployed() == 2)
        try registry.deleteAlias("production", of: "faq")
        #expect(try deployed() == 2)
        try registry.transition("faq", version: 2, to: .archived)
        #expect(try deployed() == 1)
        try registry.transition("faq", version: 1, to: .none)
        #expect(try deployed() == nil)
        #expect(registryCode { _ = try registry.deployed("none") } == .notFound)
    }

    @Test func aDecisionOnAnOldViewIsRefused() throws {
        try promote(1)
        try temporary.another().promote("faq", version: 2)
        let before = try registry.history()
        #expect(registryCode { try registry.promote("faq", version: 3, replacing: 1) } == .conflict)
        #expect(registryCode { try registry.rollback("faq", replacing: 1) } == .conflict)
        #expect(try registry.history() == before)
        try registry.promote("faq", version: 3, replacing: 2)
        #expect(try deployed() == 3)
    }

    // MARK: - Rollback

    @Test func rollbackRevertsTheDeploymentsOneByOne() throws {
        try promote(1, 2, 3)
        #expect(try registry.rollbackTarget("faq").version == 2)
        let second = try registry.rollback("faq", by: "grace@home", reason: "wrong answers")
        #expect((second.version, second.stage, second.aliases) == (2, .production, ["production"]))
        #expect(try registry.version(3, of: "faq").stage == .archived)
        #expect(try registry.rollback("faq").version == 1)
        let error = #expect(throws: RegistryError.self) { try registry.rollback("faq") }
        #expect(error?.code == .nothingBefore)
        #expect(error?.message == "No version of 'faq' was deployed before version 1.")
        let entry = try registry.history("faq")[1]
        #expect((entry.action, entry.author, entry.version) == (.rollback, "grace@home", 2))
        #expect((entry.deployedBefore, entry.deployedAfter) == (3, 2))
    }

    @Test func afterARollbackAPromotionFollowsTheVersionRolledBackTo() throws {
        try promote(1, 2, 3)
        try registry.rollback("faq")
        try promote(4)
        #expect(try registry.rollback("faq").version == 2)
        #expect(try registry.rollback("faq").version == 1)
    }

    @Test func aVersionDeployedTwiceIsRolledBackTwice() throws {
        try promote(1, 2, 1)
        #expect(try registry.rollback("faq").version == 2)
        #expect(try registry.rollback("faq").version == 1)
    }

    @Test func withoutAnEarlierDeploymentThereIsNoRollback() throws {
        let none = #expect(throws: RegistryError.self) { try registry.rollback("faq") }
        #expect(none?.message == "No version of 'faq' is or was deployed.")
        try promote(1)
        #expect(registryCode { try registry.rollback("faq") } == .nothingBefore)
        #expect(registryCode { try registry.rollback("none") } == .notFound)
    }

    @Test func rollbackSkipsDeletedVersions() throws {
        try promote(1, 2, 3)
        try registry.deleteVersion(2, of: "faq")
        #expect(try registry.rollback("faq").version == 1)
    }

    @Test func rollbackFindsARemainingVersionWhenTheDeployedOneIsDeleted() throws {
        try promote(1, 2, 3)
        try registry.deleteVersion(2, of: "faq")
        #expect(try registry.rollback("faq").version == 1)
        try registry.deleteVersion(1, of: "faq")
        #expect(try deployed() == nil)
        let entry = try #require(try registry.history("faq").first)
        #expect(entry.summary == "deleted version 1 of faq (it was deployed; no version is now)")
        #expect(try registry.rollbackTarget("faq").version == 3)
        #expect(try registry.rollback("faq").version == 3)
        try registry.deleteVersion(3, of: "faq")
        let error = #expect(throws: RegistryError.self) { try registry.rollback("faq") }
        #expect(
            error?.message == "No remaining version of 'faq' is or was deployed. "
                + "Deployed and deleted since: versions 1, 2, 3."
        )
        try promote(4)
        #expect(registryCode { try registry.rollback("faq") } == .nothingBefore)
    }

    @Test func aRollbackThatWouldNowDeployAnotherVersionIsRefused() throws {
        try promote(1, 2, 3)
        try registry.deleteVersion(3, of: "faq")
        #expect(try deployed() == nil)
        #expect(try registry.rollbackTarget("faq").version == 2)
        try temporary.another().promote("faq", version: 4)
        try temporary.another().promote("faq", version: 1)
        let before = try registry.history()
        #expect(registryCode { try registry.rollback("faq", to: 2) } == .conflict)
        #expect(try registry.history() == before)
        #expect(try registry.rollback("faq", to: 4).version == 4)
    }

    @Test func aDeletedAliasDoesNotHideTheDeploymentBefore() throws {
        try promote(1, 2)
        try registry.deleteAlias("production", of: "faq")
        #expect(try registry.rollback("faq").version == 1)
        #expect(try deployed() == 1)
    }

    @Test func whenNothingIsDeployedAnyMoreTheLastDeploymentIsRestored() throws {
        try promote(1, 2)
        try registry.deleteAlias("production", of: "faq")
        try registry.transition("faq", version: 2, to: .archived)
        #expect(try deployed() == nil)
        #expect(try registry.rollback("faq").version == 2)
    }

    @Test func deploymentsByStageAndAliasCountToo() throws {
        try registry.transition("faq", version: 1, to: .production)
        try registry.setAlias("production", of: "faq", to: 3)
        #expect(try registry.rollback("faq").version == 1)
    }

    @Test func anUndonePromotionIsNoDeployment() throws {
        try promote(1, 2)
        try registry.undo()
        #expect(try deployed() == 1)
        #expect(registryCode { try registry.rollback("faq") } == .nothingBefore)
        try promote(3)
        #expect(try registry.rollback("faq").version == 1)
    }

    @Test func aRecreatedModelHasNoEarlierDeployments() throws {
        try promote(1, 2)
        try registry.deleteModel("faq")
        try registry.registerVersions(2)
        try promote(2)
        #expect(registryCode { try registry.rollback("faq") } == .nothingBefore)
    }
}
