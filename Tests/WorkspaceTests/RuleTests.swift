import Glibc
import Platform
import Registry
import Runs
import Testing
import TestModels
import Tracking
import Training
import Workspace

@Suite struct RuleTests {
    private func withWorkspace(_ body: (Workspace) throws -> Void) throws {
        // The watch would take the lock of a run whose process ended, to report it.
        try TestWorkspace.with { test in
            try test.opened({ $0.isWatching = false }) { try body($0) }
        }
    }

    /// A run of this program, not executed by any process, with an adapter.
    private func makeRun(in workspace: Workspace, isOwn: Bool = true) throws -> RunRecord {
        var new = NewRun()
        if isOwn {
            new.tags = [
                Tracking.Tag(Tracking.Tag.owner, "ada@lab"),
                Tracking.Tag(Tracking.Tag.adapter, "adapter"),
                Tracking.Tag("workbench.model_path", "/nowhere/base.gguf"),
            ]
        }
        let run = try workspace.tracking.createRun(new)
        try workspace.tracking.log(Batch(params: [Param("model", "base")]), run: run.id)
        let folder = "\(workspace.folder)/\(run.artifactURI)"
        for name in ["adapter/weights", "plot.png", "extra/notes.txt"] {
            let path = "\(folder)/\(name)"
            try Files.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
            try TestWorkspace.write("made by \(name)", to: path)
        }
        return run
    }

    private func refusal(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch { return (error as? WorkspaceError)?.message ?? "\(error)" }
    }

    private func below(_ run: RunRecord, _ path: String = "") -> String {
        "\(run.experimentID)/\(run.id)\(path.isEmpty ? "" : "/artifacts/\(path)")"
    }

    // MARK: - Runs and experiments

