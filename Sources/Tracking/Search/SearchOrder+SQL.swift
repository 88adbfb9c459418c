import Database
import GRDB

/// What an order adds to a statement.
struct SearchOrdering {
    /// The terms of `ORDER BY`.
    var terms: [String] = []
    /// The tables that the terms name, with their values.
    var joins: [String] = []
    var values = StatementArguments()

    /// The ordering by some rules, whose tables are named by their places from `first` on.
    init(_ orders: some Sequence<SearchOrder>, from first: Int = 0, of schema: SearchSchema) {
        for (place, order) in orders.enumerated() { add(order, at: first + place, schema) }
        terms += schema.tieBreak
    }

    private mutating func add(_ order: SearchOrder, at place: Int, _ schema: SearchSchema) {
        let direction = order.direction
        if order.field.kind == .attribute {
            guard let attribute = schema.attributes[order.field.key.text] else { return }
            terms += ["\(attribute.column) IS NULL", "\(attribute.column) \(direction)"]
            return
        }
        guard let details = schema.details[order.field.kind] else { return }
        let table = "sorted\(place)"
        values += [order.field.key.text]
        if let latest = details.latestFirst {
            var condition = "\(details.key) = ?"
            if let dataset = order.dataset {
                let (isOne, arguments) = ModelDataset.condition([dataset])
                condition += " AND \(isOne)"
                values += arguments
            }
            joins.append(
                """
                LEFT JOIN (SELECT \(details.owner), \(details.value), row_number() OVER \
                (PARTITION BY \(details.owner) ORDER BY \(latest)) AS rank FROM \(details.table) \
                WHERE \(condition)) \(table) ON \(table).\(details.owner) = \(details.id) \
                AND \(table).rank = 1
                """
            )
        } else {
            joins.append(
                """
                LEFT JOIN \(details.table) \(table) ON \(table).\(details.owner) = \(details.id) \
                AND \(table).\(details.key) = ?
                """
            )
        }
        let value = "\(table).\(details.value)"
        // NaN, then missing values, come last in both directions.
        let rank = details.isNaN.map { "CASE WHEN \(value) IS NULL THEN 2 ELSE \(table).\($0) END" }
        terms += [rank ?? "\(value) IS NULL", "\(value) \(direction)"]
    }
}

extension SearchOrder {
    /// Its direction in SQL.
    var direction: String { isDescending ? "DESC" : "ASC" }
}
