import Database
import Platform
import Registry
import Testing
import Tracking

@Suite struct UndoTests {
    let temporary: TemporaryRegistry
    let registry: ModelRegistry

    init() throws {
        temporary = try TemporaryRegistry()
        registry = temporary.registry
        try registry.registerVersions(3)
    }

    @Test func everyChangeIsUndoneAndRedone() throws {
        let changes: [() throws -> Void] = [
            { try registry.promote("faq", version: 1) },
            { try registry.promote("faq", version: 2) },
            { try registry.setAlias("best", of: "faq", to: 1) },
            { try registry.transition("faq", version: 3, to: .staging) },
            { try registry.setTag(Tag("a", "1"), of: "faq", version: 2) },
            { try registry.deleteTag("a", of: "faq", version: 2) },
            { try registry.describe("faq", as: "그 모델 \"x\" \n") },
            { try registry.deleteAlias("best", of: "faq") },
            { try registry.rollback("faq") },
            { try registry.deleteVersion(3, of: "faq") },
            { try registry.register(NewVersion(source: "x"), as: "faq") },
        ]
        var states = [try registry.model("faq")]
        for change in changes {
            try change()
            states.append(try registry.model("faq"))
        }
        for state in states.dropLast().reversed() {
            try registry.undo()
            #expect(try registry.model("faq") == state)
        }
        for state in states.dropFirst() {
            try registry.redo()
            #expect(try registry.model("faq") == state)
        }
    }

    @Test func undoReturnsWhatItRevertedAndIsInTheHistory() throws {
        try registry.promote("faq", version: 1)
        let undone = try registry.undo()
        #expect((undone.summary, undone.state) == ("promoted version 1 of faq", .undone))
        let entry = try #require(try registry.history("faq").first)
        #expect(entry.action == .undo)
        #expect(entry.undoes == undone.id)
        #expect((entry.deployedBefore, entry.deployedAfter) == (1, nil))
        #expect(entry.summary == "undid: promoted version 1 of faq")
    }

    @Test func theCreationOfAModelIsUndone() throws {
        try registry.register(NewVersion(source: "x"), as: "other")
        try registry.undo()
        #expect(try registry.models().map(\.name) == ["faq"])
        try registry.redo()
        #expect(try registry.version(1, of: "other").source == "x")
    }

    @Test func anAuthorWithoutChangesHasNothingToUndo() throws {
        let other = try temporary.another()
        #expect(registryCode { try other.undo() } == .nothingBefore)
        #expect(registryCode { try registry.redo() } == .nothingBefore)
    }

    @Test func undoIsRefusedWhenAnotherChangedTheModelSinceAndSaysWhat() throws {
        try registry.promote("faq", version: 1)
        let other = try temporary.another()
        try other.setAlias("best", of: "faq", to: 2)
        let before = try registry.model("faq")
        let error = #expect(throws: RegistryError.self) { try registry.undo() }
        #expect(error?.code == .conflict)
        #expect(
            error?.message == "Cannot undo 'promoted version 1 of faq', since then: "
                + "grace@home set alias best to version 2 of faq."
        )
        #expect(try registry.model("faq") == before)

        try other.undo()
        try registry.undo()
        #expect(try registry.deployed("faq") == nil)
    }

    @Test func redoIsRefusedWhenAnotherChangedTheModelSince() throws {
        try registry.promote("faq", version: 1)
        try registry.undo()
        let other = try temporary.another()
        try other.promote("faq", version: 2)
        #expect(registryCode { try registry.redo() } == .conflict)
        try other.undo()
        try registry.redo()
        #expect(try registry.deployed("faq")?.version == 1)
    }

    @Test func changesOfOtherModelsDoNotPreventUndo() throws {
        try registry.promote("faq", version: 1)
        try temporary.another().register(NewVersion(source: "x"), as: "other")
        try registry.undo()
        #expect(try registry.deployed("faq") == nil)
    }

    @Test func aNewChangeEndsRedo() throws {
        try registry.promote("faq", version: 1)
        try registry.undo()
        try registry.promote("faq", version: 2)
        #expect(registryCode { try registry.redo() } == .nothingBefore)
        #expect(try registry.history("faq").last { $0.action == .promote }?.state == .dropped)
        try registry.undo()
        #expect(try registry.deployed("faq") == nil)
    }

    @Test func concurrentPromotionsLeaveOneVersionDeployed() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for version in 1...3 {
                let registry = try temporary.another()
                group.addTask {
                    try registry.promote("faq", version: version, by: Author("user\(version)"))
                }
            }
            try await group.waitForAll()
        }
        let model = try registry.model("faq")
        #expect(
            model.versions.filter { $0.stage == .production }.map(\.version) == [
                model.deployedVersion
            ]
        )
        let promotions = try registry.history("faq").filter { $0.action == .promote }
        #expect(promotions.count == 3)
        #expect(promotions.first?.deployedAfter == model.deployedVersion)
        for (later, earlier) in zip(promotions, promotions.dropFirst()) {
            #expect(later.deployedBefore == earlier.deployedAfter)
        }
    }
}
