import Foundation
import Testing

/// A run outlives the terminal that it was started from, and any workbench can control it.
@Suite(.serialized) struct LeavingTests {
    private func startLongRun(_ terminal: Tmux, steps: String) throws {
        try terminal.wait(for: "No run yet")
        try terminal.train(("run name", "long"), ("steps", steps))
        try terminal.wait(for: "its first steps") { ($0.steps?.done ?? 0) > 5 ? true : nil }
    }

    @Test func aRunContinuesToItsEndAfterItsTerminalIsClosed() throws {
        let program = try Program()
        let terminal = try Tmux(program)
        try startLongRun(terminal, steps: "600")
        let process = LiveProcess(id: try terminal.process)
        terminal.close()
        let done = try #require(try program.summary(of: "long")["steps_done"] as? Int)
        #expect(done < 600)
        #expect(process.isRunning)
        #expect(try Deadline(seconds: 60).poll { try program.status(of: "long") == "finished" })
        #expect(try program.summary(of: "long")["steps_done"] as? Int == 600)
        #expect(Deadline(seconds: 10).poll { !process.isRunning }, "it has nothing left to do")
    }

    @Test func anotherWorkbenchShowsTheRunOfAClosedTerminalAndStopsIt() throws {
        let program = try Program()
        let first = try Tmux(program)
        try startLongRun(first, steps: "20000")
        let process = LiveProcess(id: try first.process)
        first.close()

        let second = try Tmux(program)
        let early = try second.wait(for: "the run of process \(process.id)") { screen in
            screen.text.contains("process \(process.id)") ? screen.steps?.done : nil
        }
        try second.wait(for: "later steps") { ($0.steps?.done ?? 0) > early ? true : nil }
        try second.press("s")
        try second.wait(for: "○ long", "Stopped. R resumes at step")
        #expect(try program.status(of: "long") == "stopped")
        #expect(Deadline(seconds: 10).poll { !process.isRunning })
    }

    @Test func leavingInTheBackgroundHandsTheRunToAProcessOfItsOwn() throws {
        let program = try Program()
        let first = try Tmux(program, "\(Program.binary); echo left $?; exec cat")
        try startLongRun(first, steps: "20000")
        try first.press("q")
        try first.wait(for: "Leave while long is running?", "[ Cancel ]")
        try first.press("Escape")
        try first.wait(for: "the question's end") { $0.text.contains("Leave while") ? nil : true }
        try first.press("q")
        try first.answer("Leave while long is running?", "Background")
        try first.wait(for: "left 0")
        #expect(try !first.isTaken)

        let second = try Tmux(program, columns: 200, rows: 60)
        let owner = try second.wait(for: "the run and its process") { screen in
            screen.text.firstMatch(of: /process ([0-9]+)/).flatMap { Int32($0.1) }
        }
        #expect(LiveProcess(id: owner).isRunning)
        let early = try second.wait(for: "its step") { $0.steps?.done }
        try second.wait(for: "later steps") { ($0.steps?.done ?? 0) > early ? true : nil }
        try second.press("s")
        try second.wait(for: "○ long", "Stopped. R resumes at step")
        #expect(Deadline(seconds: 10).poll { !LiveProcess(id: owner).isRunning })
    }

    @Test func leavingWithAStopKeepsACheckpoint() throws {
        let program = try Program()
        let terminal = try Tmux(program, "\(Program.binary); echo left $?; exec cat")
        try startLongRun(terminal, steps: "20000")
        try terminal.press("q")
        try terminal.answer("Leave while long is running?", "Stop")
        try terminal.wait(for: "left 0")
        let summary = try program.summary(of: "long")
        #expect(summary["status"] as? String == "stopped")
        #expect(summary["resumable_step"] as? Int == summary["steps_done"] as? Int)
    }
}
