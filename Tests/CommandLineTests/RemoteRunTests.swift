import Foundation
import Synchronization
import Testing

/// Changes by other processes appear on the screen at once, and nothing else wakes it.
@Suite(.serialized) struct RemoteRunTests {
    @Test func aHeadlessRunIsSeenLiveAndItsDeathAtOnce() throws {
        let program = try Program()
        let terminal = try Tmux(program, columns: 200, rows: 60)
        try terminal.wait(for: "No run yet")
        // Batches of a size that makes a step take a tenth of a second.
        let (process, output, _) = try program.start([
            "train", "--data", "company-faq", "--run-name", "far", "--steps", "5000",
            "--batch-size", "64", "--json",
        ])
        let written = WrittenSteps(output)
        try terminal.wait(for: "far", "step ")
        var delays: [Duration] = []
        var last = -1
        while delays.count < 8 {
            let new = Deadline(seconds: 30).poll {
                written.newest.flatMap { $0.step > last ? $0 : nil }
            }
            let (step, time) = try #require(new, "the run stands still after step \(last)")
            try terminal.wait(for: "step \(step)") { ($0.steps?.done ?? 0) > step ? true : nil }
            delays.append(.now - time)
            last = step
        }
        // The goal is 200 ms; more is allowed on a machine that builds at the same time.
        delays.sort()
        let (median, worst) = (delays[delays.count / 2], delays[delays.count - 1])
        print("a step of another process is on the screen after \(median), at most \(worst)")
        #expect(median < .seconds(1))
        #expect(worst < .seconds(2))

        kill(process.processIdentifier, SIGKILL)
        let death = ContinuousClock.now
        process.waitUntilExit()
        try terminal.wait(for: "The process of far died", "✗ far")
        print("its death is on the screen after \(ContinuousClock.now - death)")
        #expect(ContinuousClock.now - death < .seconds(2))
        #expect(try program.status(of: "far") == "crashed")
    }

    @Test func anIdleScreenIsNotWokenUp() throws {
        let program = try Program()
        try program.run("train", "--data", try program.dataset(), "--steps", "3")
        let terminal = try Tmux(program)
        try terminal.wait(for: "✓", "3/3")
        let process = LiveProcess(id: try terminal.process)
        #expect(process.contextSwitches > 0)
        // Work started at launch ends first.
        #expect(Deadline(seconds: 20).poll { process.isAsleep(seconds: 1) })
        #expect(process.isAsleep(seconds: 10))
        try terminal.press("3")
        try terminal.wait(for: "newest first")
    }
}

/// The steps that a process reported, with their times.
private final class WrittenSteps: Sendable {
    private let last = Mutex<(step: Int, time: ContinuousClock.Instant)?>(nil)

    init(_ output: FileHandle) {
        Thread { [weak self] in
            var lines = LineReader(output)
            while let line = lines.next() {
                guard let number = line.firstMatch(of: /"step":([0-9]+)/)?.1, let step = Int(number)
                else { continue }
                self?.last.withLock { $0 = (step, .now) }
            }
        }.start()
    }

    /// The newest step.
    var newest: (step: Int, time: ContinuousClock.Instant)? { last.withLock { $0 } }
}
