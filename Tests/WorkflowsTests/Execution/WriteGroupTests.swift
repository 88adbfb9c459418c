import Database
import Glibc
import GRDB
import Platform
import Testing
import Workflows

@Suite("Writes that wait for each other")
struct WriteGroupTests {
    private struct Refusal: Error, Equatable { var number: Int }

    private static func insert(_ number: Int, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO wb_flow_results (key, chain, outputs, files, flow_run, task, made_at)
                VALUES (?, '', '{}', '{}', '', '', 0)
                """,
            arguments: ["\(number)"]
        )
    }

    /// Calls `body` on a thread of its own for each number, while a write keeps them waiting.
    private func concurrently(
        _ database: DatabaseFile,
        _ count: Int,
        _ body: @escaping @Sendable (Int) -> Void
    ) throws {
        let started = Guarded(0)
        var threads: [ServiceThread] = []
        try database.write { _, _ in
            for number in 0..<count {
                threads.append(
                    try ServiceThread(name: "writer") {
                        started.withLock { $0 += 1 }
                        body(number)
                    }
                )
            }
            started.wait { $0 == count ? () : nil }
        }
        for thread in threads { thread.join() }
    }

    @Test(
        "Each is all or nothing by itself, and gets its own result or error",
        arguments: [false, true]
    )
    func isolated(isRepeatable: Bool) throws {
        let flows = try TestFlows()
        let database = flows.database
        let returned = Guarded<Set<Int>>([])
        let refused = Guarded<Set<Int>>([])
        let calls = Guarded(0)
        try concurrently(database, 60) { number in
            do {
                let result = try database.writeTogether(isRepeatable: isRepeatable) {
                    db,
                    changes in
                    calls.withLock { $0 += 1 }
                    changes.note(.flowRun, "\(number)")
                    try Self.insert(number, db)
                    if number % 3 == 0 { throw Refusal(number: number) }
                    return number
                }
                returned.withLock { _ = $0.insert(result) }
            } catch let error as Refusal {
                refused.withLock { _ = $0.insert(error.number) }
            } catch {}
        }
        #expect(calls.withLock { $0 } == 60 || isRepeatable)
        let made = Set((0..<60).filter { $0 % 3 != 0 })
        #expect(returned.withLock { $0 } == made)
        #expect(refused.withLock { $0 } == Set((0..<60).filter { $0 % 3 == 0 }))
        let stored = try database.read {
            try String.fetchSet($0, sql: "SELECT key FROM wb_flow_results")
        }
        #expect(stored == Set(made.map(String.init)))
        let noted = try database.read {
            try String.fetchSet($0, sql: "SELECT item FROM wb_changes")
        }
        #expect(noted == stored)
    }

    @Test("One that records no change is refused alone", arguments: [false, true])
    func unrecorded(isRepeatable: Bool) throws {
        let flows = try TestFlows()
        let database = flows.database
        let failed = Guarded<Set<Int>>([])
        try concurrently(database, 8) { number in
            do {
                try database.writeTogether(isRepeatable: isRepeatable) { db, changes in
                    if number != 5 { changes.note(.flowRun, "\(number)") }
                    try Self.insert(number, db)
                }
            } catch { failed.withLock { _ = $0.insert(number) } }
        }
        #expect(failed.withLock { $0 } == [5])
        let count = try database.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM wb_flow_results")
        }
        #expect(count == 7)
    }

    @Test(
        "What one has changed before its error is not held against those that change nothing",
        arguments: [false, true]
    )
    func undone(isRepeatable: Bool) throws {
        let flows = try TestFlows()
        let database = flows.database
        let before = try database.changeCursor()
        let returned = Guarded<Set<Int>>([])
        try concurrently(database, 8) { number in
            let result = try? database.writeTogether(isRepeatable: isRepeatable) { db, changes in
                if number % 2 == 1 { return number }
                changes.note(.flowRun, "\(number)")
                if number == 0 { return number }
                try Self.insert(number, db)
                throw Refusal(number: number)
            }
            if let result { returned.withLock { _ = $0.insert(result) } }
        }
        #expect(returned.withLock { $0 } == [0, 1, 3, 5, 7])
        #expect(try database.changes(after: before).changes == [])
    }

    private static func open(_ flows: TestFlows, patience: Double) throws -> DatabaseFile {
        try DatabaseFile(
            path: flows.database.path,
            configuration: DatabaseFile.Configuration(patience: patience),
            migrations: Migration.list([.changeFeed, .workflows])
        )
    }

    @Test("A write waits for as many others as there were at once")
    func gathering() throws {
        let flows = try TestFlows()
        let database = try Self.open(flows, patience: 10)
        let commits = Guarded(0)
        database.onCommit { commits.withLock { $0 += 1 } }
        @Sendable func write(_ number: Int) throws {
            try database.writeTogether { db, changes in
                changes.note(.flowRun, "\(number)")
                try Self.insert(number, db)
            }
        }
        var threads: [ServiceThread] = []
        try database.write { _, _ in
            for number in 0..<6 {
                threads.append(try ServiceThread(name: "writer") { try? write(number) })
            }
            while database.writesAtOnce < 6 { sched_yield() }
        }
        // The first is made alone; the others expect a sixth.
        while database.writesAtOnce == 6 { sched_yield() }
        try write(6)
        for thread in threads { thread.join() }
        #expect(commits.withLock { $0 } == 2)
        #expect(database.writesAtOnce == 0)
        let count = try database.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM wb_flow_results")
        }
        #expect(count == 7)
    }

    @Test("A write waits for no others if there were none")
    func alone() throws {
        let flows = try TestFlows()
        // The test would not end.
        let database = try Self.open(flows, patience: 1e6)
        for number in 0..<3 {
            try database.writeTogether { db, changes in
                changes.note(.flowRun, "\(number)")
                try Self.insert(number, db)
            }
        }
        #expect(database.writesAtOnce == 0)
    }

    @Test("Within a write it joins that; after the file is closed it throws")
    func joinsAndCloses() throws {
        let flows = try TestFlows()
        let database = flows.database
        #expect(throws: Refusal(number: 1)) {
            try database.write { _, changes in
                changes.note(.flowRun, "a")
                try database.writeTogether { db, changes in
                    changes.note(.flowRun, "a")
                    try Self.insert(1, db)
                }
                throw Refusal(number: 1)
            }
        }
        let count = try database.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM wb_flow_results")
        }
        #expect(count == 0)
        try database.close()
        #expect(throws: StoreError.self) {
            try database.writeTogether { db, _ in try Self.insert(2, db) }
        }
    }
}
