import Platform
import Synchronization
import Testing
import Workflows

@Suite struct ScheduleLoopTests {
    @Test func aScheduleFiresOnceItIsOnAndNeverForThePast() throws {
        let world = try ScheduleWorld(hourly { $0.parameters = ["epochs": "2"] })
        let loop = world.loop()
        #expect(try loop.evaluate() == nil)
        try world.run(loop, hours: 2)
        #expect(world.hours == [])
        try world.switchOn()
        try world.run(loop, hours: 2)
        #expect(world.hours == [3, 4])
        #expect(world.values.withLock { $0.runs[0].parameters } == ["epochs": "2"])
        try world.store.switchOff("schedule", of: ScheduleWorld.path)
        try world.run(loop, hours: 2)
        #expect(world.hours == [3, 4])
    }

    @Test func theWaitEndsAtTheNextInstant() throws {
        let world = try ScheduleWorld(hourly())
        try world.switchOn()
        let loop = world.loop()
        #expect(try loop.evaluate() == 20)
        world.advance(minutes: 59.75)
        #expect(try loop.evaluate() == 15)
    }

    @Test func noInstantFiresTwiceWithTwoExecutorsAndAClockSetBack() throws {
        let world = try ScheduleWorld(hourly())
        try world.switchOn()
        let (first, second) = (world.loop(), world.loop())
        for hour in 1...6 {
            world.advance(hours: 1)
            _ = try first.evaluate()
            _ = try second.evaluate()
            if hour == 3 {
                world.advance(hours: -2, setting: true)
                _ = try second.evaluate()
                _ = try first.evaluate()
            }
        }
        // The hours 2 and 3 passed twice.
        #expect(world.hours == [1, 2, 3, 4])
        _ = try world.loop().evaluate()
        #expect(world.hours == [1, 2, 3, 4])
    }

