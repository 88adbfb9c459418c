import FoundationEssentials
import JSON
import Platform
import Runs
import Testing
import TestModels
import Tracking
import Workflows
import Workspace

@Suite struct FlowScheduleTests {
    /// A flow of one shell task with a schedule and hooks.
    private func write(
        _ test: TestWorkspace,
        command: String = "true",
        more: String = ""
    ) throws -> String {
        let folder = "\(test.home)/flows"
        try Files.makeFolder(test.home)
        try Files.makeFolder(folder)
        let path = "\(folder)/nightly.yaml"
        try TestWorkspace.write(
            """
            flow: nightly
            tasks:
              work:
                uses: shell
                with: {command: "\(command)"}
            schedule: {cron: "0 2 * * *", timezone: Asia/Seoul}
            \(more)

            """,
            to: path
        )
        return path
    }

    private func summary(_ workspace: Workspace) throws -> ScheduleSummary {
        try #require(try workspace.flows.schedules().first { $0.flow == "nightly" })
    }

    @Test func aScheduleIsOffUntilItIsSwitchedOn() throws {
        try TestWorkspace.with { test in
            let path = try write(test)
            try test.opened { workspace in
                #expect(try !summary(workspace).isOn)
                #expect(try summary(workspace).nextAt == nil)
                try workspace.flows.setSchedule("schedule", of: path, isOn: true)
                let on = try summary(workspace)
                let next = try #require(on.nextAt)
                #expect(on.isOn && on.reason == nil)
                // 02:00 in Seoul.
                #expect(Int(next.timeIntervalSince1970) % 86_400 == 17 * 3600)
                #expect(throws: WorkspaceError.self) {
                    try workspace.flows.setSchedule("weekly", of: path, isOn: true)
                }
                Files.removeFile(path)
                let lost = try #require(try workspace.flows.schedules().first { $0.path == path })
                #expect(lost.isOn && lost.reason == "The file is gone.")
                try workspace.flows.setSchedule("schedule", of: path, isOn: false)
                #expect(try workspace.flows.schedules().allSatisfy { $0.path != path })
            }
        }
    }

    @Test func aScheduleIsFoundAsItIsListed() throws {
        try TestWorkspace.with { test in
            let path = try write(test)
            try test.opened { workspace in
                let flows = workspace.flows
                try flows.setSchedule("schedule", of: path, isOn: true)
                #expect(try flows.schedule(nil, listedFor: "nightly")?.path == path)
                #expect(try flows.schedule("weekly", listedFor: "nightly") == nil)
                // Its file has faults, then is gone; the list shows the name of the file.
                try TestWorkspace.write("tasks: [", to: path)
                for reference in [path, "nightly.yaml"] {
                    #expect(try flows.schedule(nil, listedFor: reference)?.isOn == true)
                }
                Files.removeFile(path)
                let lost = try #require(try flows.schedule(nil, listedFor: "nightly.yaml"))
                try flows.setSchedule(lost.schedule.name, of: lost.path, isOn: false)
                #expect(try flows.schedule(nil, listedFor: path) == nil)
            }
        }
    }

    @Test func aFlowIsFoundByItsNameBeforeItHasRun() throws {
        try TestWorkspace.with { test in
            let path = try write(test)
            let own = "\(test.home)/flows/own.yaml"
            let elsewhere = "\(test.home)/elsewhere.yaml"
            let text = try Files.text(path)
            try TestWorkspace.write(text.replacing("flow: nightly", with: "flow: wide"), to: own)
            try TestWorkspace.write(
                text.replacing("flow: nightly", with: "flow: ival"),
                to: elsewhere
            )
            try test.opened { workspace in
                let flows = workspace.flows
                #expect(try flows.flow("wide").path == own)
                #expect(try flows.flow("own.yaml").path == own)
                // A file's own name comes first.
                #expect(try flows.flow("nightly").path == path)
                #expect(throws: WorkspaceError.self) { try flows.flow("ival") }
                try flows.setSchedule("schedule", of: elsewhere, isOn: true)
                #expect(try flows.flow("ival").path == elsewhere)
                try TestWorkspace.write(
                    text.replacing("flow: nightly", with: "flow: ival"),
                    to: own
                )
                let error = #expect(throws: WorkspaceError.self) { try flows.flow("ival") }
                #expect(error?.code == .ambiguous && error?.hint?.contains(own) == true)
            }
        }
    }

    @Test func aFileThatIsWrittenAgainWithinTheSameTickIsReadAgain() throws {
        try TestWorkspace.with { test in
            let path = try write(test)
            try test.opened { workspace in
                try workspace.flows.setSchedule("schedule", of: path, isOn: true)
                let before = try #require(try summary(workspace).nextAt)
                let text = try Files.text(path)
                let status = try #require(FileStatus(path))
                // The same size, in the same file.
                try TestWorkspace.write(
                    text.replacing("0 2 * * *", with: "0 3 * * *"),
                    to: path
                )
                #expect(FileStatus(path)?.byteCount == status.byteCount)
                #expect(try summary(workspace).nextAt != before)
                #expect(try workspace.flows.files().contains { $0.path == path })
            }
        }
    }

    @Test func aBackfillRunsEachInstantOnceInOneOfTwoProcesses() throws {
        try TestWorkspace.with { test in
            let path = try write(test)
            try test.opened { first in
                try test.opened { second in
                    let end = Date(timeIntervalSince1970: 1_772_384_400)
                    func backfill() throws -> FlowService.Backfill {
                        try first.flows.backfill(
                            "schedule",
                            of: path,
                            from: end - 2 * 86_400,
                            through: end
                        )
                    }
                    let made = try backfill()
                    #expect(made.flowRuns.count == 3 && made.existing == 0)
                    #expect(try backfill().existing == 3)
                    try first.flows.startScheduling()
                    try second.flows.startScheduling()
                    let isDone = try becomesTrue { try first.flows.remaining(of: made) == 0 }
                    #expect(isDone)
                    let runs = try first.flows.list()
                    #expect(Set(runs.map(\.id)) == Set(made.flowRuns) && runs.count == 3)
                    #expect(runs.allSatisfy { $0.state == .completed })
                    #expect(
                        runs.contains {
                            $0.origin == .schedule(name: "schedule", instant: 1_772_384_400_000)
                        }
                    )
                }
            }
        }
    }

    @Test func theProcessThatExecutesSchedulesIsNamed() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                #expect(try workspace.flows.scheduler() == nil)
                try workspace.flows.startScheduling(always: true)
                let isNamed = try becomesTrue {
                    try workspace.flows.scheduler() == ProcessEnvironment.number
                }
                #expect(isNamed)
                workspace.flows.stopScheduling()
                #expect(try workspace.flows.scheduler() == nil)
            }
        }
    }

    @Test func hooksAreToldOfTheEnd() throws {
        try TestWorkspace.with { test in
            let server = try WebhookServer([500, 200])
            let told = "\(test.home)/flows/told"
            for (command, state) in [("true", "completed"), ("exit 3", "failed")] {
                let path = try write(
                    test,
                    command: command,
                    more: """
                        on_success: {command: 'echo "$WORKBENCH_FLOW $WORKBENCH_STATE" > told'}
                        on_failure: {webhook: "\(server.address)"}
                        """
                )
                let run = try test.opened { workspace in
                    let run = try workspace.flows.start(workspace.flows.flow(path))
                    return try workspace.flows.wait(for: run.id)
                }
                #expect(run.state.rawValue == state)
            }
            // Closing waits for them.
            #expect(try Files.text(told) == "nightly completed\n")
            #expect(server.requests.count == 2)
            #expect(server.requests.first?.contains(#""state":"failed""#) == true)
        }
    }
}
