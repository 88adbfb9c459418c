import Platform
import Runs
import Synchronization
import Testing
import Training
import Transformer
import Workspace

@Suite struct ForecastTests {
    /// A workspace whose machine has the speed of a probe's reading.
    private static func opened<Result>(
        _ test: TestWorkspace,
        probe: Double = 0.001,
        _ body: (Workspace) throws -> Result
    ) throws -> Result {
        let speeds = SpeedBook(folder: "\(test.folder)/measured", probe: { _ in probe })
        return try test.opened({ $0.speeds = speeds }, body)
    }

    @Test func aTimeIsMeasuredOnceAndThenRememberedInEveryProcess() throws {
        try TestWorkspace.with { test in
            let request = test.request()
            let measured = try Self.opened(test) { workspace in
                let unknown = try workspace.runs.plan(request, isMeasured: false)
                #expect(unknown.seconds == nil && unknown.timeBasis == nil)
                #expect(unknown.memoryBytes > 0)
                let measured = try workspace.runs.plan(request)
                #expect(measured.timeBasis == .measured)
                return try #require(measured.seconds)
            }
            try Self.opened(test) { workspace in
                for isMeasured in [false, true] {
                    let plan = try workspace.runs.plan(request, isMeasured: isMeasured)
                    #expect(plan.timeBasis == .remembered)
                    #expect(plan.seconds == measured)
                }
                var longer = request
                longer.steps = 12
                longer.learningRate = 1e-4
                let plan = try workspace.runs.plan(longer, isMeasured: false)
                #expect(plan.timeBasis == .remembered, "Only what changes a step's time counts.")
                #expect(try #require(plan.seconds) > measured)
            }
        }
    }

    @Test func anOptionThatChangesAStepIsScaledUntilItIsMeasured() throws {
        try TestWorkspace.with { test in
            try Self.opened(test) { workspace in
                let small = try #require(try workspace.runs.plan(test.request()).seconds)
                var request = test.request()
                request.rank = 16
                let scaled = try workspace.runs.plan(request, isMeasured: false)
                #expect(scaled.timeBasis == .scaled)
                #expect(try #require(scaled.seconds) > small)
                #expect(try workspace.runs.plan(request).timeBasis == .measured)
                request.precision = .exact
                let exact = try workspace.runs.plan(request, isMeasured: false)
                #expect(exact.seconds == nil, "Another arithmetic has no common scale.")
            }
        }
    }

    @Test func aSlowerMachineIsMeasuredAgain() throws {
        try TestWorkspace.with { test in
            let request = test.request()
            let before = try Self.opened(test) { try $0.runs.plan(request).seconds }
            try Self.opened(test, probe: 0.002) { workspace in
                let known = try workspace.runs.plan(request, isMeasured: false)
                #expect(known.timeBasis == .scaled)
                let (now, then) = (try #require(known.seconds), try #require(before))
                #expect(abs(now / then - 2) < 1e-6)
                #expect(try workspace.runs.plan(request).timeBasis == .measured)
                #expect(try workspace.runs.plan(request).timeBasis == .remembered)
            }
        }
    }
}
