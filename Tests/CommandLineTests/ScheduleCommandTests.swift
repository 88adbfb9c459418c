import Foundation
import Testing

@Suite struct ScheduleCommandTests {
    @Test func schedulesAreNotServedWithoutTheirLock() throws {
        let program = try Program(hasModel: false)
        try program.run("flow", "list")
        let lock = "\(program.workspace)/locks/scheduler"
        try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: false)
        for words in [["flow", "serve"], ["flow", "install"]] {
            let done = try program.run(words)
            #expect(done.status == 1, "\(words)")
            #expect(done.errors.hasPrefix("workbench: \(lock) cannot be created"), "\(done.errors)")
            #expect(done.text.isEmpty)
        }
    }

    @Test func aBackfillCanBeTried() throws {
        let program = try Program(hasModel: false)
        let flow = try program.file(
            "daily.yaml",
            """
            flow: daily
            tasks: {a: {uses: shell, with: {command: "true"}}}
            schedule: {cron: "0 2 * * *", timezone: UTC}
            """
        )
        let words = [
            "flow", "backfill", flow, "--from", "2026-01-01T00:00:00Z", "--to",
            "2026-01-02T23:00:00Z",
        ]
        let tried = try program.run(words + ["--dry-run"])
        #expect(tried.status == 0, "\(tried.errors)")
        #expect(
            tried.text.split(separator: "\n").map { $0.prefix(20) } == [
                "2026-01-01T02:00:00Z", "2026-01-02T02:00:00Z",
            ]
        )
        #expect(try program.run("flow", "list", "--json").text == "[]\n")
        // The ids are those that it makes.
        #expect(try program.run(words).text == tried.text)
        let again = try program.run(words + ["--dry-run"])
        #expect(again.text.isEmpty && again.errors.contains("2 times have fired before"))
    }

    @Test func datesOfABackfillAreThoseOfTheSchedulesZone() throws {
        let program = try Program(hasModel: false)
        let path = try program.file(
            "nightly.yaml",
            """
            flow: nightly
            schedule: {cron: "0 2 * * *", timezone: Asia/Seoul}
            tasks: {a: {uses: wait, with: {seconds: 0}}}
            """
        )
        let tried = try program.run(
            ["flow", "backfill", path, "--from", "2026-03-01", "--to", "2026-03-02", "--dry-run"]
        )
        #expect(
            tried.text.split(separator: "\n").map { $0.prefix(20) } == [
                "2026-02-28T17:00:00Z", "2026-03-01T17:00:00Z",
            ]
        )
    }

    @Test(arguments: ["gone", "broken"])
    func aScheduleIsSwitchedOffWithoutItsFile(_ state: String) throws {
        let program = try Program(hasModel: false)
        let flow = try program.file(
            "daily.yaml",
            """
            flow: daily
            tasks: {a: {uses: shell, with: {command: "true"}}}
            schedule: {cron: "0 2 * * *", timezone: UTC}
            """
        )
        #expect(try program.run("flow", "schedule", "on", flow).status == 0)
        if state == "gone" {
            try FileManager.default.removeItem(atPath: flow)
        } else {
            try "tasks: [".write(toFile: flow, atomically: false, encoding: .utf8)
        }
        let done = try program.run("flow", "schedule", "off", flow)
        #expect(done.text == "daily.yaml: schedule is off\n", "\(done.errors)")
        #expect(try program.run("flow", "schedule", "off", flow).status != 0)
        try "flow: daily\ntasks: {a: {uses: wait, with: {seconds: 0}}}\nschedule: {interval: 1h}\n"
            .write(toFile: flow, atomically: false, encoding: .utf8)
        #expect(try program.run("flow", "schedule", "on", flow).status == 0)
        try FileManager.default.removeItem(atPath: flow)
        #expect(try program.run("flow", "schedule", "off", "daily").status == 0)
    }

    @Test func theNumberOfTimesHasAShortOption() throws {
        let words = ["flow", "schedule", "next", "0 2 * * *", "--timezone", "UTC"]
        let program = try Program(hasModel: false)
        let done = try program.run(words + ["-n", "3"])
        #expect(done.text.split(separator: "\n").count == 3)
        for wrong in [["x"], ["0 2 31 2 *"], ["0 2 * * *", "--from", "soon"]] {
            let refused = try program.run(["flow", "schedule", "next"] + wrong)
            #expect(refused.status == 64, "\(refused.errors)")
        }
    }
}
