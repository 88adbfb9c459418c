import FlowTasks
import FoundationEssentials
import JSON
import Platform
import TestModels
import Testing
import Workflows

@Suite("Tasks that wait, and that run another flow")
struct WaitTaskTests {
    private func with(
        _ kind: String = "wait",
        _ body: (TestCall, TestServices) throws -> Void
    ) throws {
        try TemporaryFolder.with { folder in
            let services = TestServices(folder)
            try body(try TestCall(kind, services, in: folder), services)
        }
    }

    @Test("Seconds count from the first attempt on")
    func seconds() throws {
        try with { call, services in
            services.state.withLock { $0.paused = { if $0 == 3 { call.cancel() } } }
            #expect(throws: CancellationError.self) { _ = try call.run(["seconds": 60]) }
            call.state.withLock { $0.isCancelled = false }
            services.state.withLock { $0.now.addTimeInterval(59) }
            let waited = try #require(try call.run(["seconds": 60])["waited_seconds"])
            guard case .number(let seconds) = waited else { return #expect(Bool(false)) }
            #expect(abs(seconds - 0.7) < 0.01)
        }
    }

    @Test("A time with its zone is waited for; one without is refused")
    func until() throws {
        try with { call, services in
            services.state.withLock { $0.now = Date(timeIntervalSince1970: 946_684_799) }
            _ = try call.run(["until": "2000-01-01T09:00:00+09:00"])
            #expect(services.now.timeIntervalSince1970 >= 946_684_800)
            #expect(services.now.timeIntervalSince1970 < 946_684_801)
            #expect(call.faults(["until": "2000-13-01T00:00:00Z"]) == ["until"])
            #expect(call.faults(["until": "tomorrow"]) == ["until"])
            #expect(call.faults([:]) == [""])
            #expect(call.faults(["seconds": 1], later: ["file"]) == ["file"])
            #expect(call.faults([:], later: ["file"]) == [])
            #expect(call.faults(["until": "2026-02-30T00:00:00Z"]) == ["until"])
        }
    }

    @Test("A file is waited for")
    func file() throws {
        try with { call, services in
            let path = "\(call.folder)/done"
            services.state.withLock { state in
                state.paused = { if $0 == 3 { try? Files.writeNew([], to: path) } }
            }
            let result = try call.run(["file": "done"])
            #expect(result["path"] == .string(path))
            let pauses = services.state.withLock { $0.pauses }
            #expect(pauses == 3)
        }
    }

    @Test("A dataset must differ from what it was at the first attempt")
    func dataset() throws {
        try with { call, services in
            func dataset(_ digest: String) -> TaskDataset {
                TaskDataset(
                    name: "a",
                    reference: "a@\(digest)",
                    path: "/a",
                    digest: digest,
                    rows: 1,
                    heldOutRows: 0
                )
            }
            services.state.withLock { state in
                state.datasets["a"] = dataset("1")
                state.paused = { if $0 == 2 { call.cancel() } }
            }
            #expect(throws: CancellationError.self) { _ = try call.run(["dataset": "a"]) }
            // It changes while no process waits.
            services.state.withLock { $0.datasets["a"] = dataset("2") }
            call.state.withLock { $0.isCancelled = false }
            let result = try call.run(["dataset": "a"])
            #expect(result["dataset"] == "a@2" && result.content("dataset") == "2")
        }
    }

    @Test("It waits for one thing")
    func one() throws {
        try with { call, _ in
            #expect(flowError { _ = try call.run([:]) }?.code == .invalid)
            #expect(flowError { _ = try call.run(["file": "a", "seconds": 1]) }?.code == .invalid)
            #expect(flowError { _ = try call.run(["seconds": -1]) }?.code == .invalid)
        }
    }

    @Test("Another flow gets its parameters as texts, and its tasks' outputs are outputs")
    func subflow() throws {
        try with("flow") { call, services in
            try Files.write("flow: b".utf8, to: "\(call.folder)/b.yaml")
            let path = "\(call.folder)/b.yaml"
            services.state.withLock { state in
                state.subflow = { order in
                    #expect(order.flow == path && order.parameters == ["n": "2", "flag": "true"])
                    try order.reserve("the-inner-run")
                    let outputs: JSONValue = ["train": ["loss": 5]]
                    return SubflowEnd(flowRun: "the-inner-run", outputs: FlowValue(outputs))
                }
            }
            let inputs: JSONValue = ["flow": "b.yaml", "parameters": ["n": 2, "flag": true]]
            let result = try call.run(inputs)
            #expect(result["flow_run"] == "the-inner-run" && result.content("flow_run") == .null)
            #expect(result["tasks"] == ["train": ["loss": 5]])
            #expect(try call.content(inputs)["flow"] == .string(sha256(of: "flow: b")))
            let reservation = call.state.withLock { $0.reservation }
            #expect(reservation == "the-inner-run")
            // A name counts as the file that it means.
            try Files.makeFolder("\(call.folder)/flows")
            try Files.write("flow: c".utf8, to: "\(call.folder)/flows/c.yaml")
            #expect(try call.content(["flow": "c"])["flow"] == .string(sha256(of: "flow: c")))
        }
    }
}
