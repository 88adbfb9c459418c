import Database
import GRDB
import Testing
import TestStores
import Tracking

/// All plans of a search find the same runs in the same order.
@Suite struct SearchPlanTests {
    let folder = TemporaryFolder()

    private func store(_ effort: SearchEffort) throws -> TrackingStore {
        try folder.open { $0.searchEffort = effort }
    }

    private static func effort(few: Int, counted: Int, walked: Int) -> SearchEffort {
        var effort = SearchEffort()
        (effort.few, effort.counted, effort.walked) = (few, counted, walked)
        return effort
    }

    /// Collects and sorts whatever matches.
    private static let collecting = effort(few: .max - 1, counted: .max, walked: 1)

    /// Reads indexes in order, as far as these allow.
    private static let others = [
        effort(few: 0, counted: .max, walked: 1), effort(few: 0, counted: 30, walked: 4),
        effort(few: 20, counted: 100, walked: 10), effort(few: 0, counted: .max, walked: 1000),
        SearchEffort(),
    ]

    /// Runs with few different values, so that many are equal, and with gaps of all kinds.
    private func fill(_ random: inout SplitMix) throws {
        let store = try store(SearchEffort())
        let experiments = try (0..<3).map { try store.createExperiment(named: "e\($0)").id }
        let keys = ["a", "b"]
        for number in 0..<200 {
            var new = NewRun()
            new.id = "run\(random.below(1 << 40))-\(number)"
            new.name = "n\(random.below(9))"
            new.experimentID = experiments[number % 10 == 0 ? 1 + random.below(2) : 0]
            new.startTime = random.below(12)
            try store.createRun(new)
            var batch = Batch()
            for key in keys {
                if random.below(4) > 0 {
                    let value = random.below(6) == 0 ? .nan : Double(random.below(5)) - 2
                    batch.metrics.append(
                        Metric(TrackingKey(key), value, timestamp: 1, step: 1)
                    )
                }
                if random.below(4) > 0 {
                    batch.params.append(Param(TrackingKey(key), "\(random.below(4))"))
                }
                if random.below(4) > 0 {
                    batch.tags.append(Tag(TrackingKey(key), "t\(random.below(4))"))
                }
            }
            try store.log(batch, run: new.id ?? "")
            if random.below(8) == 0 { try store.deleteRun(new.id ?? "") }
        }
        // What only other programs leave.
        try store.write(.everything, "") { db in
            try db.execute(
                sql: """
                    UPDATE runs SET start_time = NULL WHERE rowid % 9 = 0;
                    UPDATE tags SET value = NULL WHERE rowid % 7 = 0 AND key = 'a';
                    """
            )
        }
    }

    private static let clauses = [
        "metrics.a > -1", "metrics.a <= 1", "metrics.a = 0", "metrics.b != 1", "metrics.absent > 0",
        "params.a = '1'", "params.a != '1'", "params.b LIKE '%'", "params.b IS NULL",
        "params.a IS NOT NULL", "tags.a = 't1'", "tags.a IS NULL", "tags.a IS NOT NULL",
        "tags.b ILIKE 'T%'", "run_name != 'n1'", "status = 'RUNNING'", "start_time > 3",
        "start_time <= 8",
    ]

    private static let rules = [
        "metrics.a", "metrics.a DESC", "metrics.b", "metrics.b DESC", "metrics.absent",
        "params.a", "params.a DESC", "params.absent DESC", "tags.a", "tags.a DESC", "tags.b",
        "start_time", "start_time DESC", "run_name", "run_name DESC", "end_time",
    ]

    /// All pages of a search.
    private func pages(
        _ store: TrackingStore,
        _ filter: String,
        _ order: [String],
        _ experiments: [Int]?,
        _ view: LifecycleView,
        by limit: Int
    ) throws -> [[String]] {
        var (pages, token) = ([[String]](), String?.none)
        repeat {
            let page = try store.searchRuns(
                experiments: experiments,
                filter: filter,
                orderBy: order,
                view: view,
                limit: limit,
                pageToken: token,
                details: []
            )
            pages.append(page.items.map(\.id))
            token = page.nextPageToken
        } while token != nil
        return pages
    }

    @Test(arguments: 0..<4) func allPlansFindTheSame(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        try fill(&random)
        let reference = try store(Self.collecting)
        let stores = try Self.others.map(store)
        for _ in 0..<60 {
            let clauses = (0..<random.below(4)).map { _ in random.element(Self.clauses) }
            var order: [String] = []
            for _ in 0..<random.below(4) {
                let rule = random.element(Self.rules)
                if !order.contains(where: {
                    $0.split(separator: " ")[0] == rule.split(separator: " ")[0]
                }) {
                    order.append(rule)
                }
            }
            let filter = clauses.joined(separator: " AND ")
            let experiments = random.element([
                nil, [1], [1, 2], [2, 3], [2], [1, 2, 3], [99], [],
            ])
            let view = random.element([LifecycleView.active, .active, .deleted, .all])
            let limit = random.element([1, 7, 50, 300])
            let expected = try pages(reference, filter, order, experiments, view, by: limit)
            for (place, store) in stores.enumerated() {
                let found = try pages(store, filter, order, experiments, view, by: limit)
                #expect(
                    found == expected,
                    "plan \(place): '\(filter)' by \(order) in \(String(describing: experiments)), \(view), \(limit)"
                )
            }
        }
    }

    @Test func equalValuesBeyondTheWalkAreSortedByTime() throws {
        let store = try store(Self.effort(few: 0, counted: .max, walked: 3))
        for number in 0..<20 {
            var new = NewRun()
            (new.id, new.startTime) = ("r\(number)", number)
            try store.createRun(new)
            let value = number == 7 ? 2.0 : 1
            try store.log(
                Batch(metrics: [Metric("m", value, timestamp: 1, step: 0)]),
                run: "r\(number)"
            )
        }
        let found = try store.searchRuns(orderBy: ["metrics.m DESC"], limit: 3, details: [])
        #expect(found.items.map(\.id) == ["r7", "r19", "r18"])
    }
}

/// Repeatable random numbers.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((bits ^ (bits >> 31)) % UInt64(bound))
    }

    mutating func element<Element>(_ list: [Element]) -> Element { list[below(list.count)] }
}
