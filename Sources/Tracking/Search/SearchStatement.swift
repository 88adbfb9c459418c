import Database
import FoundationEssentials
package import GRDB

/// A search as one SQL statement with bound values.
package struct SearchStatement {
    private var joins: [String] = []
    private var joined = StatementArguments()
    private var conditions: [String] = []
    private var bound = StatementArguments()
    private var orderings: [String] = []
    private let schema: SearchSchema
    /// Metrics count only if measured on one of these; all do if there are none.
    private let datasets: [ModelDataset]

    /// Parses a filter and an order.
    ///
    /// - Throws: `TrackingError` with code `invalidValue` if one is invalid.
    package init(_ schema: SearchSchema, filter: String, orderBy: [String]) throws(TrackingError) {
        try self.init(
            schema,
            SearchFilter(filter, schema),
            SearchOrder.read(orderBy, schema)
        )
    }

    init(
        _ schema: SearchSchema,
        _ filter: SearchFilter,
        _ orders: [SearchOrder],
        datasets: [ModelDataset] = []
    ) throws(TrackingError) {
        self.schema = schema
        self.datasets = datasets
        var asksForPrompts = !schema.hidesPrompts
        for clause in filter.clauses {
            if schema.hidesPrompts, clause.field == Self.isPrompt {
                asksForPrompts = true
                if clause.leavesOutPrompts {
                    hidePrompts()
                    continue
                }
            }
            try add(clause)
        }
        if !asksForPrompts { hidePrompts() }
        if !filter.clauses.contains(where: { $0.field.kind == .metric }) { requireDatasets() }
        for (place, order) in orders.enumerated() { try add(order, at: place) }
        orderings += schema.tieBreak
    }

    /// Adds a condition of the caller.
    package mutating func require(_ condition: String, _ arguments: StatementArguments = []) {
        conditions.append(condition)
        bound += arguments
    }

    /// Adds the condition that a column is one of any number of numbers.
    package mutating func require(_ column: String, isIn numbers: [Int]) {
        // One JSON array is one bound value.
        let list = "[\(numbers.map(String.init).joined(separator: ","))]"
        require("\(column) IN (SELECT value FROM json_each(?))", [list])
    }

    /// The rows of one page, and whether there are more.
    package func rows(
        _ db: Database,
        columns: String,
        from table: String,
        _ page: SearchPage
    ) throws -> (rows: [Row], next: String?) {
        let filter = conditions.isEmpty ? "1" : conditions.joined(separator: " AND ")
        let sql = """
            SELECT \(columns) FROM \(table) \(joins.joined(separator: " ")) WHERE \(filter) \
            ORDER BY \(orderings.joined(separator: ", ")) LIMIT ? OFFSET ?
            """
        // One more than requested shows whether there are more.
        let arguments = joined + bound + [page.limit + 1, page.offset]
        let statement = try PreparedSearches.statement(sql, db)
        let found = try Row.fetchAll(statement, arguments: arguments)
        guard found.count > page.limit else { return (found, nil) }
        return (Array(found.dropLast()), page.next)
    }
}

// MARK: - Conditions

extension SearchStatement {
    private mutating func add(_ clause: SearchClause) throws(TrackingError) {
        switch clause.field.kind {
        case .attribute: try addAttribute(clause)
        case .dataset: addDataset(clause)
        case .metric, .param, .tag, .metadata: addDetail(clause)
        }
    }

    private mutating func addAttribute(_ clause: SearchClause) throws(TrackingError) {
        guard let attribute = schema.attributes[clause.field.key.text] else { return }
        guard attribute.codes.isEmpty else { return try addCoded(clause, attribute) }
        let (condition, arguments) = comparison(attribute.column, clause)
        // A negation looks only at the thing's own value.
        guard let link = attribute.link, clause.operation != .unequal, clause.operation != .notIn
        else { return require(condition, arguments) }
        let (linked, values) = comparison(link.column, clause)
        require(
            "(\(condition) OR \(link.id) IN (SELECT \(link.owner) FROM \(link.table) WHERE \(linked)))",
            arguments + values
        )
    }

    /// A text that is stored as a number.
    private mutating func addCoded(
        _ clause: SearchClause,
        _ attribute: SearchSchema.Attribute
    ) throws(TrackingError) {
        let texts: [String]
        switch (clause.operation, clause.value) {
        case (.equal, .text(let text)), (.unequal, .text(let text)): texts = [text]
        case (.isIn, .texts(let list)), (.notIn, .texts(let list)): texts = list
        default:
            throw SearchFilter.invalid("\(clause.field.key) can only be compared with = and IN")
        }
        let numbers = texts.compactMap { attribute.codes[$0.uppercased()] }
        let isNot = clause.operation == .unequal || clause.operation == .notIn
        require(
            "\(attribute.column) \(isNot ? "NOT " : "")IN (\(Self.marks(numbers.count)))",
            StatementArguments(numbers)
        )
    }

