import Database
import FoundationEssentials
import Glibc
import Platform
import Registry
import Runs
import Testing
import Tracking
import Training
import Workspace

@Suite struct GarbageTests {
    /// A run with a file of 1,000 bytes, not executed by any process.
    private func makeRun(
        in workspace: Workspace,
        _ status: RunStatus = .finished,
        tags: [Tracking.Tag] = []
    ) throws -> RunRecord {
        var new = NewRun()
        new.tags = tags
        let run = try workspace.tracking.createRun(new)
        try workspace.tracking.updateRun(run.id, status: status)
        try makeFile("\(workspace.folder)/\(run.artifactURI)/adapter/weights")
        return try workspace.tracking.run(run.id)
    }

    private func makeFile(_ path: String) throws {
        try Files.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        try TestWorkspace.write(String(repeating: "x", count: 1000), to: path)
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private func folder(of run: RunRecord, in workspace: Workspace) -> String {
        "\(workspace.folder)/artifacts/\(run.experimentID)/\(run.id)"
    }

    private func collect(_ workspace: Workspace, isDryRun: Bool = false) throws -> GarbageReport {
        try workspace.collectGarbage(olderThan: 0, isDryRun: isDryRun)
    }

    private func withWorkspace(_ body: (TestWorkspace, Workspace) throws -> Void) throws {
        try TestWorkspace.with { test in
            try test.opened { try body(test, $0) }
        }
    }

    // MARK: - What goes

    @Test func aRunInTheTrashIsRemovedWithItsFilesAndOthersStay() throws {
        try withWorkspace { _, workspace in
            let trashed = try makeRun(in: workspace)
            let other = try makeRun(in: workspace)
            try workspace.tracking.deleteRun(trashed.id)
            let dry = try collect(workspace, isDryRun: true)
            #expect(exists(folder(of: trashed, in: workspace)))
            let report = try collect(workspace)
            #expect(dry.removed == report.removed)
            #expect(dry.isDryRun && !report.isDryRun)
            #expect((report.count, report.byteCount) == (1, 1000))
            #expect(report.removed.map(\.path) == ["artifacts/0/\(trashed.id)"])
            #expect(report.removed.map(\.fileCount) == [1])
            #expect(!exists(folder(of: trashed, in: workspace)))
            #expect(exists(folder(of: other, in: workspace)))
            #expect(throws: TrackingError.self) { try workspace.tracking.run(trashed.id) }
            #expect(try workspace.tracking.run(other.id) == other)
            #expect(try collect(workspace).removed.isEmpty)
            #expect(try workspace.check().isSound)
        }
    }

    @Test func recentlyTrashedRunsStay() throws {
        try withWorkspace { _, workspace in
            let run = try makeRun(in: workspace)
            try workspace.tracking.deleteRun(run.id)
            let report = try workspace.collectGarbage(olderThan: 3600, isDryRun: false)
            #expect(report == GarbageReport(isDryRun: false))
            #expect(exists(folder(of: run, in: workspace)))
        }
    }

    @Test func anExperimentIsRemovedWithItsRunsModelsAndFolder() throws {
        try withWorkspace { _, workspace in
            let store = workspace.tracking
            let experiment = try store.createExperiment(named: "old")
            var new = NewRun()
            new.experimentID = experiment.id
            let run = try store.createRun(new)
            try makeFile("\(workspace.folder)/\(run.artifactURI)/a")
            var model = NewLoggedModel(name: "adapter")
            model.experimentID = experiment.id
            let logged = try store.createLoggedModel(model)
            try makeFile("\(workspace.folder)/\(logged.artifactLocation)/b")
            try store.deleteExperiment(experiment.id)
            let report = try collect(workspace)
            #expect(Set(report.removed.map(\.kind)) == ["experiment", "run", "model"])
            #expect(report.byteCount == 2000)
            #expect(!exists("\(workspace.folder)/artifacts/\(experiment.id)"))
            #expect(try store.experiments(.all).map(\.id) == [0])
        }
    }

    @Test func aModelInTheFolderOfItsRunIsRemovedToo() throws {
        try withWorkspace { _, workspace in
            let store = workspace.tracking
            let run = try makeRun(in: workspace)
            var inside = NewLoggedModel(name: "inside")
            inside.sourceRun = run.id
            inside.artifactLocation = "\(run.artifactURI)/adapter"
            let insideID = try store.createLoggedModel(inside).id
            var beside = NewLoggedModel(name: "beside")
            beside.sourceRun = run.id
            let besideModel = try store.createLoggedModel(beside)
            try makeFile("\(workspace.folder)/\(besideModel.artifactLocation)/a")
            try store.deleteRun(run.id)
            let report = try collect(workspace)
            #expect(Set(report.removed.map(\.id)) == [run.id, insideID])
            #expect(report.byteCount == 1000)
            #expect(try store.loggedModel(besideModel.id).name == "beside")
            #expect(exists("\(workspace.folder)/\(besideModel.artifactLocation)/a"))
        }
    }

    // MARK: - What stays

    @Test func aRunThatAVersionRefersToStays() throws {
        try withWorkspace { _, workspace in
            let store = workspace.tracking
            let byID = try makeRun(in: workspace)
            let byPath = try makeRun(in: workspace)
            let byModel = try makeRun(in: workspace)
            let byBase = try makeRun(in: workspace)
            let deleted = try makeRun(in: workspace)
            var model = NewLoggedModel(name: "adapter")
            model.sourceRun = byModel.id
            model.artifactLocation = "\(byModel.artifactURI)/adapter"
            let logged = try store.createLoggedModel(model)
            let registry = workspace.modelRegistry
            try registry.register(.init(source: "s3://x", run: byID.id), as: "faq")
            try registry.register(.init(source: "\(byPath.artifactURI)/adapter"), as: "faq")
            try registry.register(.init(source: "models:/\(logged.id)"), as: "faq")
            var based = NewVersion(source: "s3://y")
            let base = "\(workspace.folder)/\(byBase.artifactURI)/adapter/weights"
            based.tags = [Tracking.Tag("workbench.base_path", base)]
            try registry.register(based, as: "faq")
            try registry.register(.init(source: "s3://z", run: deleted.id), as: "faq")
            try registry.deleteVersion(5, of: "faq")
            for run in try store.runs(RunQuery()) { try store.deleteRun(run.id) }
            let report = try collect(workspace)
            #expect(report.removed.map(\.id) == [deleted.id])
            #expect(Set(report.kept.map(\.id)) == [byID.id, byPath.id, byModel.id, byBase.id])
            #expect(
                report.kept.first { $0.id == byID.id }?.reason
                    == "version 1 of faq refers to it"
            )
            for run in [byID, byPath, byModel, byBase] {
                #expect(exists("\(folder(of: run, in: workspace))/artifacts/adapter/weights"))
            }
            // Without the versions, the runs may be removed.
            try registry.deleteModel("faq")
            #expect(try collect(workspace).removed.filter { $0.kind == "run" }.count == 4)
        }
    }

