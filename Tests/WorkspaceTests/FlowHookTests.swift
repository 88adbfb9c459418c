import Database
import JSON
import Platform
import Testing
import TestModels
import Workflows
import Workspace

/// Calls of hooks, which are rows until they are made.
@Suite struct FlowHookTests {
    private struct Place {
        var folder: String
        var store: FlowStore
        let failures = Guarded<[String]>([])

        /// The hooks as a process has them that finds the rows.
        func hooks(waits: [Double] = [0, 0]) -> FlowHooks {
            FlowHooks(
                store,
                workspace: folder,
                lock: "\(folder)/hooks.lock",
                waits: waits,
                failed: { [failures] call, _, reason in
                    failures.withLock { $0.append("\(call.hook.occasion): \(reason)") }
                },
                report: { [failures] error in failures.withLock { $0.append("\(error)") } }
            )
        }

        /// Stores the end of a flow run with hooks, as a process does that then dies.
        func end(_ id: String, _ state: FlowState, _ hooks: [FlowHook], reason: String) throws {
            let flow = Flow(
                name: "nightly",
                path: "\(folder)/nightly.yaml",
                folder: folder,
                source: "",
                tasks: []
            )
            var run = FlowRunRecord(
                id: id,
                flow: flow,
                parameters: JSONObject([]),
                origin: .person,
                createdAt: 1
            )
            run.state = state
            run.reason = reason
            run.endedAt = 2
            _ = try store.create(run, [])
            try store.addCalls(of: hooks, at: run)
        }
    }

    private func withPlace(_ body: (Place) throws -> Void) throws {
        try TemporaryFolder.with { folder in
            let database = try DatabaseFile(
                path: "\(folder)/workbench.db",
                migrations: Migration.list([.changeFeed, .workflows])
            )
            try body(Place(folder: folder, store: FlowStore(database, owner: "test") { 1_000 }))
            try database.close()
        }
    }

    @Test func aCallWhoseProcessDiedIsMadeByTheNextThatLooks() throws {
        try withPlace { place in
            let hook = FlowHook(.failure, .command("echo $WORKBENCH_HOOK_ID >> told"))
            try place.end("a", .failed, [hook], reason: "no room")
            let next = place.hooks()
            next.look()
            next.close()
            #expect(try Files.text("\(place.folder)/told") == "workbench-flow-a-2-0\n")
            #expect(try !place.store.hasDueCalls())
            // Nothing is left for a third one.
            let third = place.hooks()
            third.look()
            third.close()
            #expect(try Files.text("\(place.folder)/told").utf8.count == 21)
        }
    }

    @Test func onlyOneProcessCallsAtATime() throws {
        try withPlace { place in
            try place.end("a", .completed, [FlowHook(.success, .command("touch told"))], reason: "")
            let lock = try #require(try OwnerLock.take("\(place.folder)/hooks.lock"))
            let other = place.hooks()
            other.look()
            other.close()
            #expect(!FilePaths.exists("\(place.folder)/told"))
            #expect(try place.store.hasDueCalls())
            lock.release()
        }
    }

    @Test func aCallThatFailsIsRepeatedAndThenReported() throws {
        try withPlace { place in
            try place.end(
                "a",
                .failed,
                [
                    FlowHook(.failure, .command("echo x >> tries; test $(wc -l < tries) = 3")),
                    FlowHook(.success, .command("touch wrong")),
                    FlowHook(.failure, .command("echo $WORKBENCH_REASON; exit 2")),
                ],
                reason: "no room"
            )
            try place.end("b", .crashed, [FlowHook(.crash, .command("touch crashed"))], reason: "")
            try place.end(
                "c",
                .cancelled,
                [FlowHook(.failure, .command("touch wrong"))],
                reason: ""
            )
            let hooks = place.hooks()
            hooks.look()
            hooks.close()
            #expect(try Files.text("\(place.folder)/tries") == "x\nx\nx\n")
            #expect(!FilePaths.exists("\(place.folder)/wrong"))
            #expect(FilePaths.exists("\(place.folder)/crashed"))
            #expect(
                place.failures.withLock { $0 } == [
                    "failure: The command failed: it ended with status 2, and said: no room."
                ]
            )
            #expect(try !place.store.hasDueCalls())
        }
    }

    @Test func aRepetitionThatIsNotDueWaitsForTheNextProcess() throws {
        try withPlace { place in
            try place.end("a", .failed, [FlowHook(.failure, .command("exit 2"))], reason: "")
            let first = place.hooks(waits: [60])
            first.look()
            first.close()
            let due = try place.store.dueCalls()
            #expect(due.map(\.attempts) == [1])
            #expect(due.map(\.nextAt) == [61_000])
            #expect(place.failures.withLock { $0.isEmpty })
        }
    }
}
