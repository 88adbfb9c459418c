import ArgumentParser
import Foundation
import Platform
import Workflows
import Workspace

/// `workbench flow schedule next`: when a line of cron fires; a subcommand of `flow schedule`.
struct ScheduleTimesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Show when a line of cron fires.",
        discussion: """
            workbench flow schedule next '0 2 * * MON' --timezone Asia/Seoul

            With - as the line, lines are read from standard input: a line of cron, a zone and a time \
            to start from, separated by tabs. One JSON object is printed for each.
            """
    )
    @OptionGroup var shared: SharedOptions
    @Argument(help: "Five fields in quotes, such as '0 2 * * MON', or - for standard input.")
    var line: String
    @Option(help: "An IANA name, such as Asia/Seoul; else the machine's zone.")
    var timezone: String?
    @Option(help: "The time to start from in ISO 8601, such as 2026-03-01T00:00:00Z; else now.")
    var from: String?
    @Option(name: [.customShort("n"), .long], help: "How many times are shown.") var count = 5

    func validate() throws {
        guard (1...10_000).contains(count) else {
            throw ValidationError("--count is from 1 to 10000, not \(count).")
        }
        // The lines of standard input get their answer one by one.
        guard line != "-" else { return }
        do throws(FlowError) {
            _ = try Fires(line, in: timezone, from: from, count: 1)
        } catch {
            throw ValidationError(error)
        }
    }

    func run() throws {
        guard line != "-" else { return try answerStandardInput() }
        let fires = try Fires(line, in: timezone, from: from, count: count)
        if shared.json { return try Console.printJSON(fires) }
        for (time, local) in zip(fires.times, fires.local) {
            Console.print(Console.line("\(local) \(fires.timezone)  \(time)"))
        }
    }

    private func answerStandardInput() throws {
        while !StandardOutput.isBroken, let row = readLine() {
            let fields = row.split(separator: "\t", omittingEmptySubsequences: false)
                .map(String.init)
            guard fields.count == 3 else {
                throw WorkspaceError(
                    .invalid,
                    "'\(row)' is not a line of cron, a zone and a time, separated by tabs."
                )
            }
            var problem: FlowError?
            var fires: Fires?
            do throws(FlowError) {
                fires = try Fires(fields[0], in: fields[1], from: fields[2], count: count)
            } catch {
                problem = error
            }
            if let fires { try Console.printJSON(fires) }
            if let problem {
                try Console.printJSON(["line": fields[0], "error": problem.message])
            }
        }
    }
}

/// When a line of cron fires.
private struct Fires: Encodable {
    var line: String
    var timezone: String
    /// In UTC.
    var times: [String]
    /// The same times on the clocks of the zone.
    var local: [String]

    init(_ line: String, in timezone: String?, from: String?, count: Int) throws(FlowError) {
        let cron = try CronLine(line)
        var zone = Zone.current()
        if let timezone { zone = try Zone(timezone) }
        var start = Date.now
        if let from {
            guard let date = Date(instant: from) else {
                throw FlowError(
                    .invalid,
                    "'\(from)' is not a time in ISO 8601 with its zone.",
                    hint: "Write, for example, 2026-03-01T00:00:00Z."
                )
            }
            start = date
        }
        let fires = cron.fires(after: start, count: count, in: zone)
        self.line = line
        self.timezone = zone.name
        times = fires.map { $0.formatted(.iso8601) }
        local = fires.map(zone.localText)
    }
}