    @Test func aRunThatAProcessExecutesStays() throws {
        try withWorkspace { _, workspace in
            let run = try makeRun(in: workspace, .running)
            let lock = try #require(try RunLock.take(workspace.layout.lock(run: run.id)))
            try workspace.tracking.deleteRun(run.id)
            let report = try collect(workspace)
            #expect(report.removed.isEmpty)
            #expect(report.kept.map(\.reason) == ["a process executes it"])
            #expect(exists(folder(of: run, in: workspace)))
            lock.release()
            #expect(try collect(workspace).removed.map(\.id) == [run.id])
        }
    }

    @Test(arguments: [
        (RunStatus.killed, true), (.failed, true), (.running, true), (.finished, false),
    ])
    func theCheckpointsOfAResumableRunStay(status: RunStatus, stays: Bool) throws {
        try withWorkspace { test, workspace in
            let first = try makeRun(in: workspace)
            let adapter = "\(workspace.folder)/\(first.artifactURI)/adapter"
            var request = test.request()
            request.initialAdapter = adapter
            let json = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
            let second = try makeRun(
                in: workspace,
                status,
                tags: [Tracking.Tag("workbench.request", json)]
            )
            try workspace.tracking.deleteRun(first.id)
            let report = try collect(workspace)
            #expect(exists(adapter) == stays)
            #expect(report.kept.map(\.id) == (stays ? [first.id] : []))
            #expect(try workspace.tracking.run(second.id) == second)
        }
    }

