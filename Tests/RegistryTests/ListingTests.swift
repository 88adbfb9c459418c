import Database
import Registry
import Testing
import Tracking

/// Models and versions in lists of MLflow's clients.
@Suite struct ListingTests {
    let temporary: TemporaryRegistry
    let registry: ModelRegistry

    init() throws {
        temporary = try TemporaryRegistry()
        registry = temporary.registry
    }

    private func register(_ names: String...) throws {
        for name in names { try registry.register(NewVersion(source: "x"), as: name) }
    }

    private func time() throws -> Int { try registry.model("faq").lastUpdateTime }

    @Test func versionsThatAnOrderLeavesEqualComeByNameTheNewestFirst() throws {
        try register("b", "a", "c", "a", "b")
        func found(_ order: [String]) throws -> [String] {
            try registry.searchVersions(orderBy: order).items.map { "\($0.model)\($0.version)" }
        }
        #expect(try found(["version_number DESC"]) == ["a2", "b2", "a1", "b1", "c1"])
        #expect(try found(["version_number ASC"]) == ["a1", "b1", "c1", "a2", "b2"])
        #expect(try found(["name DESC"]) == ["c1", "b2", "b1", "a2", "a1"])
        #expect(try found([]) == ["b2", "a2", "c1", "a1", "b1"])
    }

    @Test func modelsAreOrderedByTheTimeUnderEitherOfItsNames() throws {
        try register("b", "a", "b")
        for name in ["timestamp", "last_updated_timestamp"] {
            let found = try registry.searchModels(orderBy: ["\(name) DESC"]).items.map(\.name)
            #expect(found == ["b", "a"])
        }
    }

    @Test func aVersionsTextsAndAliasesDoNotChangeTheModelsTime() throws {
        try register("faq")
        let before = try time()
        let version = try registry.version(1, of: "faq").lastUpdateTime
        try registry.describe("faq", version: 1, as: "better")
        #expect(try registry.version(1, of: "faq").lastUpdateTime > version)
        try registry.setTag(Tag("a", "1"), of: "faq", version: 1)
        try registry.setTag(Tag("a", "1"), of: "faq")
        try registry.setAlias("best", of: "faq", to: 1)
        try registry.deleteAlias("best", of: "faq")
        #expect(try time() == before)
    }

    @Test func versionsStagesAndDescriptionsMoveTheModelsTime() throws {
        try register("faq")
        var last = try time()
        let changes: [() throws -> Void] = [
            { try registry.register(NewVersion(source: "y"), as: "faq") },
            { try registry.transition("faq", version: 1, to: .staging) },
            { try registry.describe("faq", as: "answers") },
            { try registry.promote("faq", version: 2) },
            { try registry.deleteVersion(1, of: "faq") },
        ]
        for change in changes {
            try change()
            #expect(try time() > last)
            last = try time()
        }
    }

    @Test func aMissingAliasNeedNotBeAnError() throws {
        try register("faq")
        #expect(registryCode { try registry.deleteAlias("best", of: "faq") } == .notFound)
        try registry.deleteAlias("best", of: "faq", mustExist: false)
        #expect(
            registryCode { try registry.deleteAlias("a", of: "none", mustExist: false) }
                == .notFound
        )
    }

    @Test func longTextsAreAccepted() throws {
        let prompt = String(repeating: "한", count: 100_000)
        var new = NewVersion(source: String(repeating: "s", count: 900))
        new.tags = [Tag("mlflow.prompt.text", prompt)]
        new.description = prompt
        new.runLink = "https://ci/42"
        let version = try registry.register(new, as: String(repeating: "n", count: 300))
        #expect(version.tags["mlflow.prompt.text"] == prompt && version.description == prompt)
        #expect(version.source == new.source && version.runLink == "https://ci/42")
        new.tags = [Tag("mlflow.prompt.text", prompt + "x")]
        #expect(throws: (any Error).self) { try registry.register(new, as: "faq") }
    }

    @Test(arguments: [".", "..", " ", "\t"])
    func anInvalidNameIsRefused(name: String) {
        #expect(registryCode { try registry.createModel(name) } == .invalidValue)
    }

    @Test func aVersionSaysWhichLoggedModelItIs() throws {
        let id = "m-" + String(repeating: "0", count: 32)
        for source in ["models:/\(id)", "models:/m-x/3", "artifacts/x", "models:/faq/1"] {
            let version = try registry.register(NewVersion(source: source), as: "faq")
            #expect(version.loggedModel == (source == "models:/\(id)" ? id : nil))
        }
    }
}
