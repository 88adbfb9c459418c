import Foundation
import Platform
import Runs
import Testing
import Tracking
import Training
import Workspace

@Suite struct RunLauncherTests {
    /// Launches as another one does, and keeps what it launched.
    private struct Recorder: RunLauncher {
        let launcher: any RunLauncher
        let orders = Guarded<[String]>([])

        func launch(_ order: RunOrder) throws -> LaunchedRun {
            let launched = try launcher.launch(order)
            let kind = if case .prepared = order { "prepared" } else { "stored" }
            orders.withLock { $0.append("\(kind) \(launched.run)") }
            return launched
        }
    }

    @Test func aRunIsStartedRetriedAndHandedOverByItsLauncher() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let runs = workspace.runs
                let launcher = Recorder(launcher: ThreadLauncher(runs))
                let first = try runs.start(test.request(steps: 1), on: launcher).id
                _ = try runs.wait(for: first)
                let second = try runs.retry(first, on: launcher).id
                _ = try runs.wait(for: second)
                let third = try runs.start(test.request(steps: 400), on: launcher).id
                #expect(try runs.hand(third, to: launcher) == getpid())
                #expect(
                    launcher.orders.withLock { $0 } == [
                        "prepared \(first)", "prepared \(second)", "prepared \(third)",
                        "stored \(third)",
                    ]
                )
            }
        }
    }

    @Test func aRunThatCannotBeLaunchedHasFailed() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let launcher = ProcessLauncher(workspace.runs, program: nil)
                #expect(throws: WorkspaceError.self) {
                    try workspace.runs.start(test.request(steps: 2), on: launcher)
                }
                let run = try #require(try workspace.runs.list().first)
                #expect(run.status == .failed)
                #expect(run.failure?.contains("file cannot be found") == true)
            }
        }
    }

    @Test func aProcessTakesOverWhatWasPreparedHere() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let (program, said) = ("\(test.folder)/program", "\(test.folder)/said")
                try TestWorkspace.write(
                    "#!/bin/sh\necho \"$@\" > \(said).new && mv \(said).new \(said)\n",
                    to: program
                )
                chmod(program, 0o700)
                let launcher = ProcessLauncher(workspace.runs, program: program)
                let run = try workspace.runs.start(test.request(steps: 2), on: launcher)
                // Nobody takes it for crashed, and its lock is free.
                #expect(run.status == .stopped)
                #expect(run.ownerProcess == nil)
                #expect(becomesTrue { FileManager.default.fileExists(atPath: said) })
                let words = try String(contentsOfFile: said, encoding: .utf8)
                #expect(words == "train --resume \(run.id) --workspace \(workspace.folder)\n")
                _ = try workspace.runs.resume(run.id)
                #expect(try workspace.runs.wait(for: run.id).status == .finished)
            }
        }
    }
}
