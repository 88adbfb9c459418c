import Glibc
import Platform
import Runs
import Testing
import Tracking
import Training
import Workspace

@Suite struct UpkeepTests {
    @Test func missingRequirementsAreFound() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request(steps: 1))
                _ = try workspace.runs.wait(for: run.id)
                try workspace.registry.register(run: run.id, as: "facts")
                #expect(try workspace.check().isSound)
                let adapter = try #require(workspace.runs.summary(run.id).resultPath)
                #expect(rename(adapter, "\(test.folder)/adapter") == 0)
                let check = try workspace.check()
                #expect(!check.isSound)
                #expect(
                    check.missing.map(\.holder) == [
                        "version 1 of facts", "run \(run.name)", "model \(run.name)",
                    ]
                )
                #expect(Set(check.missing.map(\.path)) == [adapter])
            }
        }
    }

    @Test func theOverviewCountsAndMeasures() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try workspace.tracking.createRun(NewRun())
                try workspace.tracking.createRun(NewRun())
                try workspace.tracking.deleteRun(run.id)
                let overview = try workspace.overview()
                #expect(overview.folder == test.home)
                #expect(overview.readOnlyReason == nil)
                let counts = Dictionary(
                    uniqueKeysWithValues: overview.counts.map { ($0.name, $0.count) }
                )
                #expect(counts["runs"] == 1)
                #expect(counts["in the bin"] == 1)
                #expect(overview.parts.contains { $0.name == "workbench.db" && $0.byteCount > 0 })
                #expect(overview.parts.contains { $0.name == "artifacts/" })
            }
        }
    }

    @Test func aCopyIsCreatedOnceAndRefusedOverAnotherFile() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let path = "\(test.folder)/copy.db"
                let copy = try workspace.backUp(to: path)
                #expect(copy == path)
                let error = #expect(throws: WorkspaceError.self) { try workspace.backUp(to: path) }
                #expect(error?.code == .conflict)
                #expect(error?.message.contains(path) == true)
            }
        }
    }
}
