import Database
import Testing
import TestStores
import Tracking

@Suite struct RunQueryTests {
    let folder = TemporaryFolder()
    let store: TrackingStore

    init() throws {
        store = try folder.open()
        let values: [(String, Double?, String?)] = [
            ("one", 3, "16"), ("two", .nan, "8"), ("three", nil, nil), ("four", -1, "1e-4"),
        ]
        for (place, (name, loss, rank)) in values.enumerated() {
            var new = NewRun()
            new.name = name
            new.startTime = place
            new.status = place == 0 ? .finished : .running
            let run = try store.createRun(new)
            let metrics = loss.map { [Metric("loss", $0, timestamp: 0, step: 0)] } ?? []
            let params = rank.map { [Param("rank", $0)] } ?? []
            try store.log(Batch(metrics: metrics, params: params), run: run.id)
        }
    }

    private func names(_ adjust: (inout RunQuery) -> Void) throws -> [String] {
        var query = RunQuery()
        adjust(&query)
        return try store.runs(query).map(\.name)
    }

    @Test func theNewestRunComesFirst() throws {
        #expect(try names { _ in } == ["four", "three", "two", "one"])
    }

    @Test func pagesJoinToTheWholeList() throws {
        for name in ["five", "six"] {
            var new = NewRun()
            (new.name, new.startTime) = (name, 2)
            _ = try store.createRun(new)
        }
        let all = try store.runs()
        for count in 1...all.count {
            var pages: [RunRecord] = []
            var query = RunQuery()
            query.limit = count
            repeat {
                let page = try store.runs(query)
                if page.isEmpty { break }
                pages += page
                query.after = page.last.map { RunPosition(startTime: $0.startTime, id: $0.id) }
            } while true
            #expect(pages.map(\.id) == all.map(\.id))
        }
        // None of these is without a time.
        #expect(try names { $0.after = RunPosition(startTime: nil, id: "") } == [])
    }

    @Test(arguments: [
        (RunQuery.Order(.metric("loss")), ["four", "one", "two", "three"]),
        (RunQuery.Order(.metric("loss"), isDescending: true), ["one", "four", "two", "three"]),
        (RunQuery.Order(.param("rank")), ["four", "two", "one", "three"]),
        (RunQuery.Order(.param("rank"), isDescending: true), ["one", "two", "four", "three"]),
        (RunQuery.Order(.name), ["four", "one", "three", "two"]),
        (RunQuery.Order(.tag("none")), ["four", "three", "two", "one"]),
        (RunQuery.Order(.startTime), ["one", "two", "three", "four"]),
    ])
    func runsAreSorted(order: RunQuery.Order, expected: [String]) throws {
        #expect(try names { $0.order = [order] } == expected)
    }

    @Test func aSecondRuleDecidesWhereTheFirstLeavesATie() throws {
        let rules = [RunQuery.Order(.status), RunQuery.Order(.metric("loss"), isDescending: true)]
        #expect(try names { $0.order = rules } == ["one", "four", "two", "three"])
    }

    @Test func runsAreChosenByStateNameExperimentAndTrash() throws {
        #expect(try names { $0.statuses = [.finished, .failed] } == ["one"])
        #expect(try names { $0.nameContains = "O" } == ["four", "two", "one"])
        #expect(try names { $0.nameContains = "%" } == [])
        #expect(try names { $0.experimentIDs = [1] } == [])
        let run = try #require(try store.runs().first)
        try store.deleteRun(run.id)
        #expect(try names { $0.view = .deleted } == ["four"])
        #expect(try names { $0.view = .all }.count == 4)
    }

    @Test func aListingCanBeReadPageByPageAndCounted() throws {
        var query = RunQuery()
        query.limit = 2
        query.offset = 1
        query.order = [RunQuery.Order(.metric("loss"))]
        #expect(try store.runs(query).map(\.name) == ["one", "two"])
        #expect(try store.countRuns(query) == 4)
    }

    @Test func onlyRequestedDetailsAreRead() throws {
        var query = RunQuery()
        query.details = [.params]
        query.nameContains = "one"
        let run = try #require(try store.runs(query).first)
        #expect(run.params == ["rank": "16"])
        #expect(run.metrics.isEmpty && run.tags.isEmpty)
    }
}
