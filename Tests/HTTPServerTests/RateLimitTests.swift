import HTTPServer
import Testing

@Suite struct RateLimitTests {
    @Test func onlyAClientThatCallsTooOftenIsDelayedForAShortTime() {
        let limit = RateLimit(callsPerSecond: 10)
        let start = ContinuousClock.now
        for _ in 0..<50 { #expect(limit.admits("ann", at: start)) }
        #expect(!limit.admits("ann", at: start))
        #expect(limit.admits("bob", at: start))
        // A tenth of a second permits one call.
        #expect(limit.admits("ann", at: start + .milliseconds(101)))
        #expect(!limit.admits("ann", at: start + .milliseconds(102)))
        // Waiting permits no more than the burst.
        for _ in 0..<50 { #expect(limit.admits("ann", at: start + .seconds(3600))) }
        #expect(!limit.admits("ann", at: start + .seconds(3600)))
    }
}
