import EventBus
import Foundation
import Platform
import Registry
import Runs
import Synchronization
import Testing
import Tracking
import Training
import Workspace

/// Runs whose workspace, row, lock, folder or model changes during execution.
@Suite struct RunHoldTests {
    /// Runs something right after step 1 of a run, and waits for the run's end.
    private func run(
        _ test: TestWorkspace,
        in workspace: Workspace,
        steps: Int = 6,
        name: String? = nil,
        _ body: @escaping @Sendable (_ run: String) throws -> Void
    ) throws -> RunOutcome {
        var request = test.request(steps: steps)
        request.runName = name
        let run = try RunTests.start(request, in: workspace, at: 1, body)
        return try workspace.runs.wait(for: run)
    }

    private func artifacts(_ test: TestWorkspace, _ run: String) -> String {
        "\(test.home)/artifacts/0/\(run)/artifacts"
    }

    private static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }

    @Test func aRunWhoseWorkspaceIsMovedFailsAndContinuesThere() throws {
        try TestWorkspace.with { test in
            let moved = "\(test.folder)/else where"
            let workspace = try test.open()
            let outcome = try run(test, in: workspace, name: "moved") { _ in
                try FileManager.default.moveItem(atPath: test.home, toPath: moved)
            }
            workspace.close()
            #expect(outcome.status == .failed)
            #expect(outcome.failure?.message.contains("was moved to \(moved)") == true)
            #expect(!Self.exists(test.home), "nothing is made where it was")
            try test.opened({ $0.folder = moved }) { workspace in
                #expect(try workspace.runs.find("moved").status == .failed)
                _ = try workspace.runs.resume(outcome.run)
                let again = try workspace.runs.wait(for: outcome.run)
                #expect(again.status == .finished)
                #expect(Self.exists("\(moved)/artifacts/0/\(outcome.run)/artifacts/adapter"))
                #expect(try workspace.runs.series(outcome.run, key: "loss").steps.count == 6)
            }
        }
    }

    @Test func aRunThatContinuesReplacesWhatAKilledProcessLeftUnfinished() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let outcome = try run(test, in: workspace) { try workspace.runs.ask(.stop, of: $0) }
                #expect(outcome.status == .stopped)
                let folder = artifacts(test, outcome.run)
                // It died while it wrote its adapter for the first time and the files beside it.
                try Files.makeFolder("\(folder)/adapter", below: folder)
                for name in ["adapter/MLmodel", "adapter/input_example.json", "environment.json"] {
                    let left = FilePaths.temporary(beside: "\(folder)/\(name)")
                    try Files.writeNew([1], to: left)
                }
                let aside = FilePaths.temporary(beside: "\(folder)/adapter")
                try Files.makeFolder(aside, below: folder)
                let upload = FilePaths.temporary(beside: "\(folder)/notes.txt")
                try Files.writeNew([1], to: upload)
                _ = try workspace.runs.resume(outcome.run)
                #expect(try workspace.runs.wait(for: outcome.run).status == .finished)
                let names = Files.names(in: folder) + Files.names(in: "\(folder)/adapter")
                #expect(names.filter { $0.hasSuffix(".unfinished") } == [FilePaths.name(upload)])
            }
        }
    }

    @Test func aRunWhoseWorkspaceIsRemovedFailsAndDoesNotRecreateIt() throws {
        try TestWorkspace.with { test in
            let workspace = try test.open()
            let outcome = try run(test, in: workspace) { _ in
                try FileManager.default.removeItem(atPath: test.home)
            }
            workspace.close()
            #expect(outcome.status == .failed)
            #expect(outcome.failure?.message.contains("was removed") == true)
            #expect(!Self.exists(test.home))
        }
    }

    @Test func aRunWhoseDatabaseIsReplacedStopsWithACheckpoint() throws {
        try TestWorkspace.with { test in
            let workspace = try test.open()
            let backup = "\(test.folder)/backup.db"
            let outcome = try run(test, in: workspace) { _ in
                let other = try TrackingStore(path: backup)
                try other.close()
                let database = "\(test.home)/workbench.db"
                for suffix in ["", "-wal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: database + suffix)
                }
                try FileManager.default.moveItem(atPath: backup, toPath: database)
            }
            workspace.close()
            #expect(outcome.status == .failed)
            #expect(outcome.failure?.message.contains("was replaced") == true)
            #expect(outcome.failure?.message.contains("before step 2, with a checkpoint") == true)
            let checkpoints = "\(artifacts(test, outcome.run))/checkpoints"
            #expect(Self.exists("\(checkpoints)/checkpoint-2"))
        }
    }

    @Test(arguments: [false, true])
    func aRunThatIsMovedToTheTrashStopsWithACheckpoint(isExperiment: Bool) throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let whole = try run(test, in: workspace, name: "whole") { _ in }
                var request = test.request()
                request.experiment = "own"
                let cut = try RunTests.start(request, in: workspace, at: 1) { run in
                    // As another program does it, without the rules.
                    let store = try TrackingStore(path: "\(test.home)/workbench.db")
                    let experiment = try store.run(run).experimentID
                    isExperiment
                        ? try store.deleteExperiment(experiment) : try store.deleteRun(run)
                    try store.close()
                }
                let outcome = try workspace.runs.wait(for: cut)
                #expect(outcome.status == .failed)
                #expect(outcome.failure?.message.contains("into the trash") == true)
                #expect(outcome.failure?.message.contains("before step 2") == true)
                let summary = try workspace.runs.summary(cut)
                #expect(summary.isDeleted && summary.status == .failed)

                let store = try TrackingStore(path: "\(test.home)/workbench.db")
                let experiment = try store.run(cut).experimentID
                isExperiment
                    ? try store.restoreExperiment(experiment) : try store.restoreRun(cut)
                try store.close()
                _ = try workspace.runs.resume(cut)
                #expect(try workspace.runs.wait(for: cut).status == .finished)
                try RunTests.expectEqualLosses(whole.run, cut, in: workspace)
            }
        }
    }

    @Test func aRunWithoutItsLocksFileIsNotExecutedTwice() throws {
        try TestWorkspace.with { test in
            try test.opened { owner in
                try test.opened({ $0.isWatching = false }) { other in
                    let seen = Mutex<[String]>([])
                    let outcome = try run(test, in: owner) { run in
                        try FileManager.default.removeItem(atPath: "\(test.home)/locks")
                        // At once, before the owner has checked.
                        let summary = try other.runs.summary(run)
                        let refusal = #expect(throws: WorkspaceError.self) {
                            _ = try other.runs.resume(run)
                        }
                        seen.withLock {
                            $0 = [summary.status.rawValue, refusal?.message ?? ""]
                        }
                    }
                    #expect(outcome.status == .finished)
                    let found = seen.withLock { $0 }
                    #expect(found.first == "running")
                    #expect(found.last?.contains("is being trained by process \(getpid())") == true)
                    #expect(try other.runs.series(outcome.run, key: "loss").steps == Array(0..<6))
                }
            }
        }
    }

    @Test func anOwnerMakesItsLockAgain() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let lock = Mutex("")
                let isThere = Mutex(false)
                let subscription = workspace.events.subscribe { event in
                    guard case .run(.step(_, let point)) = event, point.step == 2 else { return }
                    let holder = RunLock.holder(of: lock.withLock { $0 })
                    isThere.withLock { $0 = holder == getpid() }
                }
                _ = try run(test, in: workspace) { run in
                    lock.withLock { $0 = "\(test.home)/locks/\(run)" }
                    try FileManager.default.removeItem(atPath: "\(test.home)/locks")
                }
                subscription.cancel()
                #expect(isThere.withLock { $0 })
            }
        }
    }

    @Test func aRunTakenOverByAnotherProcessIsLeftToIt() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let outcome = try run(test, in: workspace) { run in
                    let store = try TrackingStore(path: "\(test.home)/workbench.db")
                    try store.log(Batch(tags: [Tag("workbench.execution", "77-1")]), run: run)
                    try store.close()
                }
                #expect(outcome.status == .failed)
                #expect(outcome.failure?.message.contains("Another process 77") == true)
                #expect(try workspace.runs.series(outcome.run, key: "loss").steps == [0, 1])
                #expect(!Self.exists("\(artifacts(test, outcome.run))/checkpoints"))
                let store = try TrackingStore(path: "\(test.home)/workbench.db")
                #expect(try store.run(outcome.run).status == .running, "that is the other's to say")
                try store.close()
            }
        }
    }

    @Test func aRunWithoutItsFolderStopsWithACheckpoint() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let whole = try run(test, in: workspace, name: "whole") { _ in }
                let outcome = try run(test, in: workspace) { _ in
                    try FileManager.default.removeItem(atPath: "\(test.home)/artifacts")
                }
                #expect(outcome.status == .failed)
                #expect(
                    outcome.failure?.message.contains("before step 2, with a checkpoint") == true
                )
                _ = try workspace.runs.resume(outcome.run)
                #expect(try workspace.runs.wait(for: outcome.run).status == .finished)
                try RunTests.expectEqualLosses(whole.run, outcome.run, in: workspace)
            }
        }
    }

    // MARK: - The model's file

    enum Change: CaseIterable {
        case overwritten, cutShort, replaced, emptied
    }

    @Test(arguments: Change.allCases)
    func aRunWhoseModelChangesFailsAndContinuesWithTheFormerOne(change: Change) throws {
        try TestWorkspace.with { test in
            let former = try Data(contentsOf: URL(fileURLWithPath: test.model))
            try test.opened { workspace in
                let whole = try run(test, in: workspace, name: "whole") { _ in }
                let outcome = try run(test, in: workspace) { _ in
                    let file = try #require(FileHandle(forUpdatingAtPath: test.model))
                    defer { try? file.close() }
                    switch change {
                    case .overwritten:
                        try file.seek(toOffset: UInt64(former.count - 4000))
                        try file.write(contentsOf: Data(repeating: 0, count: 2000))
                    case .cutShort: try file.truncate(atOffset: UInt64(former.count / 2))
                    case .emptied: try file.truncate(atOffset: 0)
                    case .replaced:
                        var other = former
                        other[former.count - 99] ^= 1
                        try other.write(to: URL(fileURLWithPath: test.model), options: .atomic)
                    }
                }
                #expect(outcome.status == .failed)
                #expect(outcome.failure?.message.contains(test.model) == true)
                #expect(outcome.failure?.hint?.contains("--resume") == true)
                #expect(!Self.exists("\(artifacts(test, outcome.run))/adapter"))
                #expect(try workspace.runs.series(outcome.run, key: "loss").steps == [0, 1])

                try former.write(to: URL(fileURLWithPath: test.model))
                _ = try workspace.runs.resume(outcome.run)
                #expect(try workspace.runs.wait(for: outcome.run).status == .finished)
                try RunTests.expectEqualLosses(whole.run, outcome.run, in: workspace)
            }
        }
    }

    @Test func aModelThatIsOnlyTouchedChangesNothing() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let outcome = try run(test, in: workspace) { _ in
                    let date = Date(timeIntervalSince1970: 1_000_000)
                    try FileManager.default.setAttributes(
                        [.modificationDate: date],
                        ofItemAtPath: test.model
                    )
                }
                #expect(outcome.status == .finished)
            }
        }
    }
}
