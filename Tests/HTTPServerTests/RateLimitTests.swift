import HTTPServer
import Testing

@Suite struct RateLimitTests {
    @Test func whoCallsTooOftenIsHeldBackAloneAndForAShortTime() {
        let limit = RateLimit(callsPerSecond: 10)
        let start = ContinuousClock.now
        for _ in 0..<50 { #expect(limit.admits("ann", at: start)) }
        #expect(!limit.admits("ann", at: start))
        #expect(limit.admits("bob", at: start))
        // A tenth of a second earns one call.
        #expect(limit.admits("ann", at: start + .milliseconds(101)))
        #expect(!limit.admits("ann", at: start + .milliseconds(102)))
        // Rest earns no more than what may come at once.
        for _ in 0..<50 { #expect(limit.admits("ann", at: start + .seconds(3600))) }
        #expect(!limit.admits("ann", at: start + .seconds(3600)))
    }
}
