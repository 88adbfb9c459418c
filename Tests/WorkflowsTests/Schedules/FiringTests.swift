import Platform
import Testing
import Workflows

@Suite struct FiringTests {
    private static let hourly = try! Timetable(
        FlowSchedule(trigger: .interval(seconds: 3600, start: 0))
    )
    private static let hour = 3_600_000

    @Test func anIntervalIsCountedFromItsStart() throws {
        let timetable = try Timetable(
            FlowSchedule(trigger: .interval(seconds: 1.5, start: 10_000))
        )
        #expect(timetable.next(after: 0) == 10_000)
        #expect(timetable.next(after: 9_999) == 10_000)
        #expect(timetable.next(after: 10_000) == 11_500)
        #expect(timetable.next(after: 11_499) == 11_500)
    }

    @Test(arguments: [0, -1, 0.5, .infinity, .nan])
    func anIntervalBelowASecondIsRefused(_ seconds: Double) {
        #expect(throws: FlowError.self) {
            try Timetable(FlowSchedule(trigger: .interval(seconds: seconds, start: 0)))
        }
    }

    @Test func theNewestInstantsOfALongSpanAreKept() {
        let found = Self.hourly.instants(after: 0, through: 50 * Self.hour, limit: 7)
        #expect(found.instants == (44...50).map { $0 * Self.hour })
        #expect(found.isCut)
        let all = Self.hourly.instants(after: 0, through: 7 * Self.hour, limit: 7)
        #expect(all.instants.count == 7 && !all.isCut)
    }

    @Test func anIdFollowsFromPathNameAndInstantAlone() {
        let id = Firing.id(of: "/w/flows/a.yaml", schedule: "nightly", at: 1_700_000_000_000)
        #expect(id == "be5778d20504f90d41f1e24df63f826e")
        #expect(id != Firing.id(of: "/w/flows/a.yaml", schedule: "nightly", at: 1_700_000_000_001))
        #expect(
            Firing.id(of: "ab", schedule: "c", at: 1) != Firing.id(of: "a", schedule: "bc", at: 1)
        )
    }

    @Test(arguments: [
        // Continuous: everything since the last evaluation, however late.
        (DueInstants.Gap.none, 0, [7, 8, 9, 10], false),
        // After a downtime, what the window holds; an instant as old as the window is in it.
        (.downtime, 2, [8, 9, 10], true), (.downtime, 9, [7, 8, 9, 10], false),
        (.downtime, 0, [10], true),
        // After the clock was set, the last one at most.
        (.clockJump, 2, [10], true), (.clockJump, 0, [10], true),
    ])
    func whatIsDueDependsOnTheGap(
        _ gap: DueInstants.Gap,
        _ windowHours: Int,
        _ hours: [Int],
        _ hasMissed: Bool
    ) {
        let due = DueInstants(
            of: Self.hourly,
            after: 6 * Self.hour,
            now: 10 * Self.hour,
            catchup: windowHours * Self.hour,
            gap: gap
        )
        #expect(due.instants == hours.map { $0 * Self.hour })
        #expect(due.hasMissed == hasMissed)
    }

    @Test func nothingIsDueBeforeWhatWasEvaluated() {
        let due = DueInstants(
            of: Self.hourly,
            after: 10 * Self.hour,
            now: 5 * Self.hour,
            catchup: Self.hour,
            gap: .clockJump
        )
        #expect(due.instants.isEmpty && !due.hasMissed)
    }

    @Test func clocksThatDifferByMoreThanAMinuteHaveJumped() {
        let start = Moment(wall: 1_000_000, steady: 10)
        #expect(start.gap(since: nil, after: 0) == .downtime)
        #expect(Moment(wall: 1_020_000, steady: 30).gap(since: start, after: 20) == .none)
        #expect(Moment(wall: 1_079_000, steady: 30).gap(since: start, after: 20) == .none)
        #expect(Moment(wall: 1_082_000, steady: 30).gap(since: start, after: 20) == .clockJump)
        #expect(Moment(wall: 900_000, steady: 30).gap(since: start, after: 20) == .clockJump)
        #expect(Moment(wall: 1_090_000, steady: 100).gap(since: start, after: 20) == .downtime)
    }

    private typealias Decision = FlowSchedule.Overlap.Decision

    @Test func eachOverlapPolicyDecides() {
        for overlap in FlowSchedule.Overlap.allCases {
            #expect(overlap.decide(live: [], waiting: 0) == Decision(step: .start))
        }
        let live = ["aaaaaaaaaa", "bbbbbbbbbb"]
        #expect(FlowSchedule.Overlap.allow.decide(live: live, waiting: 3).step == .start)
        #expect(
            FlowSchedule.Overlap.skip.decide(live: live, waiting: 0).step
                == .drop("The flow run aaaaaaaa had not ended.")
        )
        #expect(FlowSchedule.Overlap.bufferOne.decide(live: live, waiting: 0).step == .wait)
        #expect(
            FlowSchedule.Overlap.bufferOne.decide(live: live, waiting: 1).step
                == .drop("Another one waited already.")
        )
        #expect(FlowSchedule.Overlap.bufferAll.decide(live: live, waiting: 9).step == .wait)
        // One that waits goes first.
        #expect(FlowSchedule.Overlap.bufferAll.decide(live: [], waiting: 1).step == .wait)
        #expect(
            FlowSchedule.Overlap.cancelOther.decide(live: live, waiting: 1)
                == ending(live, isAbrupt: false)
        )
        #expect(
            FlowSchedule.Overlap.terminateOther.decide(live: live, waiting: 1)
                == ending(live, isAbrupt: true)
        )
    }

    private func ending(_ runs: [String], isAbrupt: Bool) -> Decision {
        var decision = Decision(step: .wait)
        decision.ends = runs
        decision.isAbrupt = isAbrupt
        decision.replacesWaiting = true
        return decision
    }
}
