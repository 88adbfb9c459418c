import Database
import GRDB
import Glibc
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
        func hooks(
            waits: [Double] = [0, 0],
            now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
        ) -> FlowHooks {
            FlowHooks(
                store,
                workspace: folder,
                lock: "\(folder)/hooks.lock",
                waits: waits,
                now: now,
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

    /// A clock that is at `start` twice, at the first call and when closing begins, and then far on.
    private struct Clock {
        let start = ContinuousClock.now
        let looks = Guarded(0)

        /// Looks at it; the second look waits for `second`.
        func look(second: () -> Void = {}) -> ContinuousClock.Instant {
            let look = looks.withLock { looks in
                looks += 1
                return looks
            }
            if look == 2 { second() }
            return look > 2 ? start + .seconds(100) : start
        }
    }

    private func withPlace(
        now: @escaping @Sendable () -> Int = { 1_000 },
        _ body: (Place) throws -> Void
    ) throws {
        try TemporaryFolder.with { folder in
            let database = try DatabaseFile(
                path: "\(folder)/workbench.db",
                migrations: Migration.list([.changeFeed, .workflows])
            )
            try body(Place(folder: folder, store: FlowStore(database, owner: "test", now: now)))
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

    @Test func closingBeginsNoOtherCallOnceItsTimeIsOver() throws {
        try withPlace { place in
            let gate = "\(place.folder)/gate"
            #expect(mkfifo(gate, 0o600) == 0)
            try place.end(
                "a",
                .crashed,
                [
                    FlowHook(.crash, .command("cat gate > first")),
                    FlowHook(.crash, .command("touch second")),
                ],
                reason: ""
            )
            let clock = Clock()
            let hooks = place.hooks {
                // The first call goes on when closing has begun.
                clock.look { close(open(gate, O_WRONLY)) }
            }
            hooks.look()
            clock.looks.wait { $0 > 0 ? () : nil }
            hooks.close()
            #expect(FilePaths.exists("\(place.folder)/first"))
            #expect(!FilePaths.exists("\(place.folder)/second"))
            #expect(try place.store.dueCalls().map(\.place) == [1])
        }
    }

    @Test func closingDoesNotWaitForAWebhookThatDoesNotAnswer() throws {
        try withPlace { place in
            let server = try WebhookServer([])
            try place.end("a", .crashed, [FlowHook(.crash, .webhook(server.address))], reason: "")
            let clock = Clock()
            let hooks = place.hooks(waits: []) { clock.look() }
            hooks.look()
            clock.looks.wait { $0 > 0 ? () : nil }
            hooks.close()
            // It counts as a failed one, so that a later process begins with others.
            #expect(
                place.failures.read { $0 } == [
                    "crash: The webhook had not answered when the program ended."
                ]
            )
        }
    }

    @Test func aCallThatWasMadeIsNotRepeatedIfItsRowCannotBeRemoved() throws {
        try withPlace { place in
            func change(_ sql: String) throws {
                try place.store.database.write { db, _ in try db.execute(sql: sql) }
            }
            try place.end("a", .failed, [FlowHook(.failure, .command("echo >> told"))], reason: "")
            try change(
                """
                CREATE TRIGGER full BEFORE DELETE ON wb_flow_hooks
                BEGIN SELECT RAISE(ABORT, 'no room'); END
                """
            )
            let hooks = place.hooks()
            hooks.look()
            place.failures.wait { $0.isEmpty ? nil : () }
            try change("DROP TRIGGER full")
            hooks.close()
            #expect(try Files.text("\(place.folder)/told") == "\n")
            #expect(try !place.store.hasDueCalls())
        }
    }

    @Test func anEndIsNotKeptWaitingByARepetitionOfAnother() throws {
        let looks = Guarded(0)
        let now: @Sendable () -> Int = {
            looks.withLock { $0 += 1 }
            return 1_000
        }
        try withPlace(now: now) { place in
            try place.end("a", .failed, [FlowHook(.failure, .command("exit 2"))], reason: "")
            looks.withLock { $0 = 0 }
            let hooks = place.hooks(waits: [60])
            hooks.look(at: "a")
            // When it begins, for the repetition, and for the pause until then; the start wakes it once,
            // so that it begins and pauses again.
            looks.wait { $0 >= 5 ? () : nil }
            try place.end("b", .failed, [FlowHook(.failure, .command("touch told"))], reason: "")
            looks.withLock { $0 = 0 }
            hooks.look(at: "b")
            #expect(looks.wait(seconds: 10) { $0 > 0 ? true : nil } == true)
            hooks.close()
            #expect(FilePaths.exists("\(place.folder)/told"))
            #expect(try place.store.dueCalls().map(\.flowRun) == ["a"])
        }
    }

    @Test func aProcessWaitsForTheCallsOfItsOwnFlowRuns() throws {
        try withPlace { place in
            let other = try #require(try OwnerLock.take("\(place.folder)/hooks.lock"))
            for id in ["a", "b"] {
                let hook = FlowHook(.success, .command("touch $WORKBENCH_FLOW_RUN"))
                try place.end(id, .completed, [hook], reason: "")
            }
            let hooks = place.hooks()
            hooks.look(at: "b")
            #expect(try place.store.dueCalls().count == 2)
            other.release()
            hooks.close()
            #expect(try place.store.dueCalls().map(\.flowRun) == ["a"])
            #expect(FilePaths.exists("\(place.folder)/b"))
        }
    }
}
