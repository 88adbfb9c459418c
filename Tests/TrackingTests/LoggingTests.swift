import Database
import GRDB
import Platform
import Testing
import TestStores
import Tracking

@Suite struct LoggingTests {
    let folder = TemporaryFolder()
    let store: TrackingStore
    let run: String

    init() throws {
        store = try folder.open()
        run = try store.createRun(NewRun()).id
    }

    private func log(_ value: Double, timestamp: Int = 0, step: Int = 0) throws {
        let metric = Metric("loss", value, timestamp: timestamp, step: step)
        try store.log(Batch(metrics: [metric]), run: run)
    }

    private func latest() throws -> Metric? { try store.run(run).metrics["loss"] }

    // MARK: - Metrics

    @Test func nanIsStoredAsZeroWithAMarkAndReadAsNaN() throws {
        try log(.nan)
        for table in ["metrics", "latest_metrics"] {
            let row = try store.read { db in
                try Row.fetchOne(db, sql: "SELECT value, is_nan FROM \(table)")
            }
            #expect(row == ["value": 0.0, "is_nan": 1])
        }
        #expect(try store.metricHistory("loss", run: run).first?.value.isNaN == true)
        #expect(try latest()?.value.isNaN == true)
    }

    @Test(arguments: [
        (Double.infinity, 1.797_693_134_862_315_7e308), (-.infinity, -1.797_693_134_862_315_7e308),
    ])
    func infinityIsStoredAsTheLargestNumber(value: Double, stored: Double) throws {
        try log(value)
        #expect(try latest()?.value == stored)
    }

    @Test(arguments: [
        (9.0, 9, 1, false), (0.0, 0, 3, true), (0.0, 6, 2, true), (9.0, 4, 2, false),
        (3.0, 5, 2, true), (1.0, 5, 2, false),
    ])
    func theLatestValueHasTheLargestStepThenTimeThenValue(
        value: Double,
        timestamp: Int,
        step: Int,
        replaces: Bool
    ) throws {
        let first = Metric("loss", 2, timestamp: 5, step: 2)
        let second = Metric("loss", value, timestamp: timestamp, step: step)
        for metric in [first, second] { try store.log(Batch(metrics: [metric]), run: run) }
        #expect(try latest() == (replaces ? second : first))
    }

    @Test(arguments: [1, 3, 4, 63, 64, 101, 170])
    func aBatchOfAnySizeIsStoredInOrder(count: Int) throws {
        let keys: [TrackingKey] = ["loss", "loss", "acc"]
        var points = (0..<count).map { place in
            let value = place % 5 == 4 ? Double.nan : Double(place) / 3
            return Metric(keys[place % 3], value, timestamp: 7 - place, step: place / 2)
        }
        let before = try store.database.changeCursor()
        try store.log(Batch(metrics: points + points), run: run)
        let rows = try #require(try store.database.changes(after: before).changes.first?.rows)
        let stored = try store.metrics(rows: rows).map {
            Metric($0.key, $0.point.value, timestamp: $0.point.timestamp, step: $0.point.step)
        }
        #expect(stored == points)
        points.sort { ($0.step, $0.timestamp) < ($1.step, $1.timestamp) }
        for key in keys where points.contains(where: { $0.key == key }) {
            #expect(try store.run(run).metrics[key] == points.last { $0.key == key })
        }
    }

    @Test func theSamePointIsStoredOnce() throws {
        try log(1, timestamp: 1, step: 1)
        try log(1, timestamp: 1, step: 1)
        try log(2, timestamp: 1, step: 1)
        #expect(try store.metricHistory("loss", run: run).map(\.value) == [1, 2])
    }

    @Test func historyCanBeReadFromARowOn() throws {
        for step in 0..<5 { try log(Double(step), step: step) }
        let all = try store.metricHistory("loss", run: run)
        let rest = try store.metricHistory("loss", run: run, after: all[2].row, limit: 1)
        #expect(rest == [all[3]])
    }

    // MARK: - Parameters and tags