    @Test func aLiveRunIsProtectedFromEveryCaller() throws {
        try withWorkspace { workspace in
            let (store, rules) = (workspace.tracking, workspace.rules)
            let experiment = try store.createExperiment(named: "한글 실험").id
            var new = NewRun()
            new.experimentID = experiment
            new.name = "live"
            new.tags = [Tracking.Tag(Tracking.Tag.owner, "ada@lab")]
            let run = try store.createRun(new).id
            let lock = try #require(try RunLock.take(workspace.layout.lock(run: run)))
            let words = "live is being trained."
            #expect(refusal { try rules.deleteRun(run) } == words)
            #expect(refusal { try workspace.runs.delete(run) } == words)
            #expect(
                refusal { try rules.deleteExperiment(experiment) }
                    == "The experiment 한글 실험 cannot be deleted: live is being trained."
            )
            for status in [RunStatus.finished, .failed, .killed, .scheduled] {
                #expect(
                    refusal { try rules.updateRun(run, status: status) }
                        == "live is being trained, and its own process says when it ends."
                )
            }
            #expect(refusal { try rules.updateRun(run, endTime: 5) } != nil)
            // Calls without effect, and names, are allowed.
            try rules.updateRun(run, status: .running, name: "renamed")
            #expect(try store.run(run).name == "renamed")
            #expect(try store.run(run).lifecycle == .active)
            lock.release()
            try rules.deleteExperiment(experiment)
            #expect(try store.run(run).lifecycle == .deleted)
        }
    }

    @Test func anotherProgramsRunIsNotProtected() throws {
        try withWorkspace { workspace in
            let rules = workspace.rules
            let run = try makeRun(in: workspace, isOwn: false).id
            try rules.log(Batch(metrics: [Metric("loss", 1, timestamp: 1, step: 1)]), run: run)
            try rules.updateRun(run, status: .finished, endTime: 7)
            try rules.updateRun(run, status: .running)
            try rules.deleteRun(run)
        }
    }

    @Test func clientsCannotChangeStatusOrMetricsOfAFinishedRun() throws {
        try withWorkspace { workspace in
            let (store, rules) = (workspace.tracking, workspace.rules)
            let run = try makeRun(in: workspace).id
            let end = try #require(try store.updateRun(run, status: .finished).endTime)
            #expect(refusal { try rules.updateRun(run, status: .running) } != nil)
            #expect(
                refusal { try rules.updateRun(run, status: .finished, endTime: end + 1) } != nil
            )
            try rules.updateRun(run, status: .finished, endTime: end)
            for name in ["loss", "eval_loss", "eval_loss/stage-2", "system/gpu_0"] {
                let metric = Metric(TrackingKey(name), 0, timestamp: 1, step: 1 << 40)
                #expect(refusal { try rules.log(Batch(metrics: [metric]), run: run) } != nil)
            }
            try rules.log(Batch(metrics: [Metric("f1", 1, timestamp: 1, step: 1)]), run: run)
            #expect(try store.run(run).metrics.keys.map(\.text) == ["f1"])
        }
    }

    @Test func clientsCannotSetTheProgramsOwnTags() throws {
        try withWorkspace { workspace in
            let rules = workspace.rules
            let run = try makeRun(in: workspace, isOwn: false).id
            let forged = Tracking.Tag("workbench.request", "{}")
            let batch = Batch(
                metrics: [Metric("f1", 1, timestamp: 1, step: 1)],
                tags: [Tracking.Tag("team", "a"), forged]
            )
            #expect(refusal { try rules.log(batch, run: run) } != nil)
            #expect(try workspace.tracking.run(run).metrics.isEmpty)
            #expect(refusal { try rules.deleteTag("workbench.owner", run: run) } != nil)
            #expect(throws: WorkspaceError.self) { try RuleBook.checkTag("workbench.") }
            try RuleBook.checkTag("workbenches")
            // A copy of a version has what its original has, and nothing else.
            try RuleBook.checkTags([forged], copiedFrom: ["workbench.request": "{}"])
            #expect(throws: WorkspaceError.self) {
                try RuleBook.checkTags([forged], copiedFrom: ["workbench.request": ""])
            }
        }
    }

    // MARK: - Artifacts

    @Test func artifactsOfARunOfThisProgramAreNotReplacedOrRemoved() throws {
        try withWorkspace { workspace in
            let rules = workspace.rules
            let run = try makeRun(in: workspace)
            for path in [
                "adapter", "adapter/weights", "adapter/new", "checkpoints/checkpoint-9/state.json",
                "model/model.gguf", "answers/step-1.json", "environment.json",
            ] {
                #expect(refusal { try rules.checkWriting(artifact: below(run, path)) } != nil)
                #expect(refusal { try rules.checkRemoving(artifact: below(run, path)) } != nil)
            }
            for path in [
                below(run), "\(below(run))/artifacts", "\(run.experimentID)", "", "//0//",
            ] {
                #expect(refusal { try rules.checkRemoving(artifact: path) } != nil, "\(path)")
            }
            // Files of other programs beside it are not protected.
            for path in ["plot.png", "extra/notes.txt", "adapters/x", "new/file"] {
                try rules.checkWriting(artifact: below(run, path))
                try rules.checkRemoving(artifact: below(run, path))
            }
        }
    }

    @Test func onlyFilesOfVersionsAreProtectedInOtherProgramsRuns() throws {
        try withWorkspace { workspace in
            let rules = workspace.rules
            let run = try makeRun(in: workspace, isOwn: false)
            try rules.checkWriting(artifact: below(run, "adapter/weights"))
            try rules.checkRemoving(artifact: below(run))
            // One call would delete both runs' files.
            #expect(refusal { try rules.checkRemoving(artifact: "0") } != nil)

            let sources = ["adapter", "extra"].map { "\(run.artifactURI)/\($0)" }
            try workspace.modelRegistry.register(NewVersion(source: sources[0]), as: "faq")
            let absolute = "file://\(workspace.folder)/\(sources[1])"
            try workspace.modelRegistry.register(NewVersion(source: absolute), as: "faq")
            for path in ["adapter/weights", "adapter/new", "extra/notes.txt"] {
                let found = refusal { try rules.checkWriting(artifact: below(run, path)) }
                #expect(found?.contains("belongs to version") == true, "\(path)")
            }
            for path in [below(run), below(run, "adapter"), "0", "\(below(run))/artifacts"] {
                #expect(refusal { try rules.checkRemoving(artifact: path) } != nil, "\(path)")
            }
            try rules.checkWriting(artifact: below(run, "plot.png"))

            try workspace.modelRegistry.deleteVersion(1, of: "faq")
            try workspace.modelRegistry.deleteVersion(2, of: "faq")
            try rules.checkRemoving(artifact: below(run))
        }
    }

    @Test func linksDoNotLeadRoundTheRules() throws {
        try withWorkspace { workspace in
            let run = try makeRun(in: workspace)
            let artifacts = workspace.layout.artifacts
            symlink("\(artifacts)/\(below(run))/artifacts", "\(artifacts)/link")
            #expect(
                refusal { try workspace.rules.checkWriting(artifact: "link/adapter/weights") }
                    != nil
            )
            #expect(
                refusal { try workspace.rules.checkRemoving(artifact: "link/adapter") } != nil
            )
            // The link itself is not protected.
            try workspace.rules.checkRemoving(artifact: "link")
        }
    }

    // MARK: - Versions

    @Test func aVersionWhoseFilesChangedIsNamedAndNotLoaded() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request(steps: 1))
                _ = try workspace.runs.wait(for: run.id)
                try workspace.registry.register(run: run.id, as: "facts")
                let adapter = try #require(try workspace.runs.summary(run.id).resultPath)
                let weights = "\(adapter)/adapter_model.safetensors"
                let bytes = try #require(try Files.read(weights))
                #expect(try workspace.runs.adapter(of: "models:/facts/1") == adapter)
                #expect(try workspace.check().isSound)

                // The same bytes in a new file are no change.
                try Files.write(bytes, to: weights)
                #expect(try workspace.check().isSound)
                let kept = try workspace.modelRegistry.files(of: "facts", version: 1)

                var changed = bytes
                changed[changed.count - 1] ^= 1
                try Files.write(changed, to: weights)
                let check = try workspace.check()
                #expect(!check.isSound)
                #expect(
                    check.changed.map(\.differences) == [["adapter_model.safetensors has changed"]]
                )
                #expect(check.changed.first?.holder == "version 1 of facts")
                #expect(
                    refusal { _ = try workspace.runs.adapter(of: "models:/facts/1") }
                        == "Version 1 of facts is not what was registered: "
                        + "adapter_model.safetensors has changed."
                )
                #expect(try workspace.modelRegistry.files(of: "facts", version: 1) == kept)

                try Files.write(bytes, to: weights)
                try TestWorkspace.write("x", to: "\(adapter)/more.bin")
                #expect(
                    try workspace.check().changed.first?.differences == ["more.bin was added"]
                )
                Files.remove("\(adapter)/more.bin")
                Files.remove(weights)
                #expect(
                    try workspace.check().changed.first?.differences == [
                        "adapter_model.safetensors is missing"
                    ]
                )
            }
        }
    }

    @Test func linksInAVersionsFolderAreNotFollowedInCircles() throws {
        try withWorkspace { workspace in
            let run = try makeRun(in: workspace, isOwn: false)
            let folder = "\(workspace.folder)/\(run.artifactURI)/adapter"
            symlink(".", "\(folder)/loop")
            symlink("..", "\(folder)/up")
            symlink("nowhere", "\(folder)/dangling")
            let new = NewVersion(source: "\(run.artifactURI)/adapter")
            #expect(try workspace.registry.keptFiles(of: new)?.map(\.path) == ["weights"])
            let outside = NewVersion(source: "s3://bucket/adapter")
            #expect(try workspace.registry.keptFiles(of: outside) == nil)
        }
    }

    @Test func anotherBaseModelInTheSamePlaceIsNoticed() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request(steps: 1))
                _ = try workspace.runs.wait(for: run.id)
                try workspace.registry.register(run: run.id, as: "facts")
                #expect(try workspace.check().changed.isEmpty)
                var model = try #require(try Files.read(test.model))
                model[model.count - 1] ^= 0x11
                try Files.write(model, to: test.model)
                #expect(try workspace.check().changed.first?.differences.count == 1)
            }
        }
    }
}
