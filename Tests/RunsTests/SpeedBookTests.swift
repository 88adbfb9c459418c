import Platform
import Runs
import Synchronization
import Tensors
import TestModels
import Testing
import Training

@Suite struct SpeedBookTests {
    /// A book whose probe reads what the test says.
    private final class Fixture: Sendable {
        let probe = Mutex(0.001)
        let folder: String
        let pool = WorkerPool(threads: 1)

        init(_ folder: String) { self.folder = folder }

        func book(processor: String = "A processor") -> SpeedBook {
            SpeedBook(folder: folder, processor: { processor }) { [self] _ in
                probe.withLock { $0 }
            }
        }

        func subject(_ change: (inout RunSpeed.Subject) -> Void = { _ in }) -> RunSpeed.Subject {
            var subject = RunSpeed.Subject(
                model: "m",
                data: "d",
                options: ["rank=16"],
                arithmetic: "fast"
            )
            change(&subject)
            return subject
        }

        let work = StepWork(training: 300, evaluation: 100, optimizer: 10)

        @discardableResult
        func measure(_ seconds: Double, _ subject: RunSpeed.Subject) -> RunSpeed? {
            book().measured(on: pool) {
                RunSpeed(
                    subject: subject,
                    work: work,
                    rate: TrainingForecast.Rate(
                        trainingSecondsPerToken: seconds,
                        evaluationSecondsPerToken: seconds / 4,
                        optimizerSecondsPerStep: seconds,
                        tokens: 512
                    ),
                    secondsPerAnswering: 1
                )
            }
        }

        func known(
            _ subject: RunSpeed.Subject,
            _ work: StepWork? = nil,
            isIdle: Bool = true
        ) -> (speed: RunSpeed, basis: TimeBasis)? {
            book().speed(of: subject, work ?? self.work, on: pool, isIdle: isIdle)
        }

        /// The correction after runs that took so many times the forecast.
        func corrected(by ratios: [Double]) throws -> RunSpeed {
            for ratio in ratios {
                book().learn(subject(), on: pool, forecast: 100, actual: 100 * ratio)
            }
            return try #require(known(subject())).speed
        }
    }

    private static func with(_ body: (Fixture) throws -> Void) throws {
        try TemporaryFolder.with { try body(Fixture($0)) }
    }

    @Test func aSpeedIsRememberedForTheSameWork() throws {
        try Self.with { test in
            #expect(test.known(test.subject()) == nil)
            test.measure(0.002, test.subject())
            let known = try #require(test.known(test.subject()))
            #expect(known.basis == .remembered)
            #expect(known.speed.rate.trainingSecondsPerToken == 0.002)
            #expect(known.speed.secondsPerAnswering == 1)
        }
    }

    @Test func otherWorkIsScaled() throws {
        try Self.with { test in
            test.measure(0.002, test.subject())
            let other = test.subject { $0.options = ["rank=64"] }
            let work = StepWork(training: 600, evaluation: 100, optimizer: 40)
            let known = try #require(test.known(other, work))
            #expect(known.basis == .scaled)
            #expect(known.speed.rate.trainingSecondsPerToken == 0.004)
            #expect(known.speed.rate.evaluationSecondsPerToken == 0.0005)
            #expect(known.speed.rate.optimizerSecondsPerStep == 0.008)
            // The same model tells more than another one whose work is more similar.
            test.measure(0.1, test.subject { $0.model = "other" })
            let nearest = test.known(other, work)?.speed.rate.trainingSecondsPerToken
            #expect(nearest == 0.004)
            #expect(test.known(test.subject { $0.arithmetic = "exact" }) == nil)
        }
    }

    @Test func aMachineWhoseSpeedHasChangedIsMeasuredAgain() throws {
        try Self.with { test in
            test.measure(0.002, test.subject())
            for (probe, seconds, basis) in [
                (0.0012, 0.002, TimeBasis.remembered), (0.0015, 0.003, .scaled),
                (0.0009, 0.002, .remembered), (0.0005, 0.001, .scaled),
            ] {
                test.probe.withLock { $0 = probe }
                let known = try #require(test.known(test.subject()))
                #expect(known.basis == basis)
                #expect(abs(known.speed.rate.trainingSecondsPerToken - seconds) < 1e-9)
            }
            // While this process computes, the probe says nothing.
            #expect(test.known(test.subject(), isIdle: false)?.basis == .remembered)
            test.measure(0.001, test.subject())
            #expect(test.known(test.subject())?.basis == .remembered)
        }
    }

