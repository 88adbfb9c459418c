import Foundation
import Glibc
import Inference
import Platform
import Runs
import Testing
import Training
import Workspace

@Suite struct ModelMakingTests {
    @Test func aModelBecomesAFolderWithAReportBesideIt() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var making = ModelMaking(model: test.model)
                making.output = "\(test.folder)/folder/"
                let made = try workspace.models.make(making)
                #expect(made.path == "\(test.folder)/folder")
                let parity = try #require(made.parity)
                #expect(parity.hasSameTokens && parity.topAgreement > 0.99)
                #expect(access("\(test.folder)/folder.parity.json", R_OK) == 0)
                #expect(try workspace.models.show(made.path).vocabularySize == 264)
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.models.make(making)
                }
                #expect(error?.message.contains("exists already") == true)
                making.output = "/dev/null"
                making.format = .safetensors
                let device = #expect(throws: WorkspaceError.self) {
                    try workspace.models.make(making)
                }
                #expect(device?.message.contains("is not a folder") == true)
                #expect(device?.hint?.contains("Remove") == false)
                making.output = "\(test.folder)/folder"
                making.type = "Q8_0"
                let other = #expect(throws: WorkspaceError.self) {
                    try workspace.models.make(making)
                }
                #expect(other?.hint?.contains("F32, F16, BF16") == true)
            }
        }
    }

    @Test(arguments: ["made.gguf", "made"]) func aFailedConversionLeavesNothing(
        name: String
    ) throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                // The report cannot be written in place of a folder with contents.
                try Files.makeFolder("\(test.folder)/\(name).parity.json/x")
                let manager = FileManager.default
                let before = try manager.contentsOfDirectory(atPath: test.folder).sorted()
                var making = ModelMaking(model: test.model)
                making.output = "\(test.folder)/\(name)"
                #expect(throws: WorkspaceError.self) { try workspace.models.make(making) }
                let after = try manager.contentsOfDirectory(atPath: test.folder).sorted()
                #expect(after == before)
            }
        }
    }

    @Test func anAdapterInGGUFIsEqualToItsFolder() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request())
                let outcome = try workspace.runs.wait(for: run.id)
                let folder = try #require(outcome.resultPath)
                let models = workspace.models
                let file = "\(test.folder)/adapter.gguf"
                #expect(models.isAdapter(folder) && !models.isAdapter(test.model))
                let made = try models.convertAdapter(folder, base: test.model, to: file)
                #expect(models.isAdapter(file) && made.rank == 4 && made.alpha == 8)

                let ids = try models.tokenize(test.model, text: "what is 3?").ids
                let scores = try [folder, file].map {
                    try models.score(test.model, ids: ids, adapter: $0, precision: .exact)
                }
                #expect(scores[0].tokenLogprobs == scores[1].tokenLogprobs)
                let plain = try models.score(test.model, ids: ids, precision: .exact)
                #expect(plain.tokenLogprobs != scores[0].tokenLogprobs)

                // Training continues from it, and it can be merged.
                var request = test.request(steps: 2)
                request.initialAdapter = file
                let next = try workspace.runs.start(request)
                #expect(try workspace.runs.wait(for: next.id).status == .finished)
                var making = ModelMaking(model: test.model)
                making.adapter = file
                making.output = "\(test.folder)/merged"
                making.type = "F32"
                let merged = try models.make(making)
                #expect((merged.parity?.meanDivergence ?? 1) < 1e-6)

                for (from, to) in [(folder, "\(test.folder)/x"), (file, "\(test.folder)/x.gguf")] {
                    let error = #expect(throws: WorkspaceError.self) {
                        try models.convertAdapter(from, base: test.model, to: to)
                    }
                    #expect(error?.code == .invalid)
                }
            }
        }
    }
}
