import Foundation
import Testing

/// What commands print about single tasks of a flow run.
@Suite struct FlowTaskCommandTests {
    /// A flow run of a task with a matrix of two values.
    private func matrix() throws -> Program {
        let program = try Program(hasModel: false)
        let flow = try program.file(
            "wide.yaml",
            """
            flow: wide
            tasks:
              sft:
                uses: shell
                with: {command: "echo seed ${seed}"}
                matrix: {seed: [1, 2]}
            """
        )
        #expect(try program.run("flow", "run", flow).status == 0)
        return program
    }

    private func array(_ output: Program.Output) throws -> [[String: Any]] {
        let value = try JSONSerialization.jsonObject(with: Data(output.text.utf8))
        return try #require(value as? [[String: Any]])
    }

    @Test func theNameOfAMatrixIsAllOfItsTasks() throws {
        let program = try matrix()
        let shown = try program.run("flow", "show", "wide", "sft").text
        #expect(shown.contains("sft[seed=1]") && shown.contains("sft[seed=2]"), "\(shown)")
        #expect(try array(program.run("flow", "show", "wide", "sft", "--json")).count == 2)
        let why = try program.run("flow", "why", "sft").text.split(separator: "\n")
        #expect(
            why == [
                "sft[seed=1]: It had not run with these inputs before.",
                "sft[seed=2]: It had not run with these inputs before.",
            ]
        )
        let reasons = try array(program.run("flow", "why", "sft", "--json"))
        #expect(reasons.compactMap { $0["task"] as? String } == ["sft[seed=1]", "sft[seed=2]"])
        let logs = try program.run("flow", "logs", "wide", "sft").text
        #expect(logs == "[sft[seed=1]] seed 1\n[sft[seed=2]] seed 2\n")
    }

    @Test func oneTaskOfAMatrixIsOne() throws {
        let program = try matrix()
        let shown = try program.run("flow", "show", "wide", "sft[seed=2]").text
        #expect(shown.contains("sft[seed=2]") && !shown.contains("sft[seed=1]"), "\(shown)")
        #expect(
            try program.run("flow", "why", "sft[seed=2]").text
                == "It had not run with these inputs before.\n"
        )
        let reasons = try program.run("flow", "why", "sft[seed=2]", "--json").objects
        #expect(reasons.first?["task"] as? String == "sft[seed=2]")
        #expect(try program.run("flow", "logs", "wide", "sft[seed=2]").text == "seed 2\n")
        let missing = try program.run("flow", "show", "wide", "sf")
        #expect(missing.status == 1 && missing.errors.contains("sft"), "\(missing.errors)")
    }

    @Test func aRetryPrintsOnlyWhatIsLoggedInIt() throws {
        let program = try Program(hasModel: false)
        let flow = try program.file(
            "steps.yaml",
            """
            flow: steps
            tasks:
              make:
                uses: shell
                with: {command: "echo made it"}
              check:
                uses: shell
                with: {command: "echo looking; test -e ready"}
                needs: [make]
            """
        )
        let failed = try program.run("flow", "run", flow, "--logs")
        #expect(failed.status == 1 && failed.text.contains("[make] made it"), "\(failed.text)")
        _ = try program.file("ready", "")
        let retried = try program.run("flow", "retry", "steps", "--logs")
        #expect(retried.status == 0, "\(retried.errors)")
        #expect(!retried.text.contains("made it"), "\(retried.text)")
        let lines = retried.text.split(separator: "\n").filter { $0.hasPrefix("[check]") }
        #expect(lines.count == 1, "\(retried.text)")
    }
}
