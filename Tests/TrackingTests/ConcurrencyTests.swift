import Database
import Dispatch
import Synchronization
import Testing
import TestStores
import Tracking

@Suite struct ConcurrencyTests {
    let folder = TemporaryFolder()

    @Test func storesThatAreOpenedAtOnceMakeOneDatabase() throws {
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            do {
                #expect(try folder.open().experiments().count == 1)
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
    }

    @Test func writersOnSeveralConnectionsWaitForEachOther() throws {
        let (writers, steps) = (4, 100)
        let failures = Mutex<[String]>([])
        let runs = try (0..<writers).map { _ in try folder.open().createRun(NewRun()).id }
        DispatchQueue.concurrentPerform(iterations: writers) { writer in
            do {
                let store = try folder.open()
                for step in 0..<steps {
                    let metric = Metric("loss", Double(step), timestamp: step, step: step)
                    try store.log(Batch(metrics: [metric]), run: runs[writer])
                    try store.addRequest(.checkpoint, run: runs[writer])
                }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
        let store = try folder.open()
        for run in runs {
            #expect(try store.metricHistory("loss", run: run).map(\.step) == Array(0..<steps))
            #expect(try store.openRequests(run: run).count == steps)
        }
    }

    @Test func aReaderSeesEachPointOnceAndInOrderWhileOthersWrite() throws {
        let (writers, steps) = (3, 100)
        let store = try folder.open()
        let runs = try (0..<writers).map { _ in try store.createRun(NewRun()).id }
        let seen = Mutex<[LoggedMetric]>([])
        let failures = Mutex<[String]>([])
        let isWritten = Atomic(0)
        let reading = try folder.open()
        let start = try reading.database.changeCursor()
        DispatchQueue.concurrentPerform(iterations: writers + 1) { worker in
            do {
                let store = worker == writers ? reading : try folder.open()
                guard worker == writers else {
                    defer { isWritten.add(1, ordering: .releasing) }
                    for step in 0..<steps {
                        let metric = Metric("loss", 1, timestamp: step, step: step)
                        try store.log(Batch(metrics: [metric]), run: runs[worker])
                    }
                    return
                }
                var cursor = start
                while true {
                    let isLast = isWritten.load(ordering: .acquiring) == writers
                    let batch = try store.database.changes(after: cursor)
                    // A writer that restarts the log looks like a commit without an entry.
                    #expect(!batch.isIncomplete || batch.cursor.change == cursor.change)
                    cursor = batch.cursor
                    for change in batch.changes {
                        let metrics = try change.rows.map(store.metrics)
                        seen.withLock { $0 += metrics ?? [] }
                    }
                    if isLast { break }
                }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
        let entries = seen.withLock { $0 }
        #expect(entries.count == writers * steps)
        for run in runs {
            #expect(entries.filter { $0.run == run }.map(\.point.step) == Array(0..<steps))
        }
    }

    @Test func clientsWriteTogetherAndEachGetsItsOwnResult() throws {
        let (clients, batches) = (8, 30)
        let store = try folder.open()
        let runs = try (0..<clients).map { _ in try store.createRun(NewRun()).id }
        let wrong = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: clients) { client in
            for step in 0..<batches {
                // Each third batch changes a parameter, which is refused.
                let isRefused = step % 3 == 2
                let batch = Batch(
                    metrics: [Metric("m", 1, timestamp: step, step: step)],
                    params: [Param("p", isRefused ? "\(step)" : "x")]
                )
                let code = trackingCode { try store.log(batch, run: runs[client], by: .client) }
                // It is there as soon as the call returns.
                let found = try? store.run(runs[client], details: .metrics).metrics["m"]?.step
                let last = isRefused ? step - 1 : step
                if code != (isRefused ? .invalidValue : nil) || found != last {
                    wrong.withLock { $0.append("client \(client), step \(step)") }
                }
            }
        }
        #expect(wrong.withLock { $0 } == [])
        for run in runs {
            let steps = try store.metricHistory("m", run: run).map(\.step)
            #expect(steps == (0..<batches).filter { $0 % 3 != 2 })
        }
    }
}
