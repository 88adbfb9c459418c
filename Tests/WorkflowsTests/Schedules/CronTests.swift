import Foundation
import Platform
import Testing
import Workflows

@Suite struct CronTests {
    /// Lines, zones and starts around changes of clocks, with the times that cronsim 2.8 gives.
    @Test func theNextTimesAreThoseOfDebiansCron() throws {
        let url = try #require(
            Bundle.module.url(
                forResource: "cron-fires",
                withExtension: "tsv",
                subdirectory: "Fixtures"
            )
        )
        let rows = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
        #expect(rows.count == 240)
        for row in rows {
            let fields = row.split(separator: "\t")
            let expected = fields[3...].compactMap { Double($0) }
            let start = Date(timeIntervalSince1970: try #require(Double(fields[2])))
            let fires = try CronLine(String(fields[0])).fires(
                after: start,
                count: expected.count,
                in: Zone(String(fields[1]))
            )
            #expect(fires.map(\.timeIntervalSince1970) == expected, "\(row)")
        }
    }

    @Test(arguments: [
        // Spring in New York: 02:30 does not exist on March 10, so it runs at 03:00, once.
        (
            "30 2 * * *", "2024-03-09T20:00:00Z",
            ["2024-03-10T07:00:00Z", "2024-03-11T06:30:00Z"]
        ),
        ("0,30 2 * * *", "2024-03-09T20:00:00Z", ["2024-03-10T07:00:00Z", "2024-03-11T06:00:00Z"]),
        // Autumn: 01:30 occurs twice, and counts once.
        ("30 1 * * *", "2024-11-03T00:00:00Z", ["2024-11-03T05:30:00Z", "2024-11-04T06:30:00Z"]),
        // Elapsed time: every half hour, 01:00 and 01:30 twice.
        (
            "*/30 * * * *", "2024-11-03T05:15:00Z",
            [
                "2024-11-03T05:30:00Z", "2024-11-03T06:00:00Z", "2024-11-03T06:30:00Z",
                "2024-11-03T07:00:00Z",
            ]
        ),
        // Between the two occurrences, the first one is over.
        ("45 1 * * *", "2024-11-03T06:15:00Z", ["2024-11-04T06:45:00Z"]),
    ])
    func changesOfClocksFollowTheRules(_ line: String, _ start: String, _ expected: [String]) throws
    {
        let fires = try CronLine(line).fires(
            after: Date(start, strategy: .iso8601),
            count: expected.count,
            in: Zone("America/New_York")
        )
        #expect(fires.map { $0.formatted(.iso8601) } == expected)
    }

    @Test(arguments: [
        ("0 0 L 2 *", "2028-02-29T00:00:00Z"), ("0 0 LW 2 *", "2028-02-29T00:00:00Z"),
        ("0 0 * * 5L", "2028-01-28T00:00:00Z"), ("0 0 * * L5", "2028-01-28T00:00:00Z"),
        ("0 0 * * friL", "2028-01-28T00:00:00Z"), ("0 0 * * mon#2", "2028-01-10T00:00:00Z"),
        ("0 0 * * 7", "2028-01-02T00:00:00Z"), ("0 0 * * 0", "2028-01-02T00:00:00Z"),
        ("0 0 * * fri-sun", "2028-01-02T00:00:00Z"), ("0 0 13 * FRI", "2028-01-07T00:00:00Z"),
        ("@monthly", "2028-02-01T00:00:00Z"), ("@Yearly", "2029-01-01T00:00:00Z"),
        ("0 0 29 2 */7", "2032-02-29T00:00:00Z"), (" 5/20  0 * * * ", "2028-01-01T00:25:00Z"),
    ])
    func eachFormOfAFieldIsRead(_ line: String, _ expected: String) throws {
        let start = try Date("2028-01-01T00:20:00Z", strategy: .iso8601)
        let fires = try CronLine(line).fires(after: start, count: 1, in: .utc)
        #expect(fires.map { $0.formatted(.iso8601) } == [expected])
    }

    @Test(arguments: [
        ("60 * * * *", "in the minute, 60 is not from 0 to 59"),
        ("0 24 * * *", "in the hour, 24 is not from 0 to 23"),
        ("0 0 0 * *", "in the day of month, 0 is not from 1 to 31"),
        ("0 0 * 13 *", "in the month, 13 is not from 1 to 12"),
        ("0 0 * * 8", "in the day of week, 8 is not from 0 to 7"),
        ("0 0 * JAX *", "'JAX' is not a number, nor a name such as JAN"),
        ("0 0 * * MON#6", "is not a day and its number in the month"),
        ("30-10 * * * *", "goes backwards"), ("*/0 * * * *", "not a number above 0"),
        ("1,,2 * * * *", "in the minute, a value is missing"),
        ("0 0 * *", "it has 4 fields and not five"), ("@often", "@ stands before one of annually"),
        ("", "it has 0 fields"), ("* * * * * *", "it has 6 fields"),
        ("0 0 30 2 *", "never fires: its months have no day 30"),
        ("0 0 31 4,6,9,11 *", "never fires: its months have no day 31"),
        ("0 0 */31 * MON#3", "never fires: no date has both"),
        ("*/99999999999 * * * *", "not a number above 0"),
        ("0 0 1\u{0661} * *", "is not a number"),
    ])
    func aFaultyLineNamesTheFieldAndTheReason(_ line: String, _ message: String) {
        #expect {
            try CronLine(line)
        } throws: { error in
            (error as? FlowError)?.message.contains(message) == true
        }
    }

    @Test func aTimeThatTheClocksAlwaysSkipIsFoundInNoCentury() throws {
        // The second Sunday of March, 02:00 to 02:59: the gap of New York.
        let line = try CronLine("* 2 8-14 3 */7")
        let zone = try Zone("America/New_York")
        #expect(
            line.fires(after: Date(timeIntervalSince1970: 1_700_000_000), count: 1, in: zone) == []
        )
    }

    @Test func aDayHasTheHoursThatTheClocksShow() throws {
        let zone = try Zone("America/New_York")
        func hours(_ text: String) -> Double? {
            zone.day(text).map { $0.upperBound.timeIntervalSince($0.lowerBound) / 3600 }
        }
        #expect(hours("2026-03-07") == 24)
        #expect(hours("2026-03-08") == 23)
        #expect(hours("2026-11-01") == 25)
        #expect(zone.day("2026-03-01")?.lowerBound == Date(timeIntervalSince1970: 1_772_341_200))
        #expect(zone.day("2026-12-31")?.upperBound == zone.day("2027-01-01")?.lowerBound)
        for wrong in ["2026-02-29", "2026-13-01", "2026-0-1", "2026-01-32", "soon", "", "1-1"] {
            #expect(zone.day(wrong) == nil, "\(wrong)")
        }
    }

    @Test(arguments: ["Mars/Olympus", "../../etc/passwd", "", "/etc/localtime", "Asia", "Asia/"])
    func anUnknownZoneIsAnError(_ name: String) {
        #expect(throws: FlowError.self) { try Zone(name) }
    }

    @Test func theMachinesZoneIsThatOfItsEnvironment() {
        #expect(Zone.current(environment: ["TZ": ":Asia/Seoul"]).name == "Asia/Seoul")
        #expect(Zone.current(environment: [:], localTime: "/nowhere").name == "UTC")
        let link = Zone.current(environment: [:], localTime: "/usr/share/zoneinfo/Asia/Seoul")
        #expect(link.name == "localtime")
    }
}