    @Test func aParameterMayBeLoggedAgainButNotChanged() throws {
        try store.log(Batch(params: [Param("rank", "8")]), run: run)
        try store.log(Batch(params: [Param("rank", "8")]), run: run)
        let error = #expect(throws: TrackingError.self) {
            try store.log(Batch(params: [Param("rank", "16")]), run: run)
        }
        #expect(error?.code == .invalidValue)
        #expect(
            error?.message == "Changing param values is not allowed. Param with key='rank' was "
                + "already logged with value='8' for run ID='\(run)'. Attempted logging new value '16'."
        )
        #expect(try store.run(run).params == ["rank": "8"])
    }

    @Test func aParameterTwiceInABatchIsRefused() throws {
        let batch = Batch(params: [Param("rank", "8"), Param("rank", "8")])
        #expect(trackingCode { try store.log(batch, run: run) } == .invalidValue)
    }

    @Test func aBatchIsWrittenAllOrNothing() throws {
        try store.log(Batch(params: [Param("rank", "8")]), run: run)
        let before = try store.run(run)
        let refused = [
            Batch(
                metrics: [Metric("loss", 1, timestamp: 1, step: 1)],
                params: [Param("a", "1"), Param("rank", "9")]
            ),
            Batch(metrics: [Metric("loss", 1, timestamp: 1, step: 1)], tags: [Tag("", "x")]),
            Batch(metrics: [
                Metric("loss", 1, timestamp: 1, step: 1),
                Metric("a\u{1b}b", 1, timestamp: 1, step: 1),
            ]),
        ]
        for batch in refused {
            #expect(trackingCode { try store.log(batch, run: run) } == .invalidValue)
            #expect(try store.run(run) == before)
            #expect(try store.metricHistory("loss", run: run) == [])
        }
    }

    @Test func canonicallyEquivalentKeysStayDistinct() throws {
        let (composed, decomposed) = ("caf\u{e9} 한", "cafe\u{301} \u{1112}\u{1161}\u{11ab}")
        #expect(composed == decomposed)
        try store.log(
            Batch(
                metrics: [
                    Metric(TrackingKey(composed), 1, timestamp: 0, step: 0),
                    Metric(TrackingKey(decomposed), 2, timestamp: 0, step: 0),
                ],
                params: [Param(TrackingKey(composed), "1"), Param(TrackingKey(decomposed), "2")],
                tags: [Tag(TrackingKey(composed), "1"), Tag(TrackingKey(decomposed), "2")]
            ),
            run: run
        )
        let record = try store.run(run)
        #expect(record.params.count == 2)
        #expect(record.metrics[TrackingKey(composed)]?.value == 1)
        #expect(record.metrics[TrackingKey(decomposed)]?.value == 2)
        #expect(record.tags[TrackingKey(decomposed)] == "2")
        #expect(try store.metricHistory(TrackingKey(composed), run: run).map(\.value) == [1])
    }

    @Test func aParameterValueIsComparedByItsBytes() throws {
        try store.log(Batch(params: [Param("name", "caf\u{e9}")]), run: run)
        let other = Batch(params: [Param("name", "cafe\u{301}")])
        #expect(trackingCode { try store.log(other, run: run) } == .invalidValue)
    }

    @Test(arguments: [
        Param("a\0b", "x"), Param("a", "x\0y"),
        Param(TrackingKey(String(repeating: "k", count: 251)), "x"), Param("", "x"),
        Param("a*b", "x"),
    ])
    func invalidValuesAreRefused(param: Param) {
        #expect(trackingCode { try store.log(Batch(params: [param]), run: run) } == .invalidValue)
    }

    @Test func theTagOfTheNameRenamesTheRun() throws {
        try store.log(Batch(tags: [Tag(Tag.runName, "second")]), run: run)
        #expect(try store.run(run).name == "second")
        try store.updateRun(run, name: "third")
        #expect(try store.run(run).tags[Tag.runName] == "third")
    }

    @Test func aTagCanBeReplacedAndRemoved() throws {
        try store.log(Batch(tags: [Tag("note", "one")]), run: run)
        try store.log(Batch(tags: [Tag("note", "two")]), run: run)
        #expect(try store.run(run).tags["note"] == "two")
        try store.deleteTag("note", run: run)
        #expect(try store.run(run).tags["note"] == nil)
        #expect(trackingCode { try store.deleteTag("note", run: run) } == .notFound)
    }

    @Test func aRunThatIsMissingOrInTheTrashRefusesWrites() throws {
        #expect(trackingCode { try store.log(Batch(), run: "none") } == .notFound)
        try store.deleteRun(run)
        #expect(trackingCode { try log(1) } == .invalidState)
        try store.restoreRun(run)
        try log(1)
        #expect(try latest()?.value == 1)
    }
}
