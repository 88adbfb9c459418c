import Database
import JSON
import Platform
import Testing
import TestModels
import Tracking
import Workflows
import Workspace

/// Flow runs whose process has ended, where that cannot be recorded.
@Suite struct LeftFlowRunTests {
    @Test func aFlowRunWithoutAProcessIsNeverShownAsRunning() throws {
        try TestWorkspace.with { test in
            try test.opened { _ in }
            try leave("a", in: "\(test.home)/workbench.db")
            try test.opened({ $0.isReadOnly = true }) { workspace in
                let run = try #require(workspace.flows.list().first)
                #expect(run.state == .crashed)
                #expect(run.reason == "Its process ended without recording how.")
                #expect(run.counts == [.crashed: 1, .completed: 1])
                let detail = try workspace.flows.detail(run.id)
                #expect(detail.summary == run)
                #expect(detail.tasks.map(\.state) == [.completed, .crashed])
            }
        }
    }

    /// Stores a flow run in the middle of its execution.
    private func leave(_ id: String, in path: String) throws {
        let database = try DatabaseFile(
            path: path,
            migrations: Migration.list([.changeFeed, .tracking, .workflows])
        )
        let store = FlowStore(database, owner: "test") { 1_000 }
        let flow = Flow(name: "nightly", path: "/nightly.yaml", folder: "/", source: "", tasks: [])
        var run = FlowRunRecord(
            id: id,
            flow: flow,
            parameters: JSONObject([]),
            origin: .person,
            createdAt: 1
        )
        run.state = .running
        let tasks = [TaskState.completed, .running].enumerated().map { place, state in
            var task = TaskRecord(
                position: place,
                task: state.rawValue,
                name: state.rawValue,
                kind: "shell",
                dependencies: []
            )
            task.state = state
            return task
        }
        _ = try store.create(run, tasks)
        try database.close()
    }
}
