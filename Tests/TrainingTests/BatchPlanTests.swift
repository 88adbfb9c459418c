import Testing
import Training

@Suite struct BatchPlanTests {
    private func configuration(
        _ change: (inout TrainingConfiguration) -> Void
    ) -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        configuration.batchSize = 2
        configuration.sequenceLength = 16
        change(&configuration)
        return configuration
    }

    private func batches(_ plan: BatchPlan) -> [[[Int]]] {
        (0..<plan.totalSteps).map { plan.step($0).microbatches }
    }

    @Test func takesRowsInOrderAndWrapsWithoutShufflingAndPacking() {
        let configuration = configuration {
            $0.isPacked = false
            $0.isShuffled = false
            $0.steps = 4
        }
        let plan = BatchPlan(lengths: [5, 6, 7], configuration: configuration)
        #expect(batches(plan) == [[[0, 1]], [[2, 0]], [[1, 2]], [[0, 1]]])
        #expect(plan.tokenCapacity == 13)
    }

    @Test func anEpochRunSeesEveryExampleOnceAnEpoch() {
        for isPacked in [true, false] {
            let configuration = configuration {
                $0.isPacked = isPacked
                $0.epochs = 3
                $0.gradientAccumulation = 2
            }
            let lengths = (0..<23).map { 2 + $0 % 9 }
            let plan = BatchPlan(lengths: lengths, configuration: configuration)
            let seen = batches(plan).flatMap { $0.flatMap { $0 } }
            #expect(seen.count == 69)
            #expect(Set(seen.prefix(23)) == Set(0..<23))
            for example in 0..<23 { #expect(seen.count { $0 == example } == 3) }
            #expect(plan.step(plan.totalSteps - 1).epoch == 3)
            #expect(plan.expectedTokens == 3 * lengths.reduce(0, +))
        }
    }

    @Test func packsWithoutCuttingOrOverfilling() {
        let configuration = configuration {
            $0.batchSize = 1
            $0.isShuffled = false
            $0.epochs = 1
        }
        let plan = BatchPlan(lengths: [10, 9, 6, 7, 16, 2], configuration: configuration)
        #expect(batches(plan) == [[[0, 2]], [[1, 3]], [[4]], [[5]]])
    }

    @Test func packsStayWithinTheRowLength() {
        let configuration = configuration {
            $0.batchSize = 1
            $0.epochs = 1
            $0.sequenceLength = 40
        }
        let lengths = (0..<500).map { 2 + ($0 * 7919) % 39 }
        let plan = BatchPlan(lengths: lengths, configuration: configuration)
        let rows = batches(plan).flatMap { $0 }
        for row in rows { #expect(row.reduce(0) { $0 + lengths[$1] } <= 40) }
        #expect(Set(rows.joined()) == Set(0..<500))
        let filled = Double(lengths.reduce(0, +)) / Double(rows.count * 40)
        #expect(filled > 0.99)
    }

    @Test func stepsDoNotDependOnTheOrderOfCalls() {
        let configuration = configuration { $0.steps = 30 }
        let lengths = (0..<17).map { 3 + $0 % 5 }
        let forward = batches(BatchPlan(lengths: lengths, configuration: configuration))
        let plan = BatchPlan(lengths: lengths, configuration: configuration)
        for step in (0..<30).reversed() {
            #expect(plan.step(step).microbatches == forward[step])
        }
    }

    @Test func shufflesByTheSeedAndTheEpoch() {
        func order(seed: UInt64, epoch: Int) -> [Int] {
            let configuration = configuration {
                $0.isPacked = false
                $0.seed = seed
                $0.batchSize = 50
                $0.epochs = 2
            }
            let plan = BatchPlan(
                lengths: [Int](repeating: 4, count: 50),
                configuration: configuration
            )
            return plan.step(epoch).microbatches[0]
        }
        #expect(order(seed: 1, epoch: 0) == order(seed: 1, epoch: 0))
        #expect(order(seed: 1, epoch: 0) != order(seed: 1, epoch: 1))
        #expect(order(seed: 1, epoch: 0) != order(seed: 2, epoch: 0))
    }
}