    @Test func aRunThatStaysKeepsWhatItRefersTo() throws {
        try withWorkspace { _, workspace in
            let store = workspace.tracking
            let base = try makeRun(in: workspace)
            let weights = "\(workspace.folder)/\(base.artifactURI)/adapter/weights"
            let user = try makeRun(
                in: workspace,
                tags: [Tracking.Tag("workbench.model_path", weights)]
            )
            let registry = workspace.modelRegistry
            try registry.register(.init(source: "s3://x", run: user.id), as: "faq")
            for run in [base, user] { try store.deleteRun(run.id) }
            let report = try collect(workspace)
            #expect(Set(report.kept.map(\.id)) == [base.id, user.id])
            #expect(exists(weights))
            try registry.deleteModel("faq")
            #expect(Set(try collect(workspace).removed.map(\.id)) == [base.id, user.id])
        }
    }

    @Test func anExperimentStaysAsLongAsARunOfItDoes() throws {
        try withWorkspace { _, workspace in
            let store = workspace.tracking
            let experiment = try store.createExperiment(named: "old").id
            var new = NewRun()
            new.experimentID = experiment
            let (kept, gone) = (try store.createRun(new), try store.createRun(new))
            try workspace.modelRegistry.register(.init(source: "x", run: kept.id), as: "faq")
            try store.deleteExperiment(experiment)
            let report = try collect(workspace)
            #expect(report.removed.map(\.id) == [gone.id])
            #expect(Set(report.kept.map(\.id)) == [kept.id, "\(experiment)"])
        }
    }

    @Test func filesOfTracesStayWithTheirExperimentAndGoWithIt() throws {
        try withWorkspace { _, workspace in
            let store = workspace.tracking
            let experiment = try store.createExperiment(named: "asked").id
            try store.keep(
                Trace(id: "tr-1", experimentID: experiment, requestTime: 1, state: .ok)
            )
            let file =
                "\(workspace.folder)/artifacts/\(experiment)/traces/tr-1/artifacts/traces.json"
            try makeFile(file)
            let report = try collect(workspace)
            #expect(report.removed.isEmpty && report.left.isEmpty && exists(file))
            try store.deleteExperiment(experiment)
            #expect(try collect(workspace).removed.map(\.fileCount) == [1])
            #expect(!exists("\(workspace.folder)/artifacts/\(experiment)"))
        }
    }

    // MARK: - Links

    @Test func nothingOutsideIsTouchedEvenThroughALink() throws {
        try withWorkspace { test, workspace in
            let store = workspace.tracking
            let outside = "\(test.folder)/outside"
            try makeFile("\(outside)/precious")
            let inside = try makeRun(in: workspace)
            symlink(outside, "\(workspace.folder)/\(inside.artifactURI)/link")
            // The run's folder itself leads out.
            let linked = try makeRun(in: workspace)
            try FileManager.default.removeItem(atPath: folder(of: linked, in: workspace))
            symlink(outside, folder(of: linked, in: workspace))
            // The location says so itself.
            let experiment = try store.createExperiment(named: "a", artifactLocation: outside)
            let climbing = try store.createExperiment(
                named: "b",
                artifactLocation: "artifacts/../../outside"
            )
            for id in [experiment.id, climbing.id] {
                var new = NewRun()
                new.experimentID = id
                let run = try store.createRun(new)
                try makeFile("\(outside)/\(run.id)/artifacts/a")
                try store.deleteExperiment(id)
            }
            for run in [inside, linked] { try store.deleteRun(run.id) }
            let report = try collect(workspace)
            #expect(report.removed.filter { $0.kind == "run" }.count == 4)
            #expect(report.left.filter { $0.reason == "outside artifacts/" }.count == 3)
            #expect(!exists(folder(of: inside, in: workspace)))
            #expect(exists("\(outside)/precious"))
            let names = try FileManager.default.contentsOfDirectory(atPath: outside)
            #expect(names.count == 3)
            for name in names where name != "precious" {
                #expect(exists("\(outside)/\(name)/artifacts/a"))
            }
        }
    }

