import Testing
import Workflows

@Suite struct StateTests {
    @Test func theRetryDelayGrowsUpToItsLimit() {
        let delay = RetryDelay.growing(first: 10, factor: 2, max: 60, jitter: 0)
        #expect((1...5).map { delay.seconds(before: $0, random: 0.5) } == [10, 20, 40, 60, 60])
    }
}
