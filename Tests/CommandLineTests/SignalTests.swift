import Foundation
import Testing

@Suite struct SignalTests {
    /// Starts a long run, sends signals after a few steps, and waits for its end.
    private func end(
        _ program: Program,
        steps: Int,
        by signals: [Int32]
    ) throws -> (status: Int32, isExit: Bool, run: [String: Any]) {
        let data = try program.dataset(rows: 40)
        let (process, output, _) = try program.start(
            ["train", "--data", data, "--steps", "\(steps)", "--run-name", "asked", "--json"])
        var lines = LineReader(output)
        while let line = lines.next() { if line.contains(#""step":4,"#) { break } }
        for signal in signals { kill(process.processIdentifier, signal) }
        while lines.next() != nil {}
        process.waitUntilExit()
        let shown = try #require(try program.run("runs", "show", "asked", "--json").objects.first)
        let run = try #require(shown["summary"] as? [String: Any])
        return (process.terminationStatus, process.terminationReason == .exit, run)
    }

    @Test(arguments: [SIGUSR1, SIGUSR2, SIGXCPU, SIGPWR])
    func aSignalOfAShutdownIsAnsweredWithACheckpoint(signal: Int32) throws {
        let ended = try end(Program(), steps: 100_000, by: [signal])
        #expect(ended.isExit && ended.status == 128 + signal)
        #expect(ended.run["status"] as? String == "stopped")
        #expect((ended.run["resumable_step"] as? Int ?? 0) >= 4)
    }

    @Test func aSecondSignalDoesNotInterruptTheCheckpoint() throws {
        let ended = try end(Program(), steps: 100_000, by: [SIGUSR1, SIGUSR1, SIGTERM])
        #expect(ended.isExit && ended.status == 128 + SIGUSR1)
        #expect(ended.run["status"] as? String == "stopped")
    }

    @Test func ignoredSignalsEndNothing() throws {
        let ended = try end(
            Program(),
            steps: 30,
            by: [SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGXFSZ, SIGHUP]
        )
        #expect(ended.isExit && ended.status == 0)
        #expect(ended.run["status"] as? String == "finished")
    }

    @Test(arguments: [
        ["data", "add", "rows.jsonl"], ["runs", "list"],
        ["train", "--data", "rows.jsonl", "--steps", "2"],
    ])
    func aLimitOfFileSizesIsReportedWithoutASignal(arguments: [String]) throws {
        let program = try Program()
        _ = try program.dataset(rows: 40)
        // Two blocks of 512 bytes: not even the database fits.
        let done = try program.run(arguments, limit: "-f 2")
        #expect(done.status == 1, "\(done.errors)")
        #expect(!done.errors.isEmpty)
    }
}
