import Database
import GRDB

/// A part of an order whose rows an index yields one after another.
struct SearchWalk {
    /// The table that is read, and the join that leads from it to the things.
    private let source: String
    private let join: String
    /// What selects the part within the index.
    private var condition: String
    private var values: StatementArguments
    /// The column that it is sorted by.
    private let column: String
    private let direction: String
    /// The name of the things' ids in the table that is read.
    private let id: String
    /// The places of conditions that the part itself ensures.
    private var ensured: Set<Int> = []
    /// Things that earlier parts have yielded are left out.
    private var others: [SearchRelation] = []
    /// The rules for the order of equal rows.
    private let rest: ArraySlice<SearchOrder>

    /// The parts of a search's order, in that order; nil for a part that no index yields.
    static func parts(of search: SearchStatement) -> [SearchWalk?] {
        parts(search, search.orders[...], without: [])
    }

    private static func parts(
        _ search: SearchStatement,
        _ orders: ArraySlice<SearchOrder>,
        without others: [SearchRelation]
    ) -> [SearchWalk?] {
        guard let order = orders.first else {
            return newest(search, isDescending: true, orders, without: others)
        }
        if order.field.kind == .attribute {
            let column = search.schema.attributes[order.field.key.text]?.column
            guard column == search.schema.listing?.time else { return [nil] }
            return newest(
                search,
                isDescending: order.isDescending,
                orders.dropFirst(),
                without: others
            )
        }
        guard let details = search.schema.details[order.field.kind], details.isInOrder else {
            return [nil]
        }
        return byValue(search, details, order, orders.dropFirst(), without: others)
    }

    /// By the value of a key: numbers, NaN, then things without one.
    private static func byValue(
        _ search: SearchStatement,
        _ details: SearchSchema.Details,
        _ order: SearchOrder,
        _ rest: ArraySlice<SearchOrder>,
        without others: [SearchRelation]
    ) -> [SearchWalk?] {
        let table = "sorted\(search.orders.count - rest.count - 1)"
        let column = "\(table).\(details.value)"
        var walk = SearchWalk(
            source: "\(details.table) AS \(table)",
            join: "CROSS JOIN runs ON \(details.id) = \(table).\(details.owner)",
            condition: "\(table).\(details.key) = ?",
            values: [order.field.key.text],
            column: column,
            direction: order.direction,
            id: "\(table).\(details.owner)",
            rest: rest
        )
        walk.others = others
        var numbers = walk
        numbers.condition += details.isNaN.map { " AND \(table).\($0) = 0" } ?? ""
        numbers.condition += " AND \(column) IS NOT NULL"
        for (place, condition) in search.conditions.enumerated() {
            guard case .related(let relation) = condition, let clause = relation.clause,
                clause.field == order.field, clause.value != .none
            else { continue }
            let (sql, values) = SearchStatement.comparison(column, clause)
            numbers.condition += " AND \(sql)"
            numbers.values += values
            numbers.ensured.insert(place)
        }
        // What is compared with a value has one.
        guard numbers.ensured.isEmpty else { return [numbers] }
        var parts: [SearchWalk?] = [numbers]
        if let isNaN = details.isNaN {
            walk.condition += " AND \(table).\(isNaN) = 1"
            parts.append(walk)
        }
        var seen = SearchRelation(
            details,
            where: "\(details.key) = ? AND \(details.value) IS NOT NULL",
            [order.field.key.text]
        )
        seen.isNegated = true
        return parts + Self.parts(search, rest, without: others + [seen])
    }

    /// By time, in an index of all things of a stage, or of those of one experiment.
    private static func newest(
        _ search: SearchStatement,
        isDescending: Bool,
        _ rest: ArraySlice<SearchOrder>,
        without others: [SearchRelation]
    ) -> [SearchWalk?] {
        guard let listing = search.schema.listing else { return [nil] }
        var (conditions, values, ensured) = ([String](), StatementArguments(), Set<Int>())
        var hasStage = false
        for (place, condition) in search.conditions.enumerated() {
            switch condition {
            case .stage: hasStage = true
            case .scope(_, let numbers) where numbers.count == 1: break
            case .row, .scope, .related: continue
            }
            guard let direct = condition.direct(isSought: true) else { continue }
            conditions.append(direct.sql)
            values += direct.values
            ensured.insert(place)
        }
        guard hasStage else { return [nil] }
        var walk = SearchWalk(
            source: "runs",
            join: "",
            condition: conditions.joined(separator: " AND "),
            values: values,
            column: listing.time,
            direction: isDescending ? "DESC" : "ASC",
            id: listing.id,
            rest: rest
        )
        walk.ensured = ensured
        walk.others = others
        // Without a time: found only by collecting, but there are hardly any.
        var timeless = walk
        walk.condition += " AND \(listing.time) IS NOT NULL"
        timeless.condition += " AND \(listing.time) IS NULL"
        return [walk, timeless]
    }

    private init(
        source: String,
        join: String,
        condition: String,
        values: StatementArguments,
        column: String,
        direction: String,
        id: String,
        rest: ArraySlice<SearchOrder>
    ) {
        self.source = source
        self.join = join
        self.condition = condition
        self.values = values
        self.column = column
        self.direction = direction
        self.id = id
        self.rest = rest
    }

    // MARK: - Reading

    /// The value of the row after the first `length` rows of the part; nil if it has no more.
    func bound(_ db: Database, after length: Int) throws -> DatabaseValue? {
        let sql = """
            SELECT \(column) FROM \(source) WHERE \(condition) \
            ORDER BY \(column) \(direction) LIMIT 1 OFFSET ?
            """
        let statement = try PreparedSearches.statement(sql, db)
        return try Row.fetchOne(statement, arguments: values + [length])?[0]
    }

    /// The rows that match, as far as values come before `bound`.
    func rows(
        _ db: Database,
        _ columns: String,
        _ search: SearchStatement,
        before bound: DatabaseValue?,
        limit: Int
    ) throws -> [Row] {
        let ordering = SearchOrdering(
            rest,
            from: search.orders.count - rest.count,
            of: search.schema
        )
        var (conditions, values) = ([condition], ordering.values + values)
        if let bound {
            conditions.append("\(column) \(direction == "ASC" ? "<" : ">") ?")
            values += [bound]
        }
        for (place, condition) in search.conditions.enumerated() where !ensured.contains(place) {
            if case .related(let relation) = condition {
                conditions.append(relation.asProbe(of: id))
                values += relation.values
            } else if let direct = condition.direct(isSought: false) {
                conditions.append(direct.sql)
                values += direct.values
            }
        }
        for other in others {
            conditions.append(other.asProbe(of: id))
            values += other.values
        }
        let terms = ["\(column) \(direction)"] + ordering.terms
        let sql = """
            SELECT \(columns) FROM \(source) \(join) \(ordering.joins.joined(separator: " ")) \
            WHERE \(conditions.joined(separator: " AND ")) \
            ORDER BY \(terms.joined(separator: ", ")) LIMIT ?
            """
        let statement = try PreparedSearches.statement(sql, db)
        return try Row.fetchAll(statement, arguments: values + [limit])
    }
}
