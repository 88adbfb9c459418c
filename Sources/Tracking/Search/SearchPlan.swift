import GRDB

/// The way to find the rows of a search: to collect all that match and sort them, or to read an
/// index in the requested order until a page is full.
///
/// The first is best if few match, the second if many do. How many do is counted up to a bound, and
/// an index is read only so far that little is lost if few of its rows match. All ways have the same
/// results.
struct SearchPlan {
    let db: Database
    /// Its conditions are checked in this order.
    private(set) var statement: SearchStatement
    let columns: String
    let table: String
    let effort: SearchEffort

    init(
        db: Database,
        statement: SearchStatement,
        columns: String,
        table: String,
        effort: SearchEffort
    ) {
        self.db = db
        self.statement = statement
        self.columns = columns
        self.table = table
        self.effort = effort
    }

    mutating func rows(limit: Int, offset: Int) throws -> [Row] {
        guard statement.schema.listing != nil else {
            return try collect(nil, limit: limit, offset: offset)
        }
        let count = try rank()
        if count > effort.few {
            let walks = SearchWalk.parts(of: statement)
            if let rows = try walk(walks, count: offset + limit, worth: count) {
                return Array(rows.dropFirst(offset).prefix(limit))
            }
        }
        return try collect(count < effort.counted ? 0 : nil, limit: limit, offset: offset)
    }

    // MARK: - Few things

    /// Puts the conditions with the fewest rows first, and returns how many the first one has, at
    /// most `effort.counted`.
    private mutating func rank() throws -> Int {
        var best = effort.counted
        let counts = try statement.conditions.map { condition in
            let count: Int
            // With few things the rest does not matter.
            guard best > effort.few else { return Int.max }
            switch condition {
            case .related(let relation) where !relation.isNegated:
                count = try relation.count(db, atMost: effort.counted)
            case .scope: count = try countScope(condition, atMost: effort.counted)
            case .row, .stage, .related: return Int.max
            }
            best = min(best, count)
            return count
        }
        let order = counts.indices.sorted { (counts[$0], $0) < (counts[$1], $1) }
        statement.conditions = order.map { statement.conditions[$0] }
        return best
    }

    private func countScope(_ condition: SearchCondition, atMost limit: Int) throws -> Int {
        guard let (sql, values) = condition.direct(isSought: true) else { return limit }
        let text = "SELECT count(*) FROM (SELECT 1 FROM \(table) WHERE \(sql) LIMIT ?)"
        let counting = try PreparedSearches.statement(text, db)
        return try Int.fetchOne(counting, arguments: values + [limit]) ?? 0
    }

    /// The things that match, sorted.
    ///
    /// - Parameter start: The place of the condition whose rows are looked for, while the others are
    ///   checked for each; nil if SQLite may choose.
    private func collect(_ start: Int?, limit: Int, offset: Int) throws -> [Row] {
        let ordering = SearchOrdering(statement.orders, of: statement.schema)
        var (conditions, values) = ([String](), ordering.values)
        let startsFromScope = start.map {
            if case .scope = statement.conditions[$0] { true } else { false }
        }
        for (place, condition) in statement.conditions.enumerated() {
            if case .related(let relation) = condition {
                let isList = start == nil || place == start
                conditions.append(isList ? relation.asList() : relation.asProbe(of: relation.id))
                values += relation.values
            } else if let direct = condition.direct(isSought: startsFromScope ?? true) {
                conditions.append(direct.sql)
                values += direct.values
            }
        }
        let filter = conditions.isEmpty ? "1" : conditions.joined(separator: " AND ")
        let sql = """
            SELECT \(columns) FROM \(table) \(ordering.joins.joined(separator: " ")) WHERE \(filter) \
            ORDER BY \(ordering.terms.joined(separator: ", ")) LIMIT ? OFFSET ?
            """
        let prepared = try PreparedSearches.statement(sql, db)
        return try Row.fetchAll(prepared, arguments: values + [limit, offset])
    }

    // MARK: - Many things

    /// The first `count` rows of the parts of an order, one part after another.
    ///
    /// - Parameter worth: How many rows may be read if most of them match too rarely.
    /// - Returns: Nil if they are not found by reading so few rows.
    private func walk(_ walks: [SearchWalk?], count: Int, worth: Int) throws -> [Row]? {
        guard count <= effort.counted else { return nil }
        var rows: [Row] = []
        for walk in walks {
            guard let walk, let more = try read(walk, count: count - rows.count, worth: worth)
            else { return nil }
            rows += more
            if rows.count >= count { break }
        }
        return rows
    }

    /// The first `count` rows of a walk, or all if it has fewer.
    private func read(_ walk: SearchWalk, count: Int, worth: Int) throws -> [Row]? {
        var length = max(effort.walked, 2 * count)
        while true {
            let bound = try walk.bound(db, after: length)
            let rows = try walk.rows(db, columns, statement, before: bound, limit: count)
            if bound == nil || rows.count >= count { return rows }
            // As many as the rate of those that match so far promises, with a margin.
            guard !rows.isEmpty else { return nil }
            let next = length * count / rows.count * 3 / 2
            guard next <= worth, next > length else { return nil }
            length = next
        }
    }
}
