import Platform
import Testing
import TestModels
import Workflows
import Workspace

/// Flows whose tasks run other flows.
@Suite struct SubflowTests {
    private func write(_ test: TestWorkspace, _ name: String, _ task: String) throws -> String {
        let folder = "\(test.home)/flows"
        for folder in [test.home, folder] { try Files.makeFolder(folder) }
        let path = "\(folder)/\(name).yaml"
        try TestWorkspace.write("flow: \(name)\ntasks:\n  work:\n    \(task)\n", to: path)
        return path
    }

    private func inner(_ workspace: Workspace) throws -> FlowRunSummary? {
        try workspace.flows.list().first { $0.flow == "inner" }
    }

    /// Starts the outer flow, and waits until the program of the inner one works.
    private func start(_ test: TestWorkspace, _ workspace: Workspace) throws -> FlowRunSummary {
        let run = try workspace.flows.start(
            workspace.flows.flow("\(test.home)/flows/outer.yaml")
        )
        let works = becomesTrue { FilePaths.exists("\(test.home)/flows/ready") }
        #expect(works)
        return run
    }

    @Test func aFlowThatRunsItselfIsRefused() throws {
        try TestWorkspace.with { test in
            _ = try write(test, "a", "uses: flow\n    with: {flow: b}")
            let path = try write(test, "b", "uses: flow\n    with: {flow: ../flows/a.yaml}")
            try test.opened { workspace in
                let run = try workspace.flows.start(workspace.flows.flow(path))
                let end = try workspace.flows.wait(for: run.id)
                #expect(end.state == .failed)
                #expect(end.reason?.contains("would run itself") == true)
                #expect(try workspace.flows.list().count == 2)
            }
        }
    }

    @Test func cancellingAFlowCancelsTheFlowsOfItsTasks() throws {
        try TestWorkspace.with { test in
            _ = try write(
                test,
                "inner",
                "uses: shell\n    with: {command: \"touch ready; sleep 60\"}"
            )
            _ = try write(test, "outer", "uses: flow\n    with: {flow: inner}")
            try test.opened { workspace in
                let run = try start(test, workspace)
                try workspace.flows.cancel(run.id)
                #expect(try workspace.flows.wait(for: run.id).state == .cancelled)
                #expect(try inner(workspace)?.state == .cancelled)
            }
        }
    }

    @Test func aFlowOfATaskContinuesWhenItsProcessHasEnded() throws {
        try TestWorkspace.with { test in
            _ = try write(
                test,
                "inner",
                "uses: shell\n    with: {command: \"test -e ready || { touch ready; sleep 60; }\"}"
            )
            _ = try write(test, "outer", "uses: flow\n    with: {flow: inner}")
            let run = try test.opened { try start(test, $0) }
            try test.opened { workspace in
                #expect(try inner(workspace)?.state == .paused)
                try workspace.flows.resume(run.id)
                #expect(try workspace.flows.wait(for: run.id).state == .completed)
                #expect(try inner(workspace)?.state == .completed)
                #expect(try workspace.flows.list().count == 2)
            }
        }
    }
}
