import Glibc
import Platform
import Testing
import Workspace

@Suite struct FlowGarbageTests {
    @Test func filesThatNothingNamesAreRemovedAfterADay() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let old = "flow-results/" + String(repeating: "a", count: 64)
                let new = "flow-results/" + String(repeating: "b", count: 64)
                let run = "flow-runs/" + String(repeating: "c", count: 32)
                for name in [old, new, run] {
                    let folder = "\(test.home)/\(name)"
                    try Files.makeFolder(FilePaths.parent(folder))
                    try Files.makeFolder(folder)
                    try TestWorkspace.write("content", to: "\(folder)/file")
                }
                let times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
                for name in [old, run] { utimensat(AT_FDCWD, "\(test.home)/\(name)", times, 0) }
                let dry = try workspace.collectGarbage(olderThan: 0, isDryRun: true)
                #expect(dry.removed.map(\.path) == [old, run])
                #expect(FilePaths.exists("\(test.home)/\(old)/file"))
                let report = try workspace.collectGarbage(olderThan: 0, isDryRun: false)
                #expect(report.removed == dry.removed)
                #expect((report.count, report.byteCount) == (2, 14))
                #expect(!FilePaths.exists("\(test.home)/\(old)"))
                #expect(!FilePaths.exists("\(test.home)/\(run)"))
                #expect(FilePaths.exists("\(test.home)/\(new)/file"))
            }
        }
    }
}
