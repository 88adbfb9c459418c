import Database
import Platform
import Registry
import Testing
import Tracking

@Suite struct VersionTests {
    let temporary: TemporaryRegistry
    let registry: ModelRegistry

    init() throws {
        temporary = try TemporaryRegistry()
        registry = temporary.registry
    }

    @Test func aVersionIsRegisteredUnderTheNextNumberAndTheModelIsCreated() throws {
        let run = try temporary.store.createRun(NewRun()).id
        var new = NewVersion(source: "artifacts/0/\(run)/artifacts/adapter", run: run)
        new.description = "first"
        new.tags = [Tag("base", "smollm2")]
        let first = try registry.register(new, as: "faq", reason: "looks good")
        #expect((first.version, first.stage, first.status) == (1, .none, "READY"))
        #expect(first.storageLocation == new.source)
        #expect((first.run, first.description, first.user) == (run, "first", "ada@lab"))
        #expect(first.tags == ["base": "smollm2"])
        #expect(try registry.register(NewVersion(source: "x"), as: "faq").version == 2)
        let model = try registry.model("faq")
        #expect(model.versions.map(\.version) == [2, 1])
        #expect(model.deployed == nil)
        let entry = try #require(try registry.history("faq").last)
        #expect(
            (entry.author, entry.reason, entry.summary) == (
                "ada@lab", "looks good", "registered version 1 of faq"
            )
        )
        #expect(entry.time > 1_000)
    }

    @Test func aModelIsCreatedOnce() throws {
        try registry.createModel("faq", description: "answers", tags: [Tag("team", "blue")])
        #expect(try registry.models().map(\.tags) == [["team": "blue"]])
        #expect(registryCode { try registry.createModel("faq") } == .alreadyExists)
    }

    @Test(arguments: ["", "a/b", "a:b", "a\0b"])
    func aNameThatAReferenceCannotHoldIsRefused(name: String) {
        #expect(registryCode { try registry.createModel(name) } == .invalidValue)
    }

    @Test func descriptionsAndTagsAreChanged() throws {
        try registry.registerVersions(1)
        try registry.describe("faq", as: "answers questions")
        try registry.describe("faq", version: 1, as: "the first")
        try registry.setTag(Tag("a", "1"), of: "faq")
        try registry.setTag(Tag("b", "2"), of: "faq", version: 1)
        let model = try registry.model("faq")
        #expect((model.description, model.tags) == ("answers questions", ["a": "1"]))
        #expect(model.versions.first?.description == "the first")
        #expect(model.versions.first?.tags == ["b": "2"])
        try registry.deleteTag("a", of: "faq")
        try registry.deleteTag("b", of: "faq", version: 1)
        #expect(try registry.model("faq").tags.isEmpty)
        #expect(try registry.version(1, of: "faq").tags.isEmpty)
        #expect(registryCode { try registry.describe("none", as: "x") } == .notFound)
    }

    @Test func theNumberOfADeletedVersionIsNotGivenAgain() throws {
        try registry.registerVersions(2)
        try registry.setAlias("best", of: "faq", to: 2)
        try registry.deleteVersion(2, of: "faq")
        #expect(registryCode { _ = try registry.version(2, of: "faq") } == .notFound)
        #expect(try registry.model("faq").aliases.isEmpty)
        #expect(try registry.register(NewVersion(source: "x"), as: "faq").version == 3)
    }

    @Test func aModelIsDeletedWithItsContentsAndRestoredCompletely() throws {
        try registry.registerVersions(2)
        try registry.setTag(Tag("b", "2"), of: "faq", version: 1)
        try registry.setAlias("best", of: "faq", to: 2)
        let before = try registry.model("faq")
        try registry.deleteModel("faq")
        #expect(try registry.models().isEmpty)
        try registry.undo()
        #expect(try registry.model("faq") == before)
        try registry.redo()
        #expect(try registry.models().isEmpty)
    }

    @Test func stagesAreSetAndOthersArchivedOnRequest() throws {
        try registry.registerVersions(3)
        try registry.transition("faq", version: 1, to: .staging)
        try registry.transition("faq", version: 2, to: .staging)
        #expect(try registry.model("faq").versions.map(\.stage) == [.none, .staging, .staging])
        let third = try registry.transition("faq", version: 3, to: .staging, archivingOthers: true)
        #expect(third.stage == .staging)
        #expect(
            try registry.model("faq").versions.map(\.stage) == [.staging, .archived, .archived]
        )
        #expect(try registry.history("faq").first?.detail == "from None to Staging")
        #expect(
            registryCode {
                try registry.transition("faq", version: 1, to: .none, archivingOthers: true)
            } == .invalidValue
        )
        #expect(registryCode { try registry.transition("faq", version: 9, to: .none) } == .notFound)
    }

    @Test func aliasesMoveFromVersionToVersion() throws {
        try registry.registerVersions(2)
        try registry.setAlias("best", of: "faq", to: 1)
        try registry.setAlias("best", of: "faq", to: 2)
        try registry.setAlias("챔피언-1", of: "faq", to: 2)
        #expect(try registry.model("faq").versions.map(\.aliases) == [["best", "챔피언-1"], []])
        try registry.deleteAlias("best", of: "faq")
        #expect(registryCode { try registry.deleteAlias("best", of: "faq") } == .notFound)
    }

    @Test(arguments: ["", "v1", "V23", "latest", "LATEST", "a b", "a@b", "a/b"])
    func anAliasThatAReferenceCannotHoldIsRefused(alias: String) throws {
        try registry.registerVersions(1)
        #expect(registryCode { try registry.setAlias(alias, of: "faq", to: 1) } == .invalidValue)
    }

    @Test(arguments: ["v", "v1a", "latest-1", "vier"])
    func anAliasThatOnlyResemblesAReservedOneIsAccepted(alias: String) throws {
        try registry.registerVersions(1)
        try registry.setAlias(alias, of: "faq", to: 1)
        #expect(try registry.resolve("models:/faq@\(alias)").version == 1)
    }

    @Test func aliasesThatReadAlikeInOtherBytesAreTwo() throws {
        try registry.registerVersions(2)
        try registry.setAlias("\u{e9}", of: "faq", to: 1)
        try registry.setAlias("\u{1112}\u{1161}", of: "faq", to: 1)
        try registry.setAlias("\u{d558}", of: "faq", to: 2)
        #expect(try registry.model("faq").aliases.count == 3)
        try registry.undo()
        #expect(try registry.model("faq").aliases.count == 2)
        #expect(try registry.resolve("models:/faq@\u{1112}\u{1161}").version == 1)
        #expect(registryCode { _ = try registry.resolve("models:/faq@\u{d558}") } == .notFound)
    }

    @Test(arguments: [
        ("models:/faq@best", 2), ("models:/faq/1", 1), ("models:/faq/Staging", 2),
        ("models:/faq/staging", 2), ("models:/faq/latest", 3), ("models:/faq/Latest", 3),
        ("models:/faq/None", 3),
    ])
    func aReferenceIsResolved(reference: String, version: Int) throws {
        try registry.registerVersions(3)
        try registry.setAlias("best", of: "faq", to: 2)
        try registry.transition("faq", version: 1, to: .staging)
        try registry.transition("faq", version: 2, to: .staging)
        #expect(try registry.resolve(reference).version == version)
    }

    @Test(arguments: [
        ("models:/faq", RegistryError.Code.invalidValue), ("models:/faq@", .invalidValue),
        ("models:/@a", .invalidValue), ("faq@best", .invalidValue),
        ("models:/faq/Moon", .invalidValue),
        ("models:/faq/7", .notFound), ("models:/faq@none", .notFound),
        ("models:/none/1", .notFound),
        ("models:/faq/Production", .notFound), ("", .invalidValue),
    ])
    func aReferenceToNothingIsExplained(reference: String, expected: RegistryError.Code) throws {
        try registry.registerVersions(1)
        let error = #expect(throws: RegistryError.self) { try registry.resolve(reference) }
        #expect(error?.code == expected)
        #expect(error?.hint != nil)
    }
}
