import Glibc
import Platform
import Testing
import Workspace

@Suite struct ModelServiceTests {
    @Test func withoutAModelTheListNamesWhatCanBeHad() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let models = try workspace.models.list()
                #expect(models.map(\.name) == ["smollm2-135m-instruct"])
                #expect(models.first?.isInstalled == false)
                let error = #expect(throws: WorkspaceError.self) { try workspace.models.default() }
                #expect(error?.code == .notFound)
                #expect(error?.hint?.contains("model pull smollm2-135m-instruct") == true)
            }
        }
    }

    @Test func theOnlyInstalledModelIsTheDefault() throws {
        try TestWorkspace.with { test in
            let folder = "\(test.folder)/cache/workbench/models"
            try Files.makeFolder(folder)
            try Files.copy(test.model, to: "\(folder)/small.gguf")
            try test.opened { workspace in
                #expect(try workspace.models.default().name == "small")
                #expect(try workspace.models.show("small").vocabularySize == 264)
                try Files.copy(test.model, to: "\(folder)/other.gguf")
                let error = #expect(throws: WorkspaceError.self) { try workspace.models.default() }
                #expect(error?.code == .ambiguous)
                try Settings(defaultModel: "other").write(folder: test.home)
                #expect(try workspace.models.default().name == "other")
            }
        }
    }

    @Test func aModelInTheWorkspaceHasItsName() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                // As `model.merge` and `model.quantize` write it.
                let path = "\(test.home)/models/made.gguf"
                try Files.makeFolder("\(test.home)/models")
                try Files.copy(test.model, to: path)
                #expect(try workspace.models.show("made").vocabularySize == 264)
                #expect(try !workspace.models.tokenize("made", text: "the").ids.isEmpty)
                #expect(try workspace.models.list().map(\.name).contains("made"))
                #expect(throws: WorkspaceError.self) { try workspace.models.show("mad") }
            }
        }
    }

    @Test func aTextIsTokenizedAndScored() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let tokens = try workspace.models.tokenize(test.model, text: "<|im_end|>the 가")
                #expect(tokens.tokens.first == "<|im_end|>")
                #expect(tokens.ids.count == tokens.tokens.count)
                let score = try workspace.models.score(test.model, ids: tokens.ids)
                #expect(score.tokenLogprobs.count == tokens.ids.count - 1)
                #expect(score.tokenLogprobs.allSatisfy { $0 < 0 })
                #expect(score.perplexity > 1)
            }
        }
    }

    @Test func aModelThatIsCutShortIsNamedAndOpenedAgainOnceItIsWhole() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let path = "\(test.folder)/used.gguf"
                try Files.copy(test.model, to: path)
                let bytes = try #require(try Files.read(path))
                let score = try workspace.models.score(path, ids: [3, 4, 5])
                #expect(truncate(path, 1000) == 0)
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.models.score(path, ids: [3, 4, 5])
                }
                #expect(error?.message.contains("used.gguf") == true)
                try put(bytes, in: path)
                #expect(try workspace.models.score(path, ids: [3, 4, 5]) == score)
            }
        }
    }

    /// Overwrites the file itself, as `cp` does.
    private func put(_ bytes: [UInt8], in path: String) throws {
        let descriptor = open(path, O_WRONLY | O_TRUNC)
        defer { close(descriptor) }
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    @Test func aModelThatTheCatalogueLacksIsNotPulled() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.models.pullAndWait("no-such-model")
                }
                #expect(error?.code == .notFound)
                #expect(
                    events.first {
                        if case .download(let step) = $0 { step.phase == .failed } else { false }
                    } != nil
                )
            }
        }
    }
}
