import Platform
import Testing
import TestModels
import Workflows
import Workspace

/// Approvals that nobody gives in time, while no process executes their flow run.
@Suite struct FlowApprovalTests {
    private func run(_ test: TestWorkspace, _ workspace: Workspace) throws -> FlowRunSummary {
        let folder = "\(test.home)/flows"
        for folder in [test.home, folder] { try Files.makeFolder(folder) }
        let path = "\(folder)/asks.yaml"
        try TestWorkspace.write(
            """
            flow: asks
            tasks:
              work:
                uses: shell
                with: {command: "true"}
                approve: {timeout_seconds: 0.3}
              clean:
                uses: shell
                with: {command: "true"}
                needs: [work]
                run_if: failed

            """,
            to: path
        )
        let run = try workspace.flows.start(workspace.flows.flow(path))
        return try workspace.flows.wait(for: run.id)
    }

    @Test func aProcessWithATimerRunsWhatFollows() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                try workspace.flows.startScheduling(always: true)
                let id = try run(test, workspace).id
                let isOver = try becomesTrue {
                    try workspace.flows.detail(id).tasks.map(\.state) == [.failed, .completed]
                }
                #expect(isOver)
                #expect(try workspace.flows.wait(for: id).isRefused)
            }
        }
    }

    @Test func aProcessThatReadsRecordsIt() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let id = try run(test, workspace).id
                let isOver = try becomesTrue {
                    try workspace.flows.detail(id).tasks.map(\.state) == [.failed, .paused]
                }
                #expect(isOver)
                try workspace.flows.resume(id)
                #expect(try workspace.flows.wait(for: id).state == .failed)
                #expect(try workspace.flows.detail(id).tasks.map(\.state) == [.failed, .completed])
            }
        }
    }
}
