import Platform
import Testing
import TestModels
import Tracking
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

    @Test(arguments: [
        ("{flow: inne}", "5:18: There is no flow inne. Did you mean `inner`?"),
        ("{flow: inner, parameters: {n: x}}", "inner: The parameter n must be a whole number"),
        ("{flow: inner, parameters: {m: 1}}", "5:37: inner: The flow inner has no parameter `m`"),
        ("{flow: inner}", "inner: The parameter data has no value."),
    ])
    func theOtherFlowIsCheckedWithTheFile(_ inputs: String, _ fault: String) throws {
        try TestWorkspace.with { test in
            let path = try write(test, "outer", "uses: flow\n    with: \(inputs)")
            let inner = try write(test, "inner", "uses: wait\n    with: {seconds: 0}")
            let text = try Files.text(inner)
            try TestWorkspace.write("parameters: {n: 1, data: null}\n\(text)", to: inner)
            try test.opened { workspace in
                let error = #expect(throws: WorkspaceError.self) { try workspace.flows.flow(path) }
                let details = error?.details ?? []
                #expect(details.contains { $0.contains(fault) }, "\(details)")
                // Values that other tasks yield are not known yet.
                let later = "uses: flow\n    with: {flow: inner, parameters: {x: \"${flow.run}\"}}"
                let unknown = try write(test, "later", later)
                #expect(try workspace.flows.flow(unknown).tasks.count == 1)
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

    /// Starts the outer flow in a process that ends while the inner one waits for the file `go`.
    private func leave(_ test: TestWorkspace) throws -> (outer: String, inner: String) {
        _ = try write(
            test,
            "inner",
            "uses: shell\n    with: {command: \"touch ready; until test -e go; do sleep 0.02; done\"}"
        )
        _ = try write(test, "outer", "uses: flow\n    with: {flow: inner}")
        return try test.opened { workspace in
            let outer = try start(test, workspace).id
            return (outer, try #require(try inner(workspace)).id)
        }
    }

    private func proceed(_ test: TestWorkspace) throws {
        try TestWorkspace.write("", to: "\(test.home)/flows/go")
    }

    @Test func aFlowRunThatWasReservedButNeverStartedIsTheOneOfTheRetry() throws {
        try TestWorkspace.with { test in
            let (outer, inner) = try leave(test)
            try proceed(test)
            try test.opened { workspace in
                // As if the process had died between the reservation and the start.
                try FlowStore(workspace.tracking.database, owner: "test") { 1 }.delete(inner)
                try workspace.flows.resume(outer)
                #expect(try workspace.flows.wait(for: outer).state == .completed)
                #expect(
                    try workspace.flows.list().filter { $0.flow == "inner" }.map(\.id) == [inner]
                )
            }
        }
    }

    @Test func aFlowRunThatOutlivedTheProcessOfItsTaskIsUsedByTheRetry() throws {
        try TestWorkspace.with { test in
            let (outer, inner) = try leave(test)
            try test.opened { first in
                try test.opened { second in
                    try first.flows.resume(inner)
                    try second.flows.resume(outer)
                    let runs = try becomesTrue {
                        try second.flows.detail(outer).tasks.map(\.state) == [.running]
                    }
                    #expect(runs)
                    #expect(try second.flows.find(inner).isMine == false)
                    try proceed(test)
                    #expect(try second.flows.wait(for: outer).state == .completed)
                    #expect(try second.flows.list().count == 2)
                }
            }
        }
    }

    @Test func aFlowRunIsContinuedWhenTheOtherProcessLeavesIt() throws {
        try TestWorkspace.with { test in
            let (outer, inner) = try leave(test)
            try test.opened { second in
                try test.opened { first in
                    try first.flows.resume(inner)
                    try second.flows.resume(outer)
                    let runs = try becomesTrue {
                        try second.flows.detail(outer).tasks.map(\.state) == [.running]
                    }
                    #expect(runs)
                    // The first process ends here, and leaves the inner flow run.
                }
                let isMine = try becomesTrue { try second.flows.find(inner).isMine }
                #expect(isMine)
                try proceed(test)
                #expect(try second.flows.wait(for: outer).state == .completed)
                #expect(try second.flows.list().count == 2)
            }
        }
    }
}