    private mutating func addDetail(_ clause: SearchClause) {
        guard let details = schema.details[clause.field.kind] else { return }
        var condition = "\(details.key) = ?"
        var arguments: StatementArguments = [clause.field.key.text]
        if clause.operation != .isNull && clause.operation != .isNotNull {
            let (compared, values) = comparison(details.value, clause)
            condition += " AND \(compared)"
            arguments += values
            if let isNaN = details.isNaN { condition += " AND \(isNaN) = 0" }
        }
        if clause.field.kind == .metric, !datasets.isEmpty {
            let (isOne, values) = ModelDataset.condition(datasets)
            condition += " AND \(isOne)"
            arguments += values
        }
        let isNot = clause.operation == .isNull ? "NOT " : ""
        require(
            "\(details.id) \(isNot)IN (SELECT \(details.owner) FROM \(details.table) WHERE \(condition))",
            arguments
        )
    }

    /// Leaves out things without a metric that was measured on one of the datasets.
    private mutating func requireDatasets() {
        guard !datasets.isEmpty, let details = schema.details[.metric] else { return }
        let (isOne, values) = ModelDataset.condition(datasets)
        require(
            "\(details.id) IN (SELECT \(details.owner) FROM \(details.table) WHERE \(isOne))",
            values
        )
    }

    private mutating func addDataset(_ clause: SearchClause) {
        let tag = "input_tags.name = 'mlflow.data.context' AND input_tags.value"
        let column = clause.field.key == "context" ? tag : "datasets.\(clause.field.key)"
        let (condition, arguments) = comparison(column, clause)
        let tags =
            clause.field.key == "context"
            ? "JOIN input_tags ON input_tags.input_uuid = inputs.input_uuid" : ""
        require(
            """
            runs.run_uuid IN (SELECT destination_id FROM inputs JOIN datasets ON dataset_uuid = source_id \
            \(tags) WHERE source_type = 'DATASET' AND destination_type = 'RUN' AND \(condition))
            """,
            arguments
        )
    }

    private func comparison(
        _ column: String,
        _ clause: SearchClause
    ) -> (condition: String, arguments: StatementArguments) {
        switch clause.value {
        case .none: return ("\(column) \(clause.operation.rawValue)", [])
        case .number(let number): return ("\(column) \(clause.operation.rawValue) ?", [number])
        case .texts(let texts):
            // One JSON array is one bound value, however long the list.
            let list = (try? JSONEncoder().encode(texts)).map {
                String(decoding: $0, as: UTF8.self)
            }
            return (
                "\(column) \(clause.operation.rawValue) (SELECT value FROM json_each(?))",
                [list ?? "[]"]
            )
        case .text(let text):
            switch clause.operation {
            // SQLite's LIKE ignores the case of ASCII, its GLOB does not.
            case .like: return ("\(column) GLOB ?", [Self.glob(like: text)])
            case .ilike: return ("\(column) LIKE ?", [text])
            default: return ("\(column) \(clause.operation.rawValue) ?", [text])
            }
        }
    }

    /// The GLOB pattern equal to a LIKE pattern.
    static func glob(like pattern: String) -> String {
        pattern.reduce(into: "") { glob, character in
            switch character {
            case "%": glob += "*"
            case "_": glob += "?"
            case "*", "?", "[": glob += "[\(character)]"
            default: glob.append(character)
            }
        }
    }

    static func marks(_ count: Int) -> String {
        [String](repeating: "?", count: count).joined(separator: ", ")
    }
}

// MARK: - Prompts

extension SearchStatement {
    private static let isPrompt = SearchField(kind: .tag, key: "mlflow.prompt.is_prompt")

    /// Leaves out prompts, which have a tag; a model without the tag is not one.
    private mutating func hidePrompts() {
        guard let tags = schema.details[.tag] else { return }
        require(
            "\(tags.id) NOT IN (SELECT \(tags.owner) FROM \(tags.table) WHERE key = ? AND value = 'true')",
            [Self.isPrompt.key.text]
        )
    }
}

extension SearchClause {
    fileprivate var leavesOutPrompts: Bool {
        (operation == .unequal && value == .text("true"))
            || (operation == .equal && value == .text("false"))
    }
}

// MARK: - Order

extension SearchStatement {
    private mutating func add(_ order: SearchOrder, at place: Int) throws(TrackingError) {
        let direction = order.isDescending ? "DESC" : "ASC"
        if order.field.kind == .attribute {
            guard let attribute = schema.attributes[order.field.key.text] else { return }
            orderings += ["\(attribute.column) IS NULL", "\(attribute.column) \(direction)"]
            return
        }
        guard let details = schema.details[order.field.kind] else { return }
        let table = "sorted\(place)"
        joined += [order.field.key.text]
        if let latest = details.latestFirst {
            var condition = "\(details.key) = ?"
            if let dataset = order.dataset {
                let (isOne, values) = ModelDataset.condition([dataset])
                condition += " AND \(isOne)"
                joined += values
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
        orderings += [rank ?? "\(value) IS NULL", "\(value) \(direction)"]
    }
}
