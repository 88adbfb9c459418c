import Glibc
import Platform
import Runs
import Testing
import TestModels
import Tracking
import Training
import Workspace

@Suite struct WorkspacePathTests {
    /// Spellings of the folder `place/ws`, below a folder in which `link` points to `place`.
    static let spellings = [
        "place/ws", "place//ws/", "place/./ws", "place/../place/ws", "link/ws", "link/../place/ws",
        "place/w s", "place/한글 작업", "place/\u{1112}\u{1161}\u{11AB}", "place/new/deeper/ws",
    ]

    @Test(arguments: spellings)
    func eachRunHasItsOwnFilesHoweverTheWorkspaceIsSpelled(spelling: String) throws {
        try TestWorkspace.with { test in
            #expect(mkdir("\(test.folder)/place", 0o700) == 0)
            #expect(symlink("place", "\(test.folder)/link") == 0)
            let change: (inout Workspace.Configuration) -> Void = {
                $0.folder = "\(test.folder)/\(spelling)"
            }
            var first: RunOutcome?
            var firstBytes: [UInt8]?
            for rank in [2, 4] {
                try test.opened(change) { workspace in
                    var request = test.request(steps: 2)
                    request.rank = rank
                    let run = try workspace.runs.start(request)
                    let outcome = try workspace.runs.wait(for: run.id)
                    let result = try #require(outcome.resultPath)
                    #expect(result == "\(workspace.folder)/artifacts/0/\(run.id)/artifacts/adapter")
                    #expect(try workspace.runs.summary(run.id).resultPath == result)
                    #expect(try workspace.check().missing.isEmpty)
                    #expect(try workspace.check().stranded == nil)
                    #expect(workspace.notices.isEmpty)
                    let weights = "\(first?.resultPath ?? result)/adapter_model.safetensors"
                    let bytes = try Files.read(weights)
                    #expect(bytes != nil)
                    if let firstBytes { #expect(bytes == firstBytes) }
                    first = first ?? outcome
                    firstBytes = firstBytes ?? bytes
                }
            }
        }
    }

    @Test func aWorkspaceIsTheSameUnderAllItsNames() throws {
        try TestWorkspace.with { test in
            #expect(symlink("home", "\(test.folder)/other") == 0)
            let run = try test.opened { workspace in
                var request = test.request(steps: 2)
                request.runName = "one"
                let run = try workspace.runs.start(request)
                _ = try workspace.runs.wait(for: run.id)
                try workspace.registry.register(run: run.id, as: "faq")
                return run
            }
            try test.opened({ $0.folder = "\(test.folder)/other/" }) { workspace in
                #expect(workspace.folder == ResolvedPath(test.home).text)
                let result = try #require(try workspace.runs.summary(run.id).resultPath)
                #expect(FilePaths.isFolder(result))
                #expect(try workspace.check().isSound)
                let plan = try workspace.collectGarbage(olderThan: 0, isDryRun: true)
                #expect(plan.count == 0)
            }
        }
    }

    @Test func homeMayBeALink() throws {
        try TestWorkspace.with { test in
            #expect(mkdir("\(test.folder)/real home", 0o700) == 0)
            #expect(symlink("real home", "\(test.folder)/kim") == 0)
            let environment = ["HOME": "\(test.folder)/kim"]
            let folder = "\(ResolvedPath(test.folder).text)/real home"
            #expect(
                Workspace.folder(nil, environment: environment)
                    == "\(folder)/.local/share/workbench"
            )
            #expect(Workspace.folder("~/ws/", environment: environment) == "\(folder)/ws")
        }
    }

    @Test func artifactsMayLieOnAnotherDiskBehindALink() throws {
        try TestWorkspace.with { test in
            #expect(mkdir("\(test.folder)/disk", 0o700) == 0)
            #expect(mkdir(test.home, 0o700) == 0)
            #expect(symlink("../disk", "\(test.home)/artifacts") == 0)
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request(steps: 2))
                _ = try workspace.runs.wait(for: run.id)
                let result = "\(test.folder)/disk/0/\(run.id)/artifacts/adapter"
                #expect(access("\(result)/adapter_model.safetensors", R_OK) == 0)
                #expect(try workspace.check().isSound)
            }
        }
    }

    @Test func noRunWritesOutsideTheWorkspace() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                _ = try workspace.tracking.createExperiment(
                    named: "foreign",
                    artifactLocation: "file://\(test.folder)/foreign"
                )
                var request = test.request(steps: 2)
                request.experiment = "foreign"
                let error = #expect(throws: WorkspaceError.self) {
                    let run = try workspace.runs.start(request)
                    _ = try workspace.runs.wait(for: run.id)
                }
                #expect(error?.hint?.contains("--experiment") == true)
                #expect(access("\(test.folder)/foreign", F_OK) != 0)
                #expect(try workspace.runs.list().isEmpty)
            }
        }
    }

    @Test func filesOfAnEarlierVersionInOneFolderAreReportedAndRecovered() throws {
        try TestWorkspace.with { test in
            var runs: [RunSummary] = []
            for rank in [2, 4] {
                try test.opened { workspace in
                    var request = test.request(steps: 2)
                    request.rank = rank
                    request.runName = "rank \(rank)"
                    let run = try workspace.runs.start(request)
                    _ = try workspace.runs.wait(for: run.id)
                    runs.append(try workspace.runs.summary(run.id))
                }
            }
            let stranded = "\(test.home)/artifacts/.elsewhere"
            let paths = try runs.map { try #require($0.resultPath) }
            // The second run overwrote the first.
            #expect(mkdir(stranded, 0o700) == 0)
            Files.remove(paths[0])
            #expect(rename(paths[1], "\(stranded)/adapter") == 0)
            try test.opened { workspace in
                #expect(workspace.notices.first?.message.contains(stranded) == true)
                let check = try workspace.check()
                #expect(!check.isSound)
                #expect(check.orphans.allSatisfy { !$0.path.contains(".elsewhere") })
                let found = try #require(check.stranded)
                #expect(found.run == runs[1].id)
                #expect(found.fileCount == 4)
                #expect(found.remedy.contains("--recover"))
                let moved = try workspace.recoverStrandedFiles()
                #expect(moved.run == "rank 4")
                #expect(moved.path == paths[1])
                #expect(access("\(paths[1])/adapter_model.safetensors", R_OK) == 0)
                #expect(throws: WorkspaceError.self) { try workspace.recoverStrandedFiles() }
            }
        }
    }
}
