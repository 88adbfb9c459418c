import Testing
import Training

@Suite struct LearningRateScheduleTests {
    /// The rates of `transformers.get_scheduler` for 2 steps of warm-up and 10 in total.
    @Test(arguments: [
        (LearningRateSchedule.Kind.constant, [0, 0.5, 1, 1, 1, 1, 1, 1, 1, 1]),
        (.linear, [0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]),
        (
            .cosine,
            [
                0, 0.5, 1, 0.9619397662556434, 0.8535533905932737, 0.6913417161825449, 0.5,
                0.3086582838174551, 0.14644660940672627, 0.03806023374435663,
            ]
        ),
    ])
    func risesThenFollowsItsCurve(kind: LearningRateSchedule.Kind, expected: [Double]) {
        let schedule = LearningRateSchedule(kind: kind, peak: 2e-4, warmupSteps: 2, totalSteps: 10)
        for (step, factor) in expected.enumerated() {
            #expect(abs(schedule.rate(at: step) - 2e-4 * factor) < 1e-18)
        }
    }

    @Test func startsAtThePeakWithoutWarmup() {
        for kind in LearningRateSchedule.Kind.allCases {
            let schedule = LearningRateSchedule(
                kind: kind,
                peak: 1e-3,
                warmupSteps: 0,
                totalSteps: 5
            )
            #expect(schedule.rate(at: 0) == 1e-3)
        }
    }

    @Test func staysFiniteWhereTheWarmupFillsTheRun() {
        let schedule = LearningRateSchedule(kind: .cosine, peak: 1, warmupSteps: 3, totalSteps: 3)
        #expect((0..<3).map(schedule.rate(at:)) == [0, 1.0 / 3, 2.0 / 3])
        #expect(schedule.rate(at: 3) == 1)
    }
}

@Suite struct MinimumLearningRateTests {
    @Test(arguments: [LearningRateSchedule.Kind.cosine, .linear, .polynomial])
    func theRateFallsToTheMinimum(kind: LearningRateSchedule.Kind) {
        let schedule = LearningRateSchedule(
            kind: kind,
            peak: 1e-3,
            warmupSteps: 2,
            totalSteps: 12,
            minimum: 1e-4
        )
        #expect(schedule.rate(at: 0) == 0)
        #expect(schedule.rate(at: 2) == 1e-3)
        #expect(abs(schedule.rate(at: 7) - 5.5e-4) < 1e-18)
        #expect(abs(schedule.rate(at: 12) - 1e-4) < 1e-18)
    }
}
