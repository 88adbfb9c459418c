import Foundation
import Platform
import Synchronization
import Testing
import Workflows

@Suite struct ScheduleLockTests {
    /// Starts an executor on a world; returns after its first evaluation or attempt.
    private func start(
        _ executor: ExclusiveWorker,
        _ world: ScheduleWorld
    ) throws -> Guarded<Int> {
        let made = Guarded(0)
        try executor.start {
            made.withLock { $0 += 1 }
            return world.loop()
        }
        return made
    }

    private var lock: String {
        "\(FileManager.default.temporaryDirectory.path())/scheduler-\(UUID().uuidString)"
    }

    @Test func oneOfTwoExecutorsHoldsTheLockAndTheOtherTakesItOver() throws {
        let lock = self.lock
        let world = try ScheduleWorld(hourly())
        try world.switchOn()
        world.advance(hours: 1)
        let (first, second) = (
            ExclusiveWorker(name: "test", lock: lock), ExclusiveWorker(name: "test", lock: lock)
        )
        _ = try start(first, world)
        wait { OwnerLock.holder(of: lock) == getpid() }
        wait { world.hours == [1] }
        let attempts = try start(second, world)
        wait { attempts.withLock { $0 } == 1 }
        first.stop()
        second.wake()
        wait { OwnerLock.holder(of: lock) == getpid() }
        second.stop()
        #expect(OwnerLock.holder(of: lock) == nil)
        #expect(world.hours == [1])
    }

    @Test func withoutAScheduleThatIsOnThereIsNoLockUntilOneIsSwitchedOn() throws {
        let lock = self.lock
        let world = try ScheduleWorld(hourly())
        let executor = ExclusiveWorker(name: "test", lock: lock)
        let made = try start(executor, world)
        wait { made.withLock { $0 } == 1 }
        #expect(OwnerLock.holder(of: lock) == nil)
        try world.switchOn()
        executor.wake()
        wait { OwnerLock.holder(of: lock) == getpid() }
        executor.stop()
    }

    /// Waits for a state of other threads, at most ten seconds.
    private func wait(
        at location: SourceLocation = #_sourceLocation,
        for condition: () -> Bool
    ) {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(10)
        while !condition(), clock.now < deadline { Thread.sleep(forTimeInterval: 0.002) }
        #expect(condition(), sourceLocation: location)
    }
}
