import Database
import GRDB
import Platform
import Registry
import Testing
import Tracking

@Suite struct GateTests {
    let temporary: TemporaryRegistry
    let registry: ModelRegistry

    init() throws {
        temporary = try TemporaryRegistry()
        registry = temporary.registry
    }

    /// Registers a version of `faq` whose run logged these values, the last one last.
    @discardableResult
    private func register(_ values: Double..., metric: TrackingKey = "eval_loss") throws -> Int {
        let record = try temporary.store.createRun(NewRun())
        let run = record.id
        for (step, value) in values.enumerated() {
            let metric = Metric(metric, value, timestamp: step, step: step)
            try temporary.store.log(Batch(metrics: [metric]), run: run)
        }
        let new = NewVersion(source: "\(record.artifactURI)/adapter", run: run)
        return try registry.register(new, as: "faq").version
    }

    private func setGate(_ conditions: String..., approval: Gate.Approval? = nil) throws {
        let gate = Gate(try conditions.map { try Gate.Condition($0) }, approval: approval)
        try registry.setGate(gate, of: "faq")
    }

    private func promote(_ version: Int, by author: String? = nil) throws {
        try registry.promote("faq", version: version, by: author.map { Author($0) })
    }

    private func deployed() throws -> Int? { try registry.deployed("faq")?.version }

    // MARK: - Conditions

    @Test(arguments: [
        ("eval_loss <= 1.9", "eval_loss <= 1.9"), ("eval_loss<1.9", "eval_loss < 1.9"),
        ("  eval loss >=  -2e3 ", "eval loss >= -2000.0"), ("정확도 > 0.5", "정확도 > 0.5"),
        ("eval/loss < deployed", "eval/loss < deployed"),
        ("loss <= deployed+0.05", "loss <= deployed + 0.05"),
        ("accuracy >= deployed - 0.01", "accuracy >= deployed - 0.01"),
    ])
    func aConditionIsReadAsItIsWritten(text: String, shown: String) throws {
        let condition = try Gate.Condition(text)
        #expect("\(condition)" == shown)
        #expect(try Gate.Condition(shown) == condition)
    }

    @Test(arguments: [
        "", "eval_loss", "< 1", "eval_loss <", "eval_loss = 1", "eval_loss < nan", "a < inf",
        "a < 1 2", "a < deployed + ", "a < deployed 1", "a < deployed + -1", "a <> 1", "a < b",
    ])
    func anInvalidConditionIsExplained(text: String) {
        let error = #expect(throws: RegistryError.self) { try Gate.Condition(text) }
        #expect(error?.code == .invalidValue)
        #expect(error?.hint != nil)
    }

    @Test(arguments: [
        ("eval_loss < 2", false), ("eval_loss <= 2", true), ("eval_loss > 2", false),
        ("eval_loss >= 2", true), ("eval_loss < 2.5", true), ("eval_loss > 2.5", false),
    ])
    func theLastValueIsCompared(condition: String, passes: Bool) throws {
        let version = try register(9, 1, 2)
        try setGate(condition)
        let report = try registry.checkGate("faq", version: version)
        #expect(report.passed == passes)
        #expect(report.findings.map(\.found) == ["2.0"])
        #expect((registryCode { try promote(version) } == .refused) == !passes)
        #expect(try deployed() == (passes ? version : nil))
    }

    @Test(arguments: ["eval_loss < 5", "eval_loss > -5", "eval_loss < deployed + 5"])
    func aMetricThatWasNotLoggedFails(condition: String) throws {
        try register(1)
        try promote(1)
        let other = try register(1, metric: "loss")
        let notANumber = try register(1, .nan)
        let without = try registry.register(NewVersion(source: "x"), as: "faq").version
        try setGate(condition)
        var found: [String] = []
        for version in [other, notANumber, without] {
            #expect(registryCode { try promote(version) } == .refused)
            found += try registry.checkGate("faq", version: version).findings.map(\.found)
        }
        #expect(found == ["not logged", "nan", "no run"])
        #expect(try deployed() == 1)
    }

