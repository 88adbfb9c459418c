import Foundation
import Testing

/// The main job by hand: every key pressed and every figure checked in a real terminal.
@Suite(.serialized) struct ScreenWalkTests {
    @Test(arguments: [(80, 24), (200, 60)])
    func aPersonTrainsComparesRegistersRollsBackAndChats(columns: Int, rows: Int) throws {
        let program = try Program()
        let terminal = try Tmux(
            program,
            columns: columns,
            rows: rows,
            "stty -g > before; \(Program.binary); echo left $?; stty -g > after; exec cat"
        )
        try seeTheSampleData(terminal)
        try trainTwice(terminal, program)
        try compare(terminal, program)
        try registerBoth(terminal, program)
        try promoteAndRollBack(terminal, program)
        try talk(terminal)
        try terminal.press("Escape")
        try terminal.wait(for: "enter or i to type")
        try terminal.press("q")
        try terminal.wait(for: "left 0")
        #expect(try !terminal.isTaken)
        let (before, after) = ("\(program.folder)/before", "\(program.folder)/after")
        #expect(
            Deadline(seconds: 5).poll {
                (try? String(contentsOfFile: after, encoding: .utf8))?.isEmpty == false
            }
        )
        #expect(FileManager.default.contentsEqual(atPath: before, andPath: after))
    }

    private func seeTheSampleData(_ terminal: Tmux) throws {
        try terminal.wait(for: "No run yet", "t trains a model")
        try terminal.press("1")
        try terminal.wait(for: "company-faq", "600 to train on, 120 held out", "counted by tiny")
    }

    private func trainTwice(_ terminal: Tmux, _ program: Program) throws {
        try terminal.train(
            ("run name", "high"),
            ("steps", "120"),
            ("batch size", "16"),
            ("learning rate", "0.01")
        )
        let early = try terminal.wait(for: "a loss of an early step") { screen -> Figure? in
            guard let steps = screen.steps, steps.total == 120, steps.done < 60 else { return nil }
            return screen.figure("loss")
        }
        try terminal.wait(for: "high finished", seconds: 60)
        let late = try #require(try terminal.screen().figure("loss"))
        #expect(late.value < early.value - 0.2, "\(early) to \(late)")
        try expectFiguresOfRun("high", on: terminal, program)

        try terminal.train(
            ("run name", "low"),
            ("steps", "40"),
            ("learning rate", "0.001")
        )
        try terminal.wait(for: "low finished", seconds: 60)
        try expectFiguresOfRun("low", on: terminal, program)
    }

    private func expectFiguresOfRun(_ run: String, on terminal: Tmux, _ program: Program) throws {
        let screen = try terminal.wait(for: "\(run) with its adapter") { screen -> Screen? in
            screen.text.contains("✓ \(run) · ") && screen.text.contains("adapter saved")
                ? screen : nil
        }
        let summary = try program.summary(of: run)
        let figures = [
            "loss": "loss", "eval": "evaluation_loss", "grad": "gradient_norm",
        ]
        for (label, key) in figures {
            let figure = try #require(screen.figure(label), "\(label) in \(screen.text)")
            #expect(figure.shows(summary[key] as? Double), "\(label) \(figure)")
        }
        // An ended run shows the configured rate; speeds are abbreviated, `157k`.
        let rate = (summary["parameters"] as? [String: String])?["learning_rate"].flatMap(
            Double.init
        )
        #expect(screen.figure("peak lr")?.shows(rate) == true, "\(screen.text)")
        let speed = screen.text.firstMatch(of: /([0-9.]+)(k?) tok\/s/)
        let shown = speed.flatMap { Figure($0.1) }
        let measured = (summary["tokens_per_second"] as? Double).map {
            $0 / (speed?.2 == "k" ? 1000 : 1)
        }
        #expect(shown?.shows(measured) == true, "\(screen.text)")
        #expect(screen.steps?.done == summary["steps_done"] as? Int)
        #expect(screen.steps?.total == summary["total_steps"] as? Int)
    }

    private func compare(_ terminal: Tmux, _ program: Program) throws {
        try terminal.press("3")
        let table = try terminal.wait(for: "both runs") { screen -> Screen? in
            let rows = ["low", "high"].compactMap(screen.row)
            return screen.text.contains("newest first") && rows.count == 2 ? screen : nil
        }
        for run in ["low", "high"] {
            let summary = try program.summary(of: run)
            let row = try #require(table.row(run))
            #expect(row[1] == "finished")
            #expect(Figure(row[2])?.shows(summary["loss"] as? Double) == true, "\(row)")
            let best = (summary["best_evaluation"] as? [String: Any])?["value"]
            #expect(Figure(row[3])?.shows(best as? Double) == true, "\(row)")
            #expect(row.contains("\(summary["steps_done"] ?? "")/\(summary["total_steps"] ?? "")"))
        }
        try terminal.press("m", "Down", "m")
        try terminal.wait(for: "2 marked")
        try terminal.press("Enter")
        let side = try terminal.wait(for: "the parameters that differ") { screen -> Screen? in
            let rows = screen.rows(from: "what differs")
            return rows.contains { $0.first == "learning_rate" } ? screen : nil
        }
        let differing = side.rows(from: "what differs").filter { $0.count == 3 }
        #expect(differing.contains(["learning_rate", "0.001", "0.01"]), "\(differing)")
        #expect(differing.contains(["steps", "40", "120"]), "\(differing)")
        #expect(!differing.contains { $0.first == "rank" }, "what is the same is not shown")
        try terminal.press("G")
        let metrics = try ["low", "high"].map { run in
            try #require(program.summary(of: run)["metrics"] as? [String: Double])
        }
        let shared = metrics.dropFirst().reduce(Set(metrics[0].keys)) { $0.intersection($1.keys) }
        let last = try #require(shared.max())
        let rest = try terminal.wait(for: "the metrics to \(last)") { screen -> Screen? in
            screen.rows(from: "metrics").contains { $0.first == last } ? screen : nil
        }
        expectColumns(rest.rows(from: "metrics"), metrics)
        try terminal.press("v")
    }

    /// Every row of a comparison shows the runs' numbers in the order of the columns.
    private func expectColumns(_ rows: [[String]], _ numbers: [[String: Double]]) {
        var compared = 0
        for row in rows {
            guard let key = row.first, numbers.allSatisfy({ $0[key] != nil }) else { continue }
            #expect(row.count == numbers.count + 1, "\(row)")
            for (shown, number) in zip(row.dropFirst(), numbers) {
                #expect(Figure(shown)?.shows(number[key]) == true, "\(key) \(shown)")
                compared += 1
            }
        }
        #expect(compared >= 2 * 7, "\(rows)")
    }

    private func registerBoth(_ terminal: Tmux, _ program: Program) throws {
        try terminal.wait(for: "newest first", "2 of 2")
        try terminal.press("e")
        try terminal.fillIn("Register high as", "faq")
        try terminal.wait(for: "high is registered as faq v1")
        try terminal.press("Up", "e")
        try terminal.fillIn("Register low as", "faq")
        try terminal.wait(for: "low is registered as faq v2")
        try terminal.press("4")
        try terminal.wait(for: "nothing is deployed")
        try terminal.press("Enter")
        try expectVersions(terminal, program, deployed: nil)
        let screen = try terminal.wait(for: "measured", "run       low")
        let metrics = try program.versions(of: "faq")[2]?["metrics"] as? [String: Double]
        #expect(screen.figure("eval")?.shows(metrics?["best_eval_loss"]) == true)
        #expect(screen.figure("loss")?.shows(metrics?["loss"]) == true)
    }

    private func promoteAndRollBack(_ terminal: Tmux, _ program: Program) throws {
        try terminal.press("Down", "P")
        try terminal.answer("Promote faq v1?", "Promote")
        try terminal.wait(for: "v1 is deployed")
        try expectVersions(terminal, program, deployed: 1)

        try terminal.press("Up", "P")
        let question = try terminal.wait(for: "Promote faq v2?", "from v1 to v2")
        #expect(question.text.contains("worse"), "the lower learning rate learned less")
        try terminal.answer("Promote faq v2?", "Promote")
        try terminal.wait(for: "v2 is deployed")
        try expectVersions(terminal, program, deployed: 2)

        try terminal.press("B")
        try terminal.wait(for: "Roll back faq?", "from v2 to v1", "[ Cancel ]")
        try terminal.press("Enter")
        try terminal.wait(for: "the question's end") {
            $0.text.contains("Roll back faq?") ? nil : true
        }
        try expectVersions(terminal, program, deployed: 2)

        try terminal.press("B")
        try terminal.answer("Roll back faq?", "Roll back to v1")
        try terminal.wait(for: "v1 is deployed")
        try expectVersions(terminal, program, deployed: 1)
    }

    /// The table of versions matches the registry.
    private func expectVersions(_ terminal: Tmux, _ program: Program, deployed: Int?) throws {
        for (number, version) in try program.versions(of: "faq") {
            let aliases = (version["aliases"] as? [String] ?? []).map { "@\($0)" }
            let run = try #require(version["run_name"] as? String)
            let expected =
                ["v\(number)", try #require(version["stage"] as? String)] + aliases + [run]
            // The table may follow the toast a frame later.
            let row = try terminal.wait(for: "\(expected)") { screen in
                screen.row("v\(number)").flatMap { row in
                    Array(row.prefix(expected.count)) == expected ? row : nil
                }
            }
            let metrics = version["metrics"] as? [String: Double]
            #expect(Figure(row[expected.count])?.shows(metrics?["best_eval_loss"]) == true)
            #expect(aliases.contains("@production") == (number == deployed))
        }
    }

    private func talk(_ terminal: Tmux) throws {
        try terminal.press("5")
        try terminal.wait(for: "Chat with faq v1 @production", "ready")
        try terminal.type("q1")
        try terminal.press("Enter")
        func speed(_ screen: Screen) -> Substring? {
            screen.text.matches(of: /[0-9]+ tokens?, [0-9.]+k? tok\/s/).last?.output
        }
        let first = try terminal.wait(for: "an answer and its speed", speed)
        try terminal.press("C-o")
        try terminal.wait(for: "Chat with tiny · base")
        try terminal.press("C-r")
        try terminal.wait(for: "the base's answer") { speed($0) == first ? nil : true }
        try terminal.press("C-o")
        try terminal.wait(for: "Chat with faq v1")
    }
}
