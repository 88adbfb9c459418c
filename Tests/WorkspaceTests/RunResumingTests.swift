import EventBus
import Glibc
import Platform
import Registry
import Runs
import Synchronization
import Testing
import TestModels
import Tracking
import Training
import Workspace

/// Runs that continue after a stop or a crash.
@Suite struct RunResumingTests {
    @Test func aStoppedRunContinuesAsIfUninterrupted() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let whole = try workspace.runs.start(test.request())
                _ = try workspace.runs.wait(for: whole.id)

                let halved = try RunTests.start(test.request(), in: workspace, at: 2) {
                    try workspace.runs.ask(.stop, of: $0)
                }
                let stopped = try workspace.runs.wait(for: halved)
                #expect(stopped.status == .stopped)
                #expect(try workspace.runs.summary(halved).resumableStep == 3)
                let plan = try workspace.runs.retryPlan(halved)
                #expect(plan.resumableStep == 3)
                #expect(plan.obstacle == nil)

                let events = EventRecorder(workspace.events)
                #expect(try workspace.runs.resume(halved).status != .crashed)
                #expect(try workspace.runs.wait(for: halved).status == .finished)
                #expect(events.points(of: halved).map(\.step) == [3, 4, 5])
                try RunTests.expectEqualLosses(whole.id, halved, in: workspace)
            }
        }
    }

    @Test func aCrashedRunContinuesFromItsCheckpointAndStoresNoStepTwice() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let whole = try workspace.runs.start(test.request())
                _ = try workspace.runs.wait(for: whole.id)

                var request = test.request()
                request.checkpointInterval = .steps(2)
                let cut = try RunTests.start(request, in: workspace, at: 4) { _ in
                    workspace.runs.stopHere(checkpointing: false)
                }
                _ = try workspace.runs.wait(for: cut)
                #expect(try workspace.runs.series(cut, key: "loss").steps == [0, 1, 2, 3, 4])
                #expect(try workspace.runs.retryPlan(cut).resumableStep == 4)

                let events = EventRecorder(workspace.events)
                _ = try workspace.runs.resume(cut)
                _ = try workspace.runs.wait(for: cut)
                #expect(events.points(of: cut).map(\.step) == [4, 5])
                try RunTests.expectEqualLosses(whole.id, cut, in: workspace)
            }
        }
    }

    @Test func withoutACheckpointItStartsAgainToTheSameBits() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let whole = try workspace.runs.start(test.request())
                _ = try workspace.runs.wait(for: whole.id)
                let cut = try RunTests.start(test.request(), in: workspace, at: 2) { _ in
                    workspace.runs.stopHere(checkpointing: false)
                }
                _ = try workspace.runs.wait(for: cut)
                #expect(try workspace.runs.retryPlan(cut).resumableStep == 0)
                _ = try workspace.runs.resume(cut)
                #expect(try workspace.runs.wait(for: cut).status == .finished)
                try RunTests.expectEqualLosses(whole.id, cut, in: workspace)
            }
        }
    }

    @Test func aRunDoesNotRestartOverDamagedCheckpoints() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try RunTests.start(test.request(), in: workspace, at: 1) {
                    try workspace.runs.ask(.stop, of: $0)
                }
                _ = try workspace.runs.wait(for: run)
                let folder = try #require(workspace.runs.detail(run).checkpoints.first?.folder)
                try TestWorkspace.write("{}", to: "\(folder)/state.json")
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.resume(run)
                }
                #expect(error?.message.contains("state.json") == true)
                #expect(access("\(folder)/adapter_model.safetensors", R_OK) == 0)
            }
        }
    }

    @Test func resumingRefusesDataThatIsGone() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try RunTests.start(test.request(), in: workspace, at: 1) {
                    try workspace.runs.ask(.stop, of: $0)
                }
                _ = try workspace.runs.wait(for: run)
                let snapshot = try #require(
                    workspace.runs.summary(run).tags["workbench.dataset"]
                )
                try TestWorkspace.write(
                    TestWorkspace.rows(11),
                    to: "\(test.home)/\(snapshot)"
                )
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.resume(run)
                }
                #expect(error?.message.contains("data") == true)
            }
        }
    }

    @Test func aFinishedRunIsNotResumedAndRetryingNamesWhatItRepeats() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let first = try workspace.runs.start(test.request(steps: 2))
                _ = try workspace.runs.wait(for: first.id)
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.resume(first.id)
                }
                #expect(error?.code == .conflict)

                unlink(test.data)
                let second = try workspace.runs.retry(first.id)
                #expect(second.id != first.id)
                #expect(second.tags["mlflow.parentRunId"] == first.id)
                _ = try workspace.runs.wait(for: second.id)
                try RunTests.expectEqualLosses(first.id, second.id, in: workspace)
            }
        }
    }

    @Test func aResumedRunThatFailsSaysHowFarItCame() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var request = test.request()
                request.checkpointInterval = .steps(1)
                // After one such step no loss is finite.
                request.learningRate = 1e30
                let run = try workspace.runs.start(request).id
                #expect(try workspace.runs.wait(for: run).status == .failed)
                _ = try workspace.runs.resume(run)
                let outcome = try workspace.runs.wait(for: run)
                #expect(outcome.status == .failed)
                #expect(outcome.stepsDone == 1)
                #expect(try workspace.runs.summary(run).stepsDone == 1)
            }
        }
    }

    @Test func aRunContinuesWithAnotherNumberOfThreadsToTheSameBits() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var request = test.request()
                request.runName = "whole"
                let whole = try workspace.runs.start(request).id
                _ = try workspace.runs.wait(for: whole)
                let cut = try RunTests.start(test.request(), in: workspace, at: 2) {
                    try workspace.runs.ask(.stop, of: $0)
                }
                _ = try workspace.runs.wait(for: cut)
                _ = try workspace.runs.resume(cut, changing: ["threads": ["2"]])
                #expect(try workspace.runs.wait(for: cut).status == .finished)
                try RunTests.expectEqualLosses(whole, cut, in: workspace)
            }
        }
    }
}