    @Test func aLinkToTheFolderOfARunInUseDoesNotTakeItAlong() throws {
        try withWorkspace { _, workspace in
            let used = try makeRun(in: workspace)
            let trashed = try makeRun(in: workspace)
            try FileManager.default.removeItem(atPath: folder(of: trashed, in: workspace))
            symlink(folder(of: used, in: workspace), folder(of: trashed, in: workspace))
            try workspace.tracking.deleteRun(trashed.id)
            let report = try collect(workspace)
            #expect(report.removed.isEmpty)
            #expect(report.kept.map(\.id) == [trashed.id])
            #expect(exists("\(folder(of: used, in: workspace))/artifacts/adapter/weights"))
        }
    }

    @Test func aWorkspaceBehindALinkIsCollectedAllTheSame() throws {
        try TestWorkspace.with { test in
            try Files.makeFolder("\(test.folder)/disk/artifacts")
            try Files.makeFolder(test.home)
            symlink("\(test.folder)/disk/artifacts", "\(test.home)/artifacts")
            try test.opened { workspace in
                let run = try makeRun(in: workspace)
                try workspace.tracking.deleteRun(run.id)
                #expect(try collect(workspace).byteCount == 1000)
                #expect(!exists("\(test.folder)/disk/artifacts/0/\(run.id)"))
            }
        }
    }

    // MARK: - Orphans

    @Test func filesThatBelongToNothingAreFoundAndRemovedOnceTheyAreOld() throws {
        try withWorkspace { _, workspace in
            let run = try makeRun(in: workspace)
            // As after a crash between the rows and the files.
            try workspace.tracking.deleteRun(run.id)
            try workspace.tracking.removeForGood { $0.filter { $0.id == .init(.run, run.id) } }
            try makeFile("\(workspace.folder)/artifacts/notes.txt")
            let check = try workspace.check()
            #expect(check.isSound)
            #expect(check.orphans.map(\.path) == ["artifacts/0/\(run.id)", "artifacts/notes.txt"])
            #expect(check.orphans.map(\.isCollected) == [true, false])
            #expect(check.orphans.map(\.byteCount) == [1000, 1000])

            let early = try workspace.collectGarbage(olderThan: 3600, isDryRun: false)
            #expect(early.removed.isEmpty)
            #expect(early.left.map(\.path) == ["artifacts/0/\(run.id)", "artifacts/notes.txt"])
            let report = try collect(workspace)
            #expect(report.removed.map(\.kind) == ["orphan"])
            #expect(report.removed.map(\.path) == ["artifacts/0/\(run.id)"])
            #expect(report.byteCount == 1000)
            #expect(!exists(folder(of: run, in: workspace)))
            #expect(exists("\(workspace.folder)/artifacts/notes.txt"))
        }
    }

    @Test func filesOfAVersionWithoutARunAreKept() throws {
        try withWorkspace { _, workspace in
            let source = "artifacts/0/\(String(repeating: "a", count: 32))/artifacts/adapter"
            try makeFile("\(workspace.folder)/\(source)/weights")
            try workspace.modelRegistry.register(.init(source: source), as: "faq")
            #expect(try collect(workspace).removed.isEmpty)
            #expect(exists("\(workspace.folder)/\(source)/weights"))
        }
    }

    // MARK: - Reading only

    @Test func aReadOnlyWorkspaceIsNotChanged() throws {
        try TestWorkspace.with { test in
            let run = try test.opened { workspace in
                let run = try makeRun(in: workspace)
                try workspace.tracking.deleteRun(run.id)
                return run
            }
            try test.opened({ $0.isReadOnly = true }) { workspace in
                let dry = try collect(workspace, isDryRun: true)
                #expect(dry.removed.map(\.id) == [run.id])
                let error = #expect(throws: WorkspaceError.self) { try collect(workspace) }
                #expect(error?.code == .readOnly)
                #expect(exists(folder(of: run, in: workspace)))
            }
        }
    }
}
