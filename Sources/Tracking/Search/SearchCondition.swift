import GRDB

/// One condition of a search.
enum SearchCondition {
    /// About the columns of the thing's own row.
    case row(String, StatementArguments)
    /// A column has one of these numbers; a list of experiments.
    case scope(String, [Int])
    /// A column names this stage.
    case stage(String, LifecycleStage)
    /// There are rows of another table about the thing, or there are none.
    case related(SearchRelation)

    /// The SQL of a condition that does not look at another table, if it is one.
    ///
    /// - Parameter isSought: Whether an index may be used to find its rows.
    func direct(isSought: Bool) -> (sql: String, values: StatementArguments)? {
        let prefix = isSought ? "" : "+"
        switch self {
        case .row(let sql, let values): return (sql, values)
        case .stage(let column, let stage):
            return ("\(prefix)\(column) = '\(stage.rawValue)'", [])
        case .scope(let column, let numbers):
            // With one number an index can yield its rows in order.
            if numbers.count == 1 { return ("\(prefix)\(column) = ?", [numbers[0]]) }
            // One JSON array is one bound value.
            let list = "[\(numbers.map(String.init).joined(separator: ","))]"
            return ("\(prefix)\(column) IN (SELECT value FROM json_each(?))", [list])
        case .related: return nil
        }
    }
}

/// The condition that another table has a row, or none, about a thing.
struct SearchRelation {
    /// The columns that name the thing, in its own table and in the other one.
    let id: String
    let owner: String
    /// The other table, and what it is joined with.
    let source: String
    let condition: String
    let values: StatementArguments
    /// Whether there must be no such row.
    var isNegated = false
    /// The clause of the filter that it comes from, if it is about one key.
    var clause: SearchClause?

    init(
        id: String,
        owner: String,
        source: String,
        condition: String,
        values: StatementArguments
    ) {
        self.id = id
        self.owner = owner
        self.source = source
        self.condition = condition
        self.values = values
    }

    init(
        _ details: SearchSchema.Details,
        where condition: String,
        _ values: StatementArguments
    ) {
        self.init(
            id: details.id,
            owner: details.owner,
            source: details.table,
            condition: condition,
            values: values
        )
    }

    /// As the things that the other table names, found at once.
    func asList(isSought: Bool = true) -> String {
        "\(isSought ? "" : "+")\(id) \(isNegated ? "NOT " : "")IN "
            + "(SELECT \(owner) FROM \(source) WHERE \(condition))"
    }

    /// As a look at the other table for each thing that is named `id`.
    ///
    /// A table with joins has no index for that, and its list is short.
    func asProbe(of id: String) -> String {
        guard !source.contains(" ") else { return asList(isSought: false) }
        return "\(isNegated ? "NOT " : "")EXISTS "
            + "(SELECT 1 FROM \(source) WHERE \(source).\(owner) = \(id) AND \(condition))"
    }

    /// How many rows of the other table satisfy it, at most `limit`.
    func count(_ db: Database, atMost limit: Int) throws -> Int {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM \(source) WHERE \(condition) LIMIT ?)"
        let statement = try PreparedSearches.statement(sql, db)
        return try Int.fetchOne(statement, arguments: values + [limit]) ?? 0
    }
}
