import Foundation
import Platform
import Synchronization
import Testing
import Workflows

/// What holds for any sequence of time, clock changes, restarts and ends of flow runs.
@Suite struct SchedulePropertyTests {
    /// SplitMix64.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private static let ends = [FlowState.completed, .failed, .cancelled]

    @Test(arguments: FlowSchedule.Overlap.allCases, 0..<2)
    func noInstantStartsTwiceAndThePolicyHolds(
        _ overlap: FlowSchedule.Overlap,
        _ seed: Int
    ) throws {
        var random = Random(state: UInt64(seed) &* 7919 &+ UInt64(overlap.rawValue.utf8.count))
        let catchup: Double = [0.0, 600.0, 36_000.0].randomElement(using: &random)!
        let world = try ScheduleWorld(
            hourly(overlap, catchup: catchup) { $0.trigger = .cron("*/20 * * * *") }
        )
        try world.switchOn()
        var loops = [world.loop(), world.loop()]
        for _ in 0..<80 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: world.advance(hours: Double.random(in: -3...3, using: &random), setting: true)
            case 1: world.advance(hours: Double.random(in: 0...5, using: &random))
            case 2: loops[Int.random(in: 0..<2, using: &random)] = world.loop()
            case 3, 4: world.end(Self.ends.randomElement(using: &random)!)
            default: world.advance(minutes: Double.random(in: 0...20, using: &random))
            }
            let order = Bool.random(using: &random) ? [0, 1] : [1, 0]
            for place in order { _ = try loops[place].evaluate() }
            try check(world, overlap)
        }
        // It still fires.
        world.end()
        let before = world.hours.count
        try world.run(loops[0], hours: 4)
        #expect(world.hours.count > before)
    }

    private func check(_ world: ScheduleWorld, _ overlap: FlowSchedule.Overlap) throws {
        let runs = world.values.withLock { $0.runs }
        #expect(Set(runs.map(\.instant)).count == runs.count)
        #expect(Set(runs.map(\.id)).count == runs.count)
        #expect(runs.allSatisfy { $0.instant % 1_200_000 == 0 })
        #expect(runs.allSatisfy { $0.instant > ScheduleWorld.start })
        if overlap != .allow { #expect(runs.count { !$0.state.isTerminal } <= 1) }
        let waiting = try world.store.firings(in: [.waiting]).count
        switch overlap {
        case .skip, .allow: #expect(waiting == 0)
        case .bufferOne, .cancelOther, .terminateOther: #expect(waiting <= 1)
        case .bufferAll: break
        }
        #expect(try world.store.firings(in: [.claimed]).isEmpty)
    }

    @Test func twoLoopsAtOnceStartEachInstantOnce() throws {
        let world = try ScheduleWorld(hourly { $0.trigger = .cron("* * * * *") })
        try world.switchOn()
        let isDone = Mutex(false)
        let faults = Mutex<[String]>([])
        let threads = try (0..<2).map { _ in
            try ServiceThread(name: "test-loop") {
                let loop = world.loop()
                while !isDone.withLock({ $0 }) {
                    do {
                        _ = try loop.evaluate()
                    } catch {
                        faults.withLock { $0.append("\(error)") }
                    }
                }
            }
        }
        let loop = world.loop()
        for _ in 0..<20 {
            world.advance(minutes: 1)
            _ = try loop.evaluate()
        }
        isDone.withLock { $0 = true }
        for thread in threads { thread.join() }
        #expect(faults.withLock { $0 } == [])
        #expect(world.hours.map { Int(($0 * 60).rounded()) }.sorted() == Array(1...20))
        #expect(try world.store.firings(in: [.failed]).isEmpty)
    }
}
