import Foundation
import ModelFiles
import Platform
import Testing
import Transfers

@Suite struct ModelStoreTests {
    let folder: TemporaryFolder
    let store: ModelStore

    init() throws {
        folder = try TemporaryFolder()
        store = StoreBuilder(folder: folder.path).store()
    }

    @Test(arguments: [
        (["XDG_CACHE_HOME": "/cache", "HOME": "/home/a"], "/cache/workbench/models"),
        (["HOME": "/home/a"], "/home/a/.cache/workbench/models"),
        (["XDG_CACHE_HOME": "relative", "HOME": "/home/a"], "/home/a/.cache/workbench/models"),
        (["XDG_CACHE_HOME": "", "HOME": "/home/a"], "/home/a/.cache/workbench/models"),
    ])
    func theFolderIsWhereXDGSays(environment: [String: String], expected: String) {
        #expect(ModelStore(environment: environment).folder == expected)
    }

    @Test func theHubsAddressAndTokenComeFromTheEnvironment() {
        let given = ModelStore.Configuration(environment: [
            "HF_ENDPOINT": "http://a", "HF_TOKEN": "t",
        ])
        #expect((given.hub.endpoint, given.hub.token) == ("http://a", "t"))
        let none = ModelStore.Configuration(environment: ["HF_ENDPOINT": "", "HF_TOKEN": ""])
        #expect(none == ModelStore.Configuration())
    }

    @Test func listsWhatIsInstalledAndNothingElse() throws {
        _ = try folder.write([1, 2, 3], to: "tiny.gguf")
        _ = try folder.write([1], to: "other.gguf")
        _ = try folder.write([1], to: "tiny.gguf.partial")
        _ = try folder.write([1], to: ".hidden.gguf")
        let installed = store.installed()
        #expect(installed.map(\.name) == ["other", "tiny"])
        #expect(installed.map(\.byteCount) == [1, 3])
        #expect(installed.map(\.entry?.title) == [nil, "Tiny"])
        #expect(ModelStore(folder: folder.path + "/nothing").installed().isEmpty)
    }

    @Test func resolvesNamesAndPaths() throws {
        let tiny = try folder.write([1], to: "tiny.gguf")
        let elsewhere = try folder.write([1], to: "elsewhere.bin")
        #expect(try store.resolve("tiny") == tiny)
        #expect(try store.resolve(elsewhere) == elsewhere)
    }

    @Test func theErrorForAMissingModelSaysHowToGetIt() throws {
        let error = try #require(throws: ModelFileError.self) { try store.resolve("tiny") }
        #expect(error.code == .notFound)
        #expect(error.hint == "get it with: workbench model pull tiny")
    }

    @Test(arguments: ["what", "", "../tiny", "/no/such/file.gguf"])
    func anUnknownNameListsTheModels(name: String) throws {
        let none = try #require(throws: ModelFileError.self) { try store.resolve(name) }
        #expect(none.hint == "No model is installed; to get with `workbench model pull`: tiny.")
        _ = try folder.write([1], to: "mine.gguf")
        let some = try #require(throws: ModelFileError.self) { try store.resolve(name) }
        #expect(some.hint == "Installed: mine; to get with `workbench model pull`: tiny.")
    }

    @Test func aFolderIsNoModel() throws {
        let error = try #require(throws: ModelFileError.self) { try store.resolve(folder.path) }
        #expect(error.code == .foreignFormat)
    }

    @Test func theStandardCataloguesFirstModelIsTheDefaultOne() throws {
        let entry = try #require(ModelCatalogue.standard.entries.first)
        #expect(entry.name == "smollm2-135m-instruct")
        #expect(entry.sources.count > 1)
        #expect(entry.sha256.count == 64)
    }
}
