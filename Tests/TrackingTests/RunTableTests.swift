import Database
import Foundation
import Testing
import Tracking

@Suite struct RunTableTests {
    private func run(
        name: String = "r",
        params: [TrackingKey: String] = [:],
        metrics: [TrackingKey: Double] = [:],
        times: (Int?, Int?) = (nil, nil)
    ) -> RunRecord {
        var run = RunRecord(
            id: "id",
            experimentID: 1,
            name: name,
            user: "ada",
            status: .finished,
            startTime: times.0,
            endTime: times.1,
            lifecycle: .active,
            artifactURI: "a"
        )
        run.params = params
        for (key, value) in metrics {
            run.metrics[key] = Metric(key, value, timestamp: 0, step: 0)
        }
        return run
    }

    private func csv(_ value: String) -> String {
        RunTable([run(params: ["p": value])], columns: [.param("p")]).csv
    }

    @Test func theDefaultColumnsAreAttributesParametersAndMetrics() {
        let table = RunTable([
            run(params: ["b": "1"], metrics: ["loss": 1]), run(params: ["a": "1"]),
        ])
        #expect(
            table.columns.map(\.title) == [
                "run_id", "run_name", "status", "user_id", "start_time", "duration_seconds",
                "params.a", "params.b", "metrics.loss",
            ]
        )
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
        ("\"\u{301}", "\"\"\"\u{301}\""), ("two\nlines", "\"two\nlines\""),
        ("a\r\nb", "\"a\r\nb\""), ("", ""), (" x ", " x "),
    ])
    func fieldsAreQuotedWhereNeeded(value: String, field: String) {
        #expect(csv(value) == "params.p\r\n\(field)\r\n")
    }

    @Test(arguments: [
        "=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1", "-", "+", "-1-2", "--5", "-inf", "+1e", "-0x10",
        "=", "-1 ",
    ])
    func formulasAreEscaped(value: String) {
        #expect(csv(value) == "params.p\r\n'\(value)\r\n")
    }

    @Test func aFormulaAfterAQuoteOrInAHeadingIsHarmlessToo() {
        #expect(csv("=HYPERLINK(\"x\",1)") == "params.p\r\n\"'=HYPERLINK(\"\"x\"\",1)\"\r\n")
        #expect(RunTable([], columns: [.tag("-x")]).csv == "tags.-x\r\n")
    }

    @Test(arguments: ["-1", "+1", "-0.5", "-.5", "+1e-3", "-1.5E+10", "-3."])
    func numbersStayNumbers(value: String) {
        #expect(csv(value) == "params.p\r\n\(value)\r\n")
    }

    @Test func numbersAndTimesAreWrittenInFull() {
        let table = RunTable(
            [
                run(metrics: ["m": 0.1, "n": .nan], times: (1_795_595_061_373, 1_795_595_062_373)),
                run(metrics: ["m": -1e-7], times: (951_782_400_000, .max)),
                run(times: (-62_135_596_800_000, nil)),
            ],
            columns: [.metric("m"), .metric("n"), .startTime, .duration]
        )
        #expect(
            table.csv == """
                metrics.m,metrics.n,start_time,duration_seconds\r
                0.1,NaN,2026-11-25T08:24:21.373Z,1.0\r
                -1e-07,,2000-02-29T00:00:00.000Z,\((Double(Int.max) - 951_782_400_000) / 1000)\r
                ,,0001-01-01T00:00:00.000Z,\r

                """
        )
    }

    @Test func jsonIsReadBack() throws {
        let text = "quote \" back \\ line \n bell \u{7} \u{2028} é"
        let table = RunTable(
            [run(name: text, params: ["p": "1"], metrics: ["m": 0.1, "n": .nan])],
            columns: [.name, .param("p"), .param("q"), .metric("m"), .metric("n"), .experimentID]
        )
        let rows = try #require(
            JSONSerialization.jsonObject(with: Data(table.json.utf8)) as? [[String: Any]]
        )
        #expect(rows.count == 1)
        #expect(rows[0]["run_name"] as? String == text)
        #expect(rows[0]["params.p"] as? String == "1")
        #expect(rows[0]["params.q"] is NSNull)
        #expect(rows[0]["metrics.m"] as? Double == 0.1)
        #expect(rows[0]["metrics.n"] as? String == "NaN")
        #expect(rows[0]["experiment_id"] as? Int == 1)
        #expect(RunTable([], columns: [.name]).json == "[]\n")
    }

    @Test func markdownShowsTextsAsTheyAre() {
        let table = RunTable(
            [run(name: "a|b\n<img src=x> ![i](u) *x*", metrics: ["m": 0.5])],
            columns: [.name, .metric("m")]
        )
        #expect(
            table.markdown == """
                | run_name | metrics.m |
                | --- | ---: |
                | a\\|b &lt;img src=x&gt; !\\[i\\](u) \\*x\\* | 0.5 |

                """
        )
    }
}
