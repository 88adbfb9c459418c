import Foundation
import Synchronization
import Tensors
import Testing

@Suite struct WorkerPoolTests {
    @Test(arguments: [1, 2, 3, 64], [WorkerPool.Sharing.oneByOne, .inRanges])
    func everyTileRunsOnce(threads: Int, sharing: WorkerPool.Sharing) {
        let pool = WorkerPool(threads: threads)
        for tiles in [0, 1, 2, 7, 1000] {
            let counts = Mutex([Int](repeating: 0, count: tiles))
            pool.run(tiles: tiles, priority: .interactive, sharing: sharing) { tile, worker in
                #expect(worker < threads)
                counts.withLock { $0[tile] += 1 }
            }
            #expect(counts.withLock { $0.allSatisfy { $0 == 1 } })
        }
    }

    @Test func aThreadReadsItsRangeInOrder() {
        let pool = WorkerPool(threads: 1)
        let order = Mutex<[Int]>([])
        pool.run(tiles: 9, priority: .interactive, sharing: .inRanges) { tile, _ in
            order.withLock { $0.append(tile) }
        }
        #expect(order.withLock { $0 } == Array(0..<9))
    }

    /// The first tile takes until all others have run, so another thread must take its range's rest.
    @Test func theRestOfASlowThreadsRangeIsTakenByOthers() {
        let pool = WorkerPool(threads: 2)
        for _ in 0..<100 {
            let isRest = DispatchSemaphore(value: 0)
            let left = Mutex(19)
            pool.run(tiles: 20, priority: .interactive, sharing: .inRanges) { tile, _ in
                if tile == 0 { return isRest.wait() }
                let isLast = left.withLock { left in
                    left -= 1
                    return left == 0
                }
                if isLast { isRest.signal() }
            }
            #expect(left.withLock { $0 } == 0)
        }
    }

    @Test func twoClientsShareAPool() {
        let pool = WorkerPool(threads: 2)
        let sums = Mutex([0, 0])
        DispatchQueue.concurrentPerform(iterations: 2) { client in
            for _ in 0..<200 {
                pool.run(tiles: 5, priority: client == 0 ? .background : .interactive) { tile, _ in
                    sums.withLock { $0[client] += tile }
                }
            }
        }
        #expect(sums.withLock { $0 } == [2000, 2000])
    }

    @Test func backgroundWorkWaitsWhileAnAnswerIsComputed() {
        let pool = WorkerPool(threads: 2)
        let order = Mutex<[String]>([])
        let isStarted = DispatchSemaphore(value: 0)
        let isDone = DispatchSemaphore(value: 0)
        pool.holdingBackgroundBack {
            Thread.detachNewThread {
                isStarted.signal()
                pool.run(tiles: 1, priority: .background) { _, _ in
                    order.withLock { $0.append("training") }
                }
                isDone.signal()
            }
            isStarted.wait()
            for _ in 0..<3 {
                pool.run(tiles: 4, priority: .interactive) { tile, _ in
                    if tile == 0 { order.withLock { $0.append("answer") } }
                }
            }
        }
        isDone.wait()
        #expect(order.withLock { $0 } == ["answer", "answer", "answer", "training"])
    }
}
