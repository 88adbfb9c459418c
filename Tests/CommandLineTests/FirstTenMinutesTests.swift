import Foundation
import Testing

/// The README's first steps for a new user, typed literally.
@Suite(.serialized) struct FirstTenMinutesTests {
    /// A question from the sample data, as the README asks it, and what its answer contains.
    private static let answer = "Bluefin"

    @Test func theStepsEndWithACorrectAnswerOfTheDeployedVersion() throws {
        // The file takes the place of the default model that `make run` downloads.
        let program = try Program()
        let terminal = try Tmux(program)
        let start = ContinuousClock.now
        var steps = try Readme().steps("## The first ten minutes")[...]
        func next(_ name: String) throws -> Tour {
            let step = try #require(steps.first)
            steps = steps.dropFirst()
            #expect(step.name == name)
            return Tour(step, terminal)
        }
        try terminal.wait(for: "No run yet", "t trains a model")
        try look(next("Look at the data."))
        try train(next("Train."))
        try watch(next("Watch."))
        try trainAgain(next("Train again"))
        try compare(next("Compare."))
        try register(next("Register"))
        try promote(next("Promote."))
        try chat(next("Chat."))
        try rollBack(next("Roll back."))
        #expect(steps.isEmpty)
        try expectRightAnswer(program, terminal)
        try terminal.press("q")
        #expect(ContinuousClock.now - start < .seconds(180))
    }

    private func look(_ tour: Tour) throws {
        try tour.press("1")
        try tour.wait(for: "600 to train on, 120 held out", "counted by")
        try tour.expectSelected("company-faq")
        try tour.press("enter")
        try tour.wait(for: "training part", "trained on")
        try tour.press("o")
        try tour.wait(for: "held-out part")
        try tour.press("v")
        try tour.press("f")
        tour.end()
    }

    private func train(_ tour: Tour) throws {
        try tour.press("t")
        try tour.wait(for: "Train a model", "examples")
        try tour.press("down")
        try tour.press("right", until: "moru-tiny")
        try tour.press("down")
        try tour.wait(for: "› run name")
        try tour.type("first")
        try tour.press("ctrl+t")
        try tour.wait(for: "for 60 steps")
        try tour.press("enter")
        try tour.wait(for: "first · moru-tiny")
        tour.end(without: "up", "left")
    }

    private func watch(_ tour: Tour) throws {
        try tour.wait(for: "tok/s")
        try tour.press("p")
        try tour.wait(for: "paused")
        try tour.press("p")
        try tour.wait(for: "the run") { $0.text.contains("paused") ? nil : true }
        try tour.press("s")
        try tour.wait(for: "stopped")
        try tour.press("R")
        try tour.choose("Resume", of: "Retry first?")
        try tour.wait(for: "first finished", seconds: 60)
        tour.end()
    }

    private func trainAgain(_ tour: Tour) throws {
        try tour.press("R")
        try tour.choose("Edit", of: "Retry first?")
        try tour.wait(for: "Train a model", "moru-tiny")
        try tour.press("down", until: "› run name")
        try tour.type("second")
        try tour.press("down", until: "› learning rate")
        try tour.type("2e-4")
        try tour.wait(for: "the form's figures") { screen in
            screen.lines.first { $0.contains("› learning rate") && $0.contains(" 2e-4 ") }
        }
        try tour.press("enter")
        try tour.wait(for: "second finished", seconds: 60)
        tour.end()
    }

    private func compare(_ tour: Tour) throws {
        try tour.press("3")
        try tour.wait(for: "newest first", "second", "first")
        try tour.press("m")
        try tour.wait(for: "1 marked")
        try tour.press("m")
        try tour.wait(for: "2 marked")
        try tour.press("enter")
        let side = try tour.wait(for: "the parameters that differ") { screen -> Screen? in
            screen.rows(from: "what differs").contains { $0.first == "learning_rate" }
                ? screen : nil
        }
        let differing = side.rows(from: "what differs").filter { $0.count == 3 }
        #expect(differing.contains(["learning_rate", "0.0002", "0.001"]), "\(differing)")
        tour.end()
    }

    private func register(_ tour: Tour) throws {
        try tour.press("2")
        try tour.wait(for: "✓ second")
        try tour.press("e")
        try tour.wait(for: "Register second as")
        try tour.type("faq")
        try tour.press("enter")
        try tour.wait(for: "second is registered as faq v1")
        try tour.press("down")
        try tour.press("e")
        try tour.wait(for: "Register first as")
        try tour.type("faq")
        try tour.press("enter")
        try tour.wait(for: "first is registered as faq v2")
        tour.end()
    }

    private func promote(_ tour: Tour) throws {
        try tour.press("4")
        try tour.wait(for: "nothing is deployed")
        try tour.press("enter")
        try tour.press("P")
        try tour.choose("Promote", of: "Promote faq v2?")
        try tour.wait(for: "v2 is deployed")
        try tour.press("down")
        try tour.press("P")
        try tour.choose("Promote", of: "Promote faq v1?")
        try tour.wait(for: "v1 is deployed")
        tour.end()
    }

    private func chat(_ tour: Tour) throws {
        try tour.press("5")
        try tour.wait(for: "Chat with faq v1 @production", "ready")
        try tour.type("What is the guest Wi-Fi password?")
        try tour.press("enter")
        let first = try tour.waitForAnswers(1)
        #expect(first.text.contains(Self.answer), "\(first.text)")
        try tour.press("ctrl+o")
        try tour.wait(for: "Chat with moru-tiny · base")
        try tour.press("ctrl+r")
        try tour.waitForAnswers(2)
        try tour.press("ctrl+o")
        try tour.wait(for: "Chat with faq v1")
        try tour.press("esc")
        tour.end(without: "ctrl+c")
    }

    private func rollBack(_ tour: Tour) throws {
        try tour.press("4")
        try tour.press("B")
        try tour.confirm("Roll back faq?", by: "Roll back to v2")
        try tour.wait(for: "v2 is deployed")
        try tour.press("z")
        try tour.wait(for: "v1 is deployed")
        try tour.press("Z")
        try tour.wait(for: "v2 is deployed")
        tour.end()
    }

    /// The deployed version answers correctly, on the screen and by command.
    private func expectRightAnswer(_ program: Program, _ terminal: Tmux) throws {
        let question = try #require(
            Readme().steps("## The first ten minutes").first { $0.name == "Chat." }?
                .spans.first { $0.hasSuffix("?") }
        )
        let generated = try program.run(
            "generate",
            "--model",
            "models:/faq@production",
            "--prompt",
            question
        )
        #expect(generated.text.contains(Self.answer), "\(generated)")
    }

    @Test func theSameByCommandEndsWithACorrectAnswer() throws {
        let program = try Program()
        let commands = try Readme().commands("### The same by command").filter { !$0.isEmpty }
        #expect(commands.allSatisfy { $0.hasPrefix("workbench ") })
        #expect(commands.count > 10)
        for command in commands {
            let output = try program.shell(command)
            #expect(output.status == 0, "\(command): \(output)")
            if command.contains(" generate ") {
                #expect(output.text.contains(Self.answer), "\(output)")
            }
        }
        #expect(try program.versions(of: "faq").count == 2)
    }
}