    @Test func aClockSetForwardFiresTheLastInstantAlone() throws {
        let world = try ScheduleWorld(hourly(catchup: 100 * 3600))
        try world.switchOn()
        let loop = world.loop()
        try world.run(loop, hours: 1)
        world.advance(hours: 10.5, setting: true)
        _ = try loop.evaluate()
        #expect(world.hours == [1, 11])
        #expect(
            world.values.withLock { $0.reports }
                .contains(.missed(path: ScheduleWorld.path, schedule: "schedule"))
        )
    }

    @Test func aDowntimeIsCaughtUpWithinTheWindow() throws {
        let world = try ScheduleWorld(hourly(catchup: 2 * 3600))
        try world.switchOn()
        try world.run(world.loop(), hours: 1)
        world.advance(hours: 10.5)
        let later = world.loop()
        _ = try later.evaluate()
        #expect(world.hours == [1, 10, 11])
        // The machine sleeps: the loop is the same, and time went on.
        world.advance(hours: 20)
        _ = try later.evaluate()
        #expect(world.hours == [1, 10, 11, 30, 31])
    }

    @Test(arguments: [
        (FlowSchedule.Overlap.skip, [1.0, 12]), (.cancelOther, [1, 12]),
        (.terminateOther, [1, 12]),
        (.bufferOne, [1, 10, 11]), (.bufferAll, [1, 10, 11, 12]), (.allow, [1, 10, 11, 12]),
    ])
    func whatIsDueAtOnceAfterADowntimeFollowsThePolicy(
        _ overlap: FlowSchedule.Overlap,
        _ hours: [Double]
    ) throws {
        let world = try ScheduleWorld(hourly(overlap, catchup: 3 * 3600))
        try world.switchOn()
        try world.run(world.loop(), hours: 1)
        world.end()
        world.advance(hours: 11.5)
        // Flow runs that end at once are no reason to start all of them.
        world.values.withLock { $0.endsAtOnce = true }
        let loop = world.loop()
        for _ in 0..<3 { _ = try loop.evaluate() }
        #expect(world.hours == hours)
        #expect(world.values.withLock { $0.ended } == [])
    }

    @Test func anEditedScheduleDoesNotFireForTimesBefore() throws {
        let world = try ScheduleWorld(
            hourly(catchup: 24 * 3600) { $0.trigger = .cron("0 2 * * *") }
        )
        try world.switchOn()
        let loop = world.loop()
        try world.run(loop, hours: 12)
        world.values.withLock { $0.schedules[0].trigger = .cron("0 10,13 * * *") }
        // Another process begins, which has not seen the file before.
        let second = world.loop()
        try world.run(second, hours: 2)
        #expect(world.hours == [2, 13])
    }

    @Test func aFileThatIsInvalidForAWhileMissesItsTimes() throws {
        let world = try ScheduleWorld(hourly(catchup: 24 * 3600))
        try world.switchOn()
        let loop = world.loop()
        try world.run(loop, hours: 1)
        world.values.withLock { $0.fault = FlowError(.invalidFile, "3:1: no.") }
        try world.run(loop, hours: 3)
        let unusable = ScheduleReport.unusable(
            path: ScheduleWorld.path,
            schedule: "schedule",
            reason: "3:1: no."
        )
        #expect(world.values.withLock { $0.reports.count { $0 == unusable } } == 1)
        world.values.withLock { $0.fault = nil }
        try world.run(loop, hours: 1)
        #expect(world.hours == [1, 5])
    }

    @Test(arguments: [
        (FlowSchedule.Overlap.skip, [1.0], [4.0]), (.bufferOne, [1], [2, 4]),
        (.bufferAll, [1], [2, 3]), (.allow, [1, 2, 3], [4]),
    ])
    func whatIsDueBesideALiveRunFollowsThePolicy(
        _ overlap: FlowSchedule.Overlap,
        _ atOnce: [Double],
        _ later: [Double]
    ) throws {
        let world = try ScheduleWorld(hourly(overlap))
        try world.switchOn()
        let loop = world.loop()
        try world.run(loop, hours: 3.5)
        #expect(world.hours == atOnce)
        for _ in 0..<2 {
            world.end()
            _ = try loop.evaluate()
        }
        world.end()
        if world.hours.count < atOnce.count + later.count { try world.run(loop, hours: 0.5) }
        #expect(world.hours == atOnce + later)
    }

    @Test func cancelOtherEndsTheLiveRunAndStartsAfterIt() throws {
        for (overlap, verb) in [
            (FlowSchedule.Overlap.cancelOther, "cancel"), (.terminateOther, "kill"),
        ] {
            let world = try ScheduleWorld(hourly(overlap))
            try world.switchOn()
            let loop = world.loop()
            try world.run(loop, hours: 2.5)
            #expect(world.hours == [1])
            let first = world.values.withLock { $0.runs[0].id }
            #expect(world.values.withLock { $0.ended } == ["\(verb) \(first)"])
            // It takes its time, and the next one replaces the one that waits.
            try world.run(loop, hours: 1)
            world.end(.cancelled)
            _ = try loop.evaluate()
            #expect(world.hours == [1, 3])
        }
    }

    @Test func aBufferedFiringSurvivesTheProcess() throws {
        let world = try ScheduleWorld(hourly(.bufferOne))
        try world.switchOn()
        try world.run(world.loop(), hours: 2)
        #expect(world.hours == [1])
        world.end()
        world.advance(hours: 5)
        _ = try world.loop().evaluate()
        #expect(world.hours == [1, 2])
    }

    @Test func aFiringThatWasClaimedIsStartedOnceByTheNextProcess() throws {
        let world = try ScheduleWorld(hourly(catchup: 3600))
        try world.switchOn()
        let instant = ScheduleWorld.start + 3_600_000
        let claimed = Firing(
            id: Firing.id(of: ScheduleWorld.path, schedule: "schedule", at: instant),
            path: ScheduleWorld.path,
            schedule: "schedule",
            instant: instant,
            overlap: .allow
        )
        world.advance(hours: 1)
        let record = try #require(try world.store.schedule("schedule", of: ScheduleWorld.path))
        #expect(try world.store.record(due: [claimed], of: record) == [claimed])
        // The flow run was added, and the process ended before it could note that.
        world.values.withLock {
            $0.runs = [.init(id: claimed.id, schedule: "schedule", instant: instant)]
        }
        world.advance(minutes: 1)
        _ = try world.loop().evaluate()
        #expect(world.hours == [1])
        #expect(try world.store.firings(in: [.started]).map(\.id) == [claimed.id])
    }

    @Test func aFailurePausesTheScheduleThatAsksForIt() throws {
        let world = try ScheduleWorld(hourly { $0.pausesOnFailure = true })
        try world.switchOn()
        let loop = world.loop()
        try world.run(loop, hours: 1)
        world.end(.failed)
        try world.run(loop, hours: 2)
        #expect(world.hours == [1])
        let record = try #require(try world.store.schedule("schedule", of: ScheduleWorld.path))
        #expect(!record.isOn)
        #expect(record.reason?.hasSuffix("failed.") == true)
        try world.switchOn()
        try world.run(loop, hours: 1)
        #expect(world.hours == [1, 4])
    }

    @Test func aStartThatFailsIsNotedAndTheNextOneIsTried() throws {
        let world = try ScheduleWorld(hourly())
        try world.switchOn()
        let loop = world.loop()
        world.values.withLock { $0.startFault = FlowError(.invalid, "epochs is required.") }
        try world.run(loop, hours: 1)
        let record = try #require(try world.store.schedule("schedule", of: ScheduleWorld.path))
        #expect(record.isOn && record.problem == "epochs is required.")
        world.values.withLock { $0.startFault = nil }
        try world.run(loop, hours: 1)
        #expect(world.hours == [2])
        #expect(try world.store.schedule("schedule", of: ScheduleWorld.path)?.problem == nil)
    }

    @Test func anErrorOfTheStoreLosesNoTime() throws {
        let world = try ScheduleWorld(hourly(catchup: 0))
        try world.switchOn()
        let loop = world.loop()
        try world.run(loop, hours: 1)
        world.values.withLock { $0.liveFault = FlowError(.failed, "The disk is full.") }
        for _ in 0..<130 {
            world.advance(minutes: 1)
            _ = try? loop.evaluate()
        }
        #expect(world.hours == [1])
        world.values.withLock { $0.liveFault = nil }
        world.advance(minutes: 1)
        _ = try loop.evaluate()
        #expect(world.hours == [1, 2, 3])
    }

    @Test func aDatasetFiresOncePerContent() throws {
        let world = try ScheduleWorld(hourly { $0.trigger = .dataset("faq") })
        world.values.withLock { $0.digests["faq"] = "a" }
        try world.switchOn()
        let loop = world.loop()
        for digest in ["a", "b", "b", "a", "b", nil, "c"] as [String?] {
            world.values.withLock { $0.digests["faq"] = digest }
            try world.run(loop, hours: 0.1)
        }
        // `a` was there when it was switched on; later it is a content like any other.
        #expect(world.hours.count == 3)
    }

    @Test func aBackfillRunsItsInstantsOneAfterAnother() throws {
        let world = try ScheduleWorld(hourly(.skip))
        let schedule = hourly(.skip)
        func backfill(
            _ first: Int,
            _ last: Int,
            isTrial: Bool = false
        ) throws -> (new: [Firing], existing: Int) {
            try world.store.backfill(
                schedule,
                of: ScheduleWorld.path,
                from: ScheduleWorld.start - first * 3_600_000,
                through: ScheduleWorld.start - last * 3_600_000,
                isTrial: isTrial
            )
        }
        #expect(try backfill(3, 1, isTrial: true).new.count == 3)
        #expect(try backfill(3, 1).new.count == 3)
        let trial = try backfill(4, 2, isTrial: true)
        #expect(trial.new.count == 1 && trial.existing == 2)
        let again = try backfill(4, 2)
        #expect(again.new.count == 1 && again.existing == 2)
        let loop = world.loop()
        for _ in 0..<6 {
            _ = try loop.evaluate()
            #expect(world.values.withLock { $0.runs.count { !$0.state.isTerminal } } <= 1)
            world.end()
        }
        #expect(world.hours == [-4, -3, -2, -1])
        #expect(try loop.evaluate() == nil)
        #expect(throws: FlowError.self) { try backfill(1, 2) }
        #expect(throws: FlowError.self) { try backfill(1001, 0) }
        #expect(try backfill(1000, 1).new.count == 996)
    }

    @Test func rowsAreFewAndPrunedInstantsStayFired() throws {
        let world = try ScheduleWorld(hourly { $0.trigger = .cron("* * * * *") })
        try world.switchOn()
        let record = try #require(try world.store.schedule("schedule", of: ScheduleWorld.path))
        func firing(_ minute: Int) -> Firing {
            let instant = ScheduleWorld.start + minute * 60_000
            return Firing(
                id: Firing.id(of: ScheduleWorld.path, schedule: "schedule", at: instant),
                path: ScheduleWorld.path,
                schedule: "schedule",
                instant: instant,
                state: .ended
            )
        }
        #expect(try world.store.record(due: (1...6_000).map(firing), of: record).count == 6_000)
        let kept = try world.store.firings(
            of: ScheduleWorld.path,
            schedule: "schedule",
            limit: 10_000
        )
        #expect(kept.count == 5_000)
        #expect(try world.store.record(due: (900...1_010).map(firing), of: record).isEmpty)
    }
}
