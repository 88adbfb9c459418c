import Platform
import Synchronization
import TestModels
import Testing
import Workspace

@Suite struct MemoryTests {
    @Test func aRunThatWouldNotFitIsRefusedBeforeItIsMade() throws {
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
                            == "Lower --sequence-length (128) or --rank (\(request.rank)), or give --recompute."
                    )
                }
                let runs = try workspace.runs.list()
                #expect(runs.isEmpty)
            }
        }
    }

    @Test func whatFitsIsWhatThePlanForecasts() throws {
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

    @Test func aRunThatDoesNotFitIsToldWhatWould() throws {
        try TestWorkspace.with { test in
            let available = Mutex<Int64?>(nil)
            let change = { (configuration: inout Workspace.Configuration) in
                configuration.availableMemory = { available.withLock { $0 } }
            }
            try test.opened(change) { workspace in
                var request = test.request()
                request.batchSize = 4
                request.gradientAccumulation = 2
                request.recomputes = true
                let small = try workspace.runs.plan(request, isMeasured: false).runMemoryBytes
                request.recomputes = nil
                available.withLock { $0 = small }
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.plan(request)
                }
                #expect(
                    error?.hint
                        == "These would fit: --batch-size 4 --gradient-accumulation 2 --recompute."
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

    @Test(arguments: [
        ("0::/one/two\n", "", "memory.max", "memory.current", ""),
        (
            "4:cpu,memory:/one/two\n", "/memory", "memory.limit_in_bytes",
            "memory.usage_in_bytes", "total_"
        ),
    ])
    func theTightestControlGroupCounts(
        membership: String,
        root: String,
        limit: String,
        usage: String,
        prefix: String
    ) throws {
        try TemporaryFolder.with { folder in
            let memory = AvailableMemory(processes: folder, groups: "\(folder)/groups")
            #expect(memory.read() == nil)
            try TestWorkspace.write("MemAvailable:    4000 kB\n", to: "\(folder)/meminfo")
            #expect(memory.read() == 4_096_000)

            let top = "\(folder)/groups\(root)/one"
            try Files.makeFolder("\(folder)/self")
            try Files.makeFolder("\(top)/two")
            try TestWorkspace.write(membership, to: "\(folder)/self/cgroup")
            try TestWorkspace.write("max\n", to: "\(top)/two/\(limit)")
            try TestWorkspace.write("500\n", to: "\(top)/two/\(usage)")
            #expect(memory.read() == 4_096_000)

            try TestWorkspace.write("3000\n", to: "\(top)/\(limit)")
            try TestWorkspace.write("2500\n", to: "\(top)/\(usage)")
            #expect(memory.read() == 500)
            try TestWorkspace.write(
                "anon 1500\n\(prefix)inactive_file 600\n\(prefix)active_file 400\n",
                to: "\(top)/memory.stat"
            )
            #expect(memory.read() == 1500)
            try TestWorkspace.write("9000\n", to: "\(top)/\(usage)")
            #expect(memory.read() == 0)
        }
    }

    @Test(arguments: [
        ("Max address space         256000000            unlimited            bytes", 156_976_128),
        ("Max data size             200000000            unlimited            bytes", 131_904_000),
        ("Max address space         20000000             20000000             bytes", 0),
        (
            "Max address space         unlimited            unlimited            bytes",
            1_024_000_000
        ),
    ])
    func theLimitsOfTheProcessCount(line: String, room: Int64) throws {
        try TemporaryFolder.with { folder in
            try Files.makeFolder("\(folder)/self")
            try TestWorkspace.write("MemAvailable:  1000000 kB\n", to: "\(folder)/meminfo")
            let status = "VmSize:\t   34203 kB\nVmData:\t    4000 kB\n"
            try TestWorkspace.write(status, to: "\(folder)/self/status")
            let limits =
                "Limit                     Soft Limit           Hard Limit           Units\n"
            try TestWorkspace.write("\(limits)\(line)\n", to: "\(folder)/self/limits")
            let memory = AvailableMemory(processes: folder, groups: "\(folder)/groups")
            #expect(memory.read() == room)
        }
    }

    @Test func whatTheSystemWouldRefuseIsRefusedBefore() throws {
        let gate = MemoryGate { nil }
        #expect(gate.admits(1 << 20))
        // More addresses than a processor has.
        #expect(!gate.admits(1 << 60))
        let error = #expect(throws: WorkspaceError.self) {
            try gate.admit(1 << 60, for: "It", hint: "Take less.")
        }
        #expect(error?.hint?.hasPrefix("Take less.") == true)
    }

    @Test func thisMachineSaysWhatItHas() throws {
        let bytes = try #require(AvailableMemory().read())
        #expect(bytes > 1 << 20)
    }
}
