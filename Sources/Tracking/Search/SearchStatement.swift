import Database
import FoundationEssentials
package import GRDB

/// A search as one SQL statement with bound values, in the forms that a plan can choose from.
///
/// See ``SearchPlan``.
package struct SearchStatement {
    var conditions: [SearchCondition] = []
    let orders: [SearchOrder]
    let schema: SearchSchema
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
        self.orders = orders
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
    }

    /// Adds a condition of the caller.
    package mutating func require(_ condition: String, _ arguments: StatementArguments = []) {
        conditions.append(.row(condition, arguments))
    }

    /// Adds the condition that a column is one of any number of numbers.
    package mutating func require(_ column: String, isIn numbers: [Int]) {
        conditions.append(.scope(column, numbers))
    }

    /// Adds the condition that runs are in use, or in the trash.
    mutating func require(_ stage: LifecycleStage, column: String) {
        conditions.append(.stage(column, stage))
    }

    /// The rows of one page, and whether there are more.
    package func rows(
        _ db: Database,
        columns: String,
        from table: String,
        _ page: SearchPage,
        effort: SearchEffort = SearchEffort()
    ) throws -> (rows: [Row], next: String?) {
        var plan = SearchPlan(
            db: db,
            statement: self,
            columns: columns,
            table: table,
            effort: effort
        )
        // One more than requested shows whether there are more.
        let found = try plan.rows(limit: page.limit + 1, offset: page.offset)
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
        let (condition, arguments) = Self.comparison(attribute.column, clause)
        // A negation looks only at the thing's own value.
        guard let link = attribute.link, clause.operation != .unequal, clause.operation != .notIn
        else { return require(condition, arguments) }
        let (linked, values) = Self.comparison(link.column, clause)
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
            let (compared, values) = Self.comparison(details.value, clause)
            condition += " AND \(compared)"
            arguments += values
            if let isNaN = details.isNaN { condition += " AND \(isNaN) = 0" }
        }
        if clause.field.kind == .metric, !datasets.isEmpty {
            let (isOne, values) = ModelDataset.condition(datasets)
            condition += " AND \(isOne)"
            arguments += values
        }
        var relation = SearchRelation(details, where: condition, arguments)
        relation.isNegated = clause.operation == .isNull
        relation.clause = clause
        conditions.append(.related(relation))
    }

    /// Leaves out things without a metric that was measured on one of the datasets.
    private mutating func requireDatasets() {
        guard !datasets.isEmpty, let details = schema.details[.metric] else { return }
        let (isOne, values) = ModelDataset.condition(datasets)
        conditions.append(.related(SearchRelation(details, where: isOne, values)))
    }

    private mutating func addDataset(_ clause: SearchClause) {
        let tag = "input_tags.name = 'mlflow.data.context' AND input_tags.value"
        let column = clause.field.key == "context" ? tag : "datasets.\(clause.field.key)"
        let (condition, arguments) = Self.comparison(column, clause)
        let tags =
            clause.field.key == "context"
            ? " JOIN input_tags ON input_tags.input_uuid = inputs.input_uuid" : ""
        conditions.append(
            .related(
                SearchRelation(
                    id: "runs.run_uuid",
                    owner: "inputs.destination_id",
                    source: "inputs JOIN datasets ON dataset_uuid = source_id\(tags)",
                    condition:
                        "source_type = 'DATASET' AND destination_type = 'RUN' AND \(condition)",
                    values: arguments
                )
            )
        )
    }

    /// The condition of a clause on a column.
    static func comparison(
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
        var relation = SearchRelation(
            tags,
            where: "key = ? AND value = 'true'",
            [Self.isPrompt.key.text]
        )
        relation.isNegated = true
        conditions.append(.related(relation))
    }
}

extension SearchClause {
    fileprivate var leavesOutPrompts: Bool {
        (operation == .unequal && value == .text("true"))
            || (operation == .equal && value == .text("false"))
    }
}
