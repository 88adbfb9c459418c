import Platform
import Runs
import Synchronization
import Testing
import TestModels
import Tracking
import Training
import Workspace

@Suite struct MemoryTests {
    @Test func aRunThatWouldNotFitIsRefusedBeforeItIsCreated() throws {
        try TestWorkspace.with { test in
            try test.opened({ $0.availableMemory = { 100_000 } }) { workspace in
                var request = test.request()
                request.runName = "huge"
                for attempt in [
                    { _ = try workspace.runs.start(request) },
                    { _ = try workspace.runs.plan(request) },
                ] {
                    let error = #expect(throws: WorkspaceError.self) { try attempt() }
                    #expect(error?.code == .conflict)
                    #expect(error?.message.hasPrefix("Training huge would take about ") == true)
                    #expect(error?.message.hasSuffix(" are available.") == true)
                    #expect(
                        error?.hint
                            == "Lower --sequence-length (128) or --rank (\(request.rank)), or give --gradient-checkpointing."
                    )
                }
                let runs = try workspace.runs.list()
                #expect(runs.isEmpty)
            }
        }
    }

    @Test func theMemoryThatFitsIsThatOfThePlan() throws {
        try TestWorkspace.with { test in
            let available = Mutex<Int64?>(nil)
            let change = { (configuration: inout Workspace.Configuration) in
                configuration.availableMemory = { available.withLock { $0 } }
            }
            try test.opened(change) { workspace in
                let request = test.request()
                let forecast = try workspace.runs.plan(request, isMeasured: false).runMemoryBytes
                available.withLock { $0 = forecast - 1 }
                #expect(throws: WorkspaceError.self) { try workspace.runs.plan(request) }
                available.withLock { $0 = forecast }
                let run = try workspace.runs.start(request).id
                #expect(try workspace.runs.wait(for: run).status == .finished)
            }
        }
    }

    @Test func theErrorForARunThatDoesNotFitSaysWhatWould() throws {
        try TestWorkspace.with { test in
            let available = Mutex<Int64?>(nil)
            let change = { (configuration: inout Workspace.Configuration) in
                configuration.availableMemory = { available.withLock { $0 } }
            }
            try test.opened(change) { workspace in
                var request = test.request()
                request.batchSize = 4
                request.gradientAccumulation = 2
                request.usesGradientCheckpointing = true
                let small = try workspace.runs.plan(request, isMeasured: false).runMemoryBytes
                request.usesGradientCheckpointing = false
                available.withLock { $0 = small }
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.plan(request)
                }
                #expect(
                    error?.hint
                        == "These would fit: --batch-size 4 --gradient-accumulation 2 --gradient-checkpointing."
                )
            }
        }
    }

    @Test func aRunIsNotResumedWithoutRoomForIt() throws {
        try TestWorkspace.with { test in
            let available = Mutex<Int64?>(nil)
            let change = { (configuration: inout Workspace.Configuration) in
                configuration.availableMemory = { available.withLock { $0 } }
            }
            try test.opened(change) { workspace in
                let run = try RunTests.start(test.request(), in: workspace, at: 1) {
                    try workspace.runs.ask(.stop, of: $0)
                }
                _ = try workspace.runs.wait(for: run)
                available.withLock { $0 = 1000 }
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.resume(run)
                }
                #expect(error?.code == .conflict)
                #expect(try workspace.runs.summary(run).status == .stopped)
                available.withLock { $0 = nil }
                _ = try workspace.runs.resume(run)
                #expect(try workspace.runs.wait(for: run).status == .finished)
            }
        }
    }

    @Test func aConversationThatWouldNotFitIsRefused() throws {
        try TestWorkspace.with { test in
            try test.opened({ $0.availableMemory = { 1000 } }) { workspace in
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.chat.answerAndWait(.raw("the"), from: .base(model: test.model))
                }
                #expect(error?.code == .conflict)
                let message = "A conversation of 256 tokens with tiny would take about 1 MB"
                #expect(error?.message.hasPrefix(message) == true)
                #expect(error?.hint?.hasPrefix("Choose a smaller model") == true)
            }
        }
    }
}
