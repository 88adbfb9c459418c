import GRDB

/// A query for runs as one SQL statement.
struct RunSelection {
    private(set) var sql = ""
    private(set) var arguments = StatementArguments()
    private var joins: [String] = []
    private var orderings: [String] = []

    init(_ query: RunQuery) {
        for (place, order) in query.order.enumerated() { add(order, at: place) }
        orderings += ["runs.start_time DESC", "runs.run_uuid"]
        let conditions = conditions(of: query)
        let columns = RunRecord.columns.split(separator: ", ").map { "runs.\($0)" }
        sql = """
            SELECT \(columns.joined(separator: ", ")) FROM runs \(joins.joined(separator: " ")) \
            WHERE \(conditions) ORDER BY \(orderings.joined(separator: ", ")) LIMIT ? OFFSET ?
            """
        arguments += [query.limit ?? -1, query.offset]
    }

    init(counting query: RunQuery) {
        let conditions = conditions(of: query)
        sql = "SELECT count(*) FROM runs WHERE \(conditions)"
    }

    private mutating func conditions(of query: RunQuery) -> String {
        var conditions = ["runs.\(query.view.condition)"]
        if query.view == .all { conditions = [] }
        if let experiments = query.experimentIDs {
            conditions.append("runs.experiment_id IN (\(marks(experiments.count)))")
            arguments += StatementArguments(experiments)
        }
        if let statuses = query.statuses {
            conditions.append("runs.status IN (\(marks(statuses.count)))")
            arguments += StatementArguments(statuses.map(\.rawValue))
        }
        if let text = query.nameContains {
            conditions.append("instr(lower(runs.name), lower(?)) > 0")
            arguments += [text]
        }
        if let after = query.after {
            if let time = after.startTime {
                conditions.append(
                    "runs.start_time <= ? AND (runs.start_time < ? OR runs.run_uuid > ?)"
                )
                arguments += [time, time, after.id]
            } else {
                conditions.append("runs.start_time IS NULL AND runs.run_uuid > ?")
                arguments += [after.id]
            }
        }
        return conditions.isEmpty ? "1" : conditions.joined(separator: " AND ")
    }

    private mutating func add(_ order: RunQuery.Order, at place: Int) {
        let direction = order.isDescending ? "DESC" : "ASC"
        let table = "sorted\(place)"

        func attribute(_ expression: String) {
            orderings += ["\(expression) IS NULL", "\(expression) \(direction)"]
        }
        func join(_ source: String, _ key: TrackingKey) {
            joins.append(
                "LEFT JOIN \(source) \(table) "
                    + "ON \(table).run_uuid = runs.run_uuid AND \(table).key = ?"
            )
            arguments += [key.text]
        }

        switch order.column {
        case .name: attribute("runs.name")
        case .status: attribute("runs.status")
        case .user: attribute("runs.user_id")
        case .startTime: attribute("runs.start_time")
        case .endTime: attribute("runs.end_time")
        case .duration: attribute("(runs.end_time - runs.start_time)")
        case .metric(let key):
            join("latest_metrics", key)
            orderings += [
                "CASE WHEN \(table).value IS NULL THEN 2 ELSE \(table).is_nan END",
                "\(table).value \(direction)",
            ]
        case .param(let key):
            join("params", key)
            // A text that is not a number counts as 0; these are ordered as texts.
            orderings += [
                "\(table).value IS NULL", "CAST(\(table).value AS REAL) \(direction)",
                "\(table).value \(direction)",
            ]
        case .tag(let key):
            join("tags", key)
            orderings += ["\(table).value IS NULL", "\(table).value \(direction)"]
        }
    }

    private func marks(_ count: Int) -> String {
        [String](repeating: "?", count: count).joined(separator: ", ")
    }
}
