import Platform
import Registry
import Runs
import Testing
import TestModels
import Tracking
import Training
import Workspace

@Suite struct RegistryServiceTests {
    @Test func aVersionIsRegisteredPromotedRolledBackAndUndone() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                let registry = workspace.registry
                for _ in 0..<2 {
                    let run = try workspace.runs.start(test.request(steps: 2))
                    _ = try workspace.runs.wait(for: run.id)
                    try registry.register(run: run.id, as: "facts", note: "from \(run.name)")
                }
                #expect(events.first { $0 == .registryChanged(name: "facts") } != nil)
                let registered = try registry.show("facts")
                #expect(registered.versions.map(\.number) == [2, 1])
                #expect(registered.deployed == nil)
                let newest = try #require(registered.versions.first)
                #expect(newest.baseModel == "tiny")
                #expect(newest.runName == "facts-r4-2")
                #expect(newest.metrics["loss"] != nil)
                #expect(newest.resultPath?.hasPrefix(test.home) == true)
                #expect(newest.note == "from facts-r4-2")

                try registry.promote("facts", version: 1)
                try registry.promote("facts", version: 2)
                #expect(try registry.show("facts").deployed?.number == 2)
                #expect(
                    try registry.show("facts").versions.map(\.stage) == [.production, .archived]
                )

                let plan = try registry.rollbackPlan("facts")
                #expect(plan == RollbackPlan(name: "facts", from: 2, to: 1))
                try registry.rollback(plan)
                #expect(try registry.show("facts").deployed?.number == 1)
                let stale = #expect(throws: WorkspaceError.self) { try registry.rollback(plan) }
                #expect(stale?.code == .conflict)

                #expect(try registry.undo().model == "facts")
                #expect(try registry.show("facts").deployed?.number == 2)
                _ = try registry.redo()
                #expect(try registry.show("facts").deployed?.number == 1)
                #expect(
                    try registry.history("facts").contains { $0.summary.contains("rolled back") }
                )
            }
        }
    }

    @Test func stagesAndAliasesAreSet() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request(steps: 1))
                _ = try workspace.runs.wait(for: run.id)
                let registry = workspace.registry
                let version = try registry.register(run: run.id, as: "facts")
                try registry.setStage("facts", version: version, to: .staging)
                try registry.setAlias("facts", alias: "candidate", version: version)
                let shown = try #require(registry.show("facts").versions.first)
                #expect(shown.stage == .staging)
                #expect(shown.aliases == ["candidate"])
                try registry.removeAlias("facts", alias: "candidate")
                #expect(try registry.show("facts").versions.first?.aliases == [])
            }
        }
    }

    @Test func aRunWithoutAnAdapterIsNotRegistered() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try RunTests.start(test.request(), in: workspace, at: 1) {
                    try workspace.runs.ask(.stop, of: $0)
                }
                _ = try workspace.runs.wait(for: run)
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.registry.register(run: run, as: "facts")
                }
                #expect(error?.code == .conflict)
                #expect(error?.message.contains("no adapter or model") == true)
            }
        }
    }

    @Test func aGateIsSetCheckedAndRefusesWithAConflict() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let registry = workspace.registry
                let runs = try [1, 3].map { steps in
                    let run = try workspace.runs.start(test.request(steps: steps))
                    _ = try workspace.runs.wait(for: run.id)
                    _ = try registry.register(run: run.id, as: "facts")
                    return try workspace.runs.summary(run.id)
                }
                let losses = try runs.map { try #require($0.loss) }
                try #require(losses[1] < losses[0])
                #expect(try registry.gate("facts") == nil)
                #expect(try registry.checkGate("facts", version: 1).passed)

                try registry.promote("facts", version: 2, reason: "the only one")
                let gate = try Gate(conditions: ["loss < deployed"], approvers: ["grace"])
                try registry.setGate("facts", to: gate)
                #expect(try registry.gate("facts") == gate)
                let check = try registry.checkGate("facts", version: 1)
                #expect(check.findings.map(\.subject) == ["loss", "approval"])
                #expect(check.findings.map(\.passed) == [false, false])
                for way in [
                    { try registry.promote("facts", version: 1) },
                    { try registry.setStage("facts", version: 1, to: .production) },
                    { try registry.setAlias("facts", alias: "production", version: 1) },
                ] {
                    let error = #expect(throws: WorkspaceError.self, performing: way)
                    #expect(error?.code == .conflict)
                    #expect(error?.message.contains("loss: found \(losses[0])") == true)
                    #expect(error?.message.contains("approval: found none") == true)
                }
                try registry.approve("facts", version: 1, reason: "mine does not count")
                #expect(try !registry.checkGate("facts", version: 1).findings[1].passed)

                let row = try #require(try registry.board().first)
                #expect((row.deployed, row.newest, row.staging) == (2, 2, []))
                #expect(row.reason == "the only one")
                #expect(row.gate == gate)

                let comparison = try registry.compare("facts", versions: [2, 1])
                #expect(comparison.versions.map(\.number) == [2, 1])
                #expect(comparison.differingParameters.map(\.key).contains("steps"))
                let loss = try #require(comparison.metrics.first { $0.key == "loss" })
                #expect(loss.values == ["\(losses[1])", "\(losses[0])"])
                #expect(loss.best == [0])

                let broken = #expect(throws: RegistryError.self) { try Gate(conditions: ["loss"]) }
                #expect(broken?.code == .invalidValue)
                try registry.setGate("facts", to: nil)
                try registry.promote("facts", version: 1)
            }
        }
    }

    @Test(arguments: [
        ("smollm2", ChatTarget.base(model: "smollm2")),
        ("runs:/abc", .run(id: "abc")),
        ("models:/faq/3", .version(name: "faq", number: 3)),
        ("models:/faq@production", .alias(name: "faq", alias: "production")),
        ("models:/faq/production", .stage(name: "faq", stage: .production)),
        ("models:/faq/latest", .latest(name: "faq")),
    ])
    func aReferenceNamesATarget(text: String, target: ChatTarget) throws {
        #expect(try ChatTarget(text) == target)
    }

    @Test(arguments: ["models:/", "models:/faq", "models:/faq/latest?"])
    func aBrokenReferenceIsRefused(text: String) {
        #expect(throws: WorkspaceError.self) { try ChatTarget(text) }
    }
}
