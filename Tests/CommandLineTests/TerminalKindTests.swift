import Foundation
import Testing

/// Small, plain and old terminals, and an empty environment.
@Suite(.serialized) struct TerminalKindTests {
    @Test func onTwentyByThreeOneLineShowsTheRun() throws {
        let program = try Program()
        try program.run("train", "--data", try program.dataset(), "--steps", "7")
        let terminal = try Tmux(program, columns: 20, rows: 3)
        let screen = try terminal.wait(for: "7/7")
        let loss = try #require(
            try program.run("runs", "list", "--json").text.firstMatch(of: /"loss":([0-9.]+)/)
        )
        let shown = try #require(
            screen.lines[0].split(separator: " ").compactMap { Figure($0) }.first
        )
        #expect(shown.shows(Double(loss.1)), "\(screen.text)")
        #expect(!screen.text.contains("…"), "no figure is cut: \(screen.text)")
    }

    @Test func theScreenSurvivesEverySize() throws {
        let program = try Program()
        let terminal = try Tmux(program)
        try terminal.wait(for: "No run yet")
        let process = LiveProcess(id: try terminal.process)
        for (columns, rows) in [(20, 3), (1, 1), (5, 60), (300, 1), (2, 2)] {
            try terminal.resize(columns: columns, rows: rows)
            try terminal.press("3", "4", "5", "Escape", "1", "2")
        }
        try terminal.resize(columns: 80, rows: 24)
        try terminal.wait(for: "No run yet", "2 Run")
        #expect(process.isRunning)
    }

    @Test func withoutColoursNothingIsColoured() throws {
        let program = try Program()
        let terminal = try Tmux(program, variables: ["NO_COLOR": "1"])
        try terminal.wait(for: "No run yet")
        let colours = try terminal.paintedScreen().matches(of: /\u{1B}\[([0-9;]*)m/)
            .flatMap { $0.1.split(separator: ";").compactMap { Int($0) } }
            .filter { (30...38).contains($0) || (40...48).contains($0) || (90...107).contains($0) }
        #expect(colours == [])
    }

    @Test func theCLocaleIsDrawnInASCII() throws {
        let program = try Program()
        try program.run("train", "--data", try program.dataset(), "--steps", "7")
        let terminal = try Tmux(program, variables: ["LC_ALL": "C"])
        let screen = try terminal.wait(for: "7/7")
        #expect(screen.text.utf8.allSatisfy { $0 < 128 }, "\(screen.text)")
    }

    @Test func aTerminalThatCannotPlaceACursorIsRefused() throws {
        let program = try Program()
        let terminal = try Tmux(program, "TERM=dumb \(Program.binary); echo left $?; exec cat")
        try terminal.wait(for: "left 1", "'dumb' cannot place a cursor", "--plain")
    }

    @Test func aloneInAnEmptyFolderWithABareEnvironmentItOpens() throws {
        let program = try Program()
        let folder = "\(program.folder)/empty"
        let binary = "\(program.folder)/alone/workbench"
        for path in [folder, "\(program.folder)/alone", "\(program.folder)/home"] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        try FileManager.default.copyItem(atPath: Program.binary, toPath: binary)
        let terminal = try Tmux(
            program,
            "cd \(folder); exec env -i TERM=xterm-256color HOME=\(program.folder)/home \(binary)"
        )
        try terminal.wait(for: "2 Run", "5 Chat")
        try terminal.press("1")
        try terminal.wait(for: "company-faq")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
}