    @Test func aVersionIsComparedWithTheDeployedOne() throws {
        for value in [2.0, 2.25, 2.5] { try register(value) }
        try setGate("eval_loss <= deployed + 0.25")
        let first = try registry.checkGate("faq", version: 1)
        #expect(first.passed)
        #expect(first.deployedVersion == nil)
        #expect(first.findings.map(\.wanted) == ["<= deployed + 0.25 (no version is deployed)"])
        try promote(1)
        #expect(registryCode { try promote(3) } == .refused)
        try promote(2)
        try promote(3)
        #expect(try deployed() == 3)
    }

    @Test func theDeployedVersionMustHaveTheMetricToo() throws {
        try register(1, metric: "loss")
        try promote(1)
        let second = try register(1)
        try setGate("eval_loss < deployed + 100")
        #expect(registryCode { try promote(second) } == .refused)
        let finding = try #require(registry.checkGate("faq", version: second).findings.first)
        #expect(finding.wanted == "< deployed + 100.0 (version 1: not logged)")
    }

    @Test func aRefusalNamesEveryConditionThatFailsAndChangesNothing() throws {
        try register(1.5)
        try promote(1)
        let second = try register(2)
        try setGate(
            "eval_loss <= 1.9",
            "eval_loss < 3",
            "eval_loss < deployed",
            "accuracy > 0.5",
            approval: .anyone
        )
        let before = try registry.history()
        let model = try registry.model("faq")
        let error = #expect(throws: RegistryError.self) { try promote(second) }
        #expect(error?.code == .refused)
        #expect(
            error?.message == "Version 2 of 'faq' does not pass its gate: "
                + "eval_loss: found 2.0, wanted <= 1.9; "
                + "eval_loss: found 2.0, wanted < deployed (version 1: 1.5); "
                + "accuracy: found not logged, wanted > 0.5; "
                + "approval: found none, wanted by another person, not by the person who deploys (ada@lab)."
        )
        #expect(error?.hint != nil)
        #expect(try registry.history() == before)
        #expect(try registry.model("faq") == model)
    }

    // MARK: - Where it is asked

    @Test func everyWayToDeployIsGated() throws {
        try register(1)
        try register(9)
        try setGate("eval_loss < 5")
        let ways: [(ModelRegistry) throws -> Void] = [
            { try $0.promote("faq", version: 2) },
            { try $0.transition("faq", version: 2, to: .production) },
            { try $0.transition("faq", version: 2, to: .production, archivingOthers: true) },
            { try $0.setAlias("production", of: "faq", to: 2) },
        ]
        for way in ways {
            #expect(registryCode { try way(registry) } == .refused)
            #expect(try registry.version(2, of: "faq").stage == .none)
            #expect(try registry.version(2, of: "faq").aliases.isEmpty)
        }
        try registry.transition("faq", version: 2, to: .staging)
        try registry.setAlias("candidate", of: "faq", to: 2)
        try registry.transition("faq", version: 1, to: .production)
        #expect(try deployed() == 1)
        try registry.setAlias("production", of: "faq", to: 1)
        try registry.promote("faq", version: 1)
        #expect(try deployed() == 1)
    }

    @Test func aVersionInProductionBesideTheDeployedOneNeedsTheGateForTheAlias() throws {
        try register(1)
        try register(9)
        try promote(1)
        try registry.transition("faq", version: 2, to: .production)
        #expect(try deployed() == 1)
        try setGate("eval_loss < 5")
        #expect(
            registryCode { try registry.setAlias("production", of: "faq", to: 2) } == .refused
        )
        #expect(registryCode { try promote(2) } == .refused)
        #expect(try deployed() == 1)
    }

    @Test func aDeployedVersionIsNotCheckedAgain() throws {
        try register(9)
        try registry.setAlias("production", of: "faq", to: 1)
        try setGate("eval_loss < 5")
        try registry.transition("faq", version: 1, to: .production)
        try promote(1)
        #expect(try deployed() == 1)
    }

    @Test func rollbackAndUndoAreNotGated() throws {
        try register(9)
        try register(1)
        try promote(1)
        try promote(2)
        try setGate("eval_loss < 5")
        try registry.rollback("faq")
        #expect(try deployed() == 1)
        try promote(2)
        try registry.undo()
        #expect(try deployed() == 1)
        try registry.redo()
        #expect(try deployed() == 2)
    }

    @Test func aGateThatIsSetMeanwhileAppliesToEarlierDecisions() throws {
        try register(9)
        let other = try temporary.another()
        #expect(try registry.checkGate("faq", version: 1).passed)
        try other.setGate(Gate([try Gate.Condition("eval_loss < 5")]), of: "faq")
        #expect(registryCode { try promote(1) } == .refused)
    }

    @Test func withoutAGateEverythingIsAsBefore() throws {
        try registry.registerVersions(2)
        #expect(try registry.gate(of: "faq") == nil)
        let report = try registry.checkGate("faq", version: 1)
        #expect(report.passed)
        #expect(report.findings.isEmpty)
        try promote(1)
        try registry.setAlias("production", of: "faq", to: 2)
        #expect(try deployed() == 2)
    }

    // MARK: - Approvals

    @Test func anApprovalCountsForDeploymentsByOtherPeople() throws {
        try register(1)
        try setGate(approval: .anyone)
        try registry.approve("faq", version: 1, reason: "read forty answers")
        let own = try registry.checkGate("faq", version: 1)
        #expect(own.findings.map(\.found) == ["by ada@lab, which does not count"])
        #expect(registryCode { try promote(1) } == .refused)
        // The same person on another machine is the same person.
        #expect(registryCode { try promote(1, by: "ada@home") } == .refused)
        #expect(try registry.checkGate("faq", version: 1, by: "grace@home").passed)
        try promote(1, by: "grace@home")
        #expect(try deployed() == 1)
        let approval = try #require(registry.approvals(of: "faq", version: 1).first)
        #expect((approval.author, approval.reason) == ("ada@lab", "read forty answers"))
        let entry = try #require(try registry.history("faq").first { $0.action == .approve })
        #expect(entry.summary == "approved version 1 of faq")
        #expect(entry.time == approval.time)
    }

    @Test func onlyThePeopleNamedMayApprove() throws {
        try register(1)
        try setGate(approval: .oneOf(["grace", "lin@lab"]))
        for person in ["eve@lab", "lin@home", "ada@lab"] {
            try registry.approve("faq", version: 1, by: Author(person))
            #expect(registryCode { try promote(1) } == .refused)
        }
        try registry.approve("faq", version: 1, by: "grace@anywhere")
        #expect(registryCode { try promote(1, by: "grace@anywhere") } == .refused)
        try promote(1)
        #expect(try deployed() == 1)
    }

    @Test func anApprovalBelongsToOneVersionAndIsDeletedWithIt() throws {
        try register(1)
        try register(1)
        try setGate(approval: .anyone)
        try registry.approve("faq", version: 2, by: "grace@home")
        #expect(registryCode { try promote(1) } == .refused)
        try registry.deleteVersion(2, of: "faq", by: "ada@lab")
        #expect(registryCode { _ = try registry.approvals(of: "faq", version: 2) } == .notFound)
        try registry.undo()
        #expect(try registry.approvals(of: "faq", version: 2).map(\.author) == ["grace@home"])
        #expect(registryCode { try registry.approve("faq", version: 9) } == .notFound)
    }

    @Test func anApprovalIsUndoneByItsAuthor() throws {
        try register(1)
        try registry.approve("faq", version: 1, by: "grace@home")
        let before = try registry.history()
        try registry.approve("faq", version: 1, by: "grace@home")
        #expect(try registry.history() == before)
        try registry.undo(by: "grace@home")
        #expect(try registry.approvals(of: "faq", version: 1).isEmpty)
    }

    // MARK: - Setting gates

    @Test func aGateIsSetChangedAndRemovedAndTheHistorySaysSo() throws {
        try registry.registerVersions(1)
        let gate = Gate(
            [
                Gate.Condition("eval_loss", .less, .deployed(margin: -0.5)),
                Gate.Condition("정확도", .greaterOrEqual, .value(0.1)),
            ],
            approval: .oneOf(["grace"])
        )
        try registry.setGate(gate, of: "faq", by: "lin@lab", reason: "too many regressions")
        #expect(try registry.gate(of: "faq") == gate)
        let entry = try #require(try registry.history("faq").first)
        #expect((entry.action, entry.author) == (.setGate, "lin@lab"))
        #expect(entry.reason == "too many regressions")
        #expect(
            entry.summary == "set the gate of faq: "
                + "eval_loss < deployed - 0.5, 정확도 >= 0.1, approved by grace"
        )
        let before = try registry.history()
        try registry.setGate(gate, of: "faq")
        #expect(try registry.history() == before)

        try registry.setGate(Gate(approval: .anyone), of: "faq")
        #expect(try registry.gate(of: "faq") == Gate(approval: .anyone))
        try registry.undo()
        #expect(try registry.gate(of: "faq") == gate)
        try registry.setGate(nil, of: "faq")
        #expect(try registry.gate(of: "faq") == nil)
        #expect(try registry.history("faq").first?.summary == "set the gate of faq: none")
    }

    @Test(arguments: [
        Gate(), Gate([Gate.Condition("a", .less, .value(.nan))]),
        Gate([Gate.Condition("a", .less, .deployed(margin: .infinity))]),
        Gate([Gate.Condition("", .less, .value(1))]), Gate(approval: .oneOf([])),
        Gate(approval: .oneOf([""])),
    ])
    func anInvalidGateIsRefused(gate: Gate) throws {
        try registry.registerVersions(1)
        #expect(registryCode { try registry.setGate(gate, of: "faq") } == .invalidValue)
        #expect(try registry.gate(of: "faq") == nil)
    }

    @Test func aMissingModelHasNoGate() {
        #expect(registryCode { _ = try registry.gate(of: "none") } == .notFound)
        #expect(
            registryCode { try registry.setGate(Gate(approval: .anyone), of: "none") } == .notFound
        )
        #expect(registryCode { _ = try registry.checkGate("none", version: 1) } == .notFound)
    }

    @Test func aModelWithAGateIsNeitherDeletedNorRenamed() throws {
        try register(9)
        try registry.approve("faq", version: 1, by: "grace@home")
        try setGate("eval_loss < 5")
        #expect(registryCode { try registry.deleteModel("faq") } == .refused)
        #expect(registryCode { try registry.rename("faq", to: "answers") } == .refused)
        #expect(registryCode { try registry.promote("faq", version: 1) } == .refused)
        try registry.setGate(nil, of: "faq")
        try registry.rename("faq", to: "answers")
        #expect(try registry.approvals(of: "answers", version: 1).count == 1)
        try registry.deleteModel("answers")
        try registry.register(NewVersion(source: "x"), as: "answers")
        #expect(try registry.approvals(of: "answers", version: 1).isEmpty)
    }

    @Test func anUnreadableGateRefusesEveryVersion() throws {
        try register(1)
        try temporary.store.outsideTransaction { db in
            try db.execute(sql: "INSERT INTO wb_gates VALUES ('faq', '{}')")
        }
        #expect(registryCode { try promote(1) } == .invalidValue)
        #expect(try deployed() == nil)
    }
}