    @Test func anotherMachineHasItsOwnSpeeds() throws {
        try Self.with { test in
            test.measure(0.002, test.subject())
            let (subject, work) = (test.subject(), test.work)
            let other = test.book(processor: "Another processor")
            #expect(other.speed(of: subject, work, on: test.pool, isIdle: true) == nil)
            let threads = WorkerPool(threads: 2)
            #expect(test.book().speed(of: subject, work, on: threads, isIdle: true) == nil)
        }
    }

    @Test func aDamagedFileIsMeasuredAgain() throws {
        try Self.with { test in
            test.measure(0.002, test.subject())
            let names = Files.names(in: test.folder)
            #expect(names.count == 1)
            let path = "\(test.folder)/\(names[0])"
            let bytes = try #require(try Files.read(path))
            try Files.write(bytes.dropLast(9), to: path)
            #expect(test.known(test.subject()) == nil)
            test.measure(0.002, test.subject())
            #expect(test.known(test.subject())?.basis == .remembered)
        }
    }

    @Test func aFolderThatCannotBeWrittenIsReportedOnce() throws {
        try Self.with { test in
            let book = test.book()
            try Files.write([1], to: "\(test.folder)/file")
            let broken = SpeedBook(folder: "\(test.folder)/file", probe: { _ in 0.001 })
            let speed = test.measure(0.002, test.subject())
            for _ in 0..<2 {
                let measured = broken.measured(on: test.pool) { speed }
                #expect(measured?.rate == speed?.rate, "It is used all the same.")
            }
            #expect(broken.takeUnwritableFolder() == "\(test.folder)/file")
            #expect(broken.takeUnwritableFolder() == nil)
            #expect(book.takeUnwritableFolder() == nil)
        }
    }

    @Test func runsCorrectTheForecast() throws {
        try Self.with { test in
            test.measure(0.002, test.subject())
            let first = try test.corrected(by: [1.21])
            #expect(abs(first.correction - 1.1) < 1e-9)
            #expect(test.known(test.subject())?.basis == .remembered)
            // What took a moment, and what is not known, changes nothing.
            test.book().learn(test.subject(), on: test.pool, forecast: 2, actual: 3)
            let unknown = test.subject { $0.model = "x" }
            test.book().learn(unknown, on: test.pool, forecast: 100, actual: 200)
            #expect(test.known(test.subject())?.speed == first)
            // It stays when the speed is measured again.
            let again = test.measure(0.003, test.subject())
            #expect(again?.correction == first.correction)
        }
    }

    @Test func aRunFarFromItsForecastIsMeasuredAgainAndASecondIsBelieved() throws {
        try Self.with { test in
            func correction(after ratios: Double...) throws -> Double {
                try test.corrected(by: ratios).correction
            }
            test.measure(0.002, test.subject())
            let first = try correction(after: 1.5)
            #expect(first == 1)
            #expect(test.known(test.subject())?.basis == .scaled)
            test.measure(0.002, test.subject())
            #expect(test.known(test.subject())?.basis == .remembered)
            let second = try correction(after: 1.5)
            #expect(second == 1.5)
            test.measure(0.002, test.subject())
            let third = try correction(after: 1, 0, .nan, .infinity)
            #expect(third == 1.5)
        }
    }

    @Test func theOldestSpeedsAreForgotten() throws {
        try Self.with { test in
            for index in 0..<70 { test.measure(0.002, test.subject { $0.data = "\(index)" }) }
            #expect(test.known(test.subject { $0.data = "0" })?.basis == .scaled)
            #expect(test.known(test.subject { $0.data = "69" })?.basis == .remembered)
        }
    }
}
