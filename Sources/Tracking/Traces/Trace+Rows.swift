import Database
import GRDB
import Platform

extension Trace {
    static func find(_ db: Database, id: String) throws -> Trace {
        let statement = try db.cachedStatement(
            sql: """
                SELECT experiment_id, timestamp_ms, execution_time_ms, status, client_request_id,
                    request_preview, response_preview
                FROM trace_info LEFT JOIN wb_traces USING (request_id) WHERE request_id = ?
                """
        )
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { throw notFound(id) }
        var trace = Trace(
            id: id,
            experimentID: row[0],
            requestTime: row[1],
            executionTime: row[2],
            state: State(rawValue: row[3]) ?? .unspecified,
            clientRequestID: row[4],
            requestPreview: row[5],
            responsePreview: row[6],
            metadata: try texts(db, in: "trace_request_metadata", of: id),
            tags: try texts(db, in: "trace_tags", of: id)
        )
        let assessments = try db.cachedStatement(
            sql: "SELECT body FROM wb_assessments WHERE request_id = ? ORDER BY rowid"
        )
        trace.assessments = try String.fetchAll(assessments, arguments: [id])
        return trace
    }

    static func checkExists(_ db: Database, id: String) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM trace_info WHERE request_id = ?"
        )
        guard try Int.fetchOne(statement, arguments: [id]) != nil else { throw notFound(id) }
    }

    private static func notFound(_ id: String) -> TrackingError {
        TrackingError(.notFound, "Trace with ID '\(Validation.printable(id))' not found.")
    }

    private static func texts(
        _ db: Database,
        in table: String,
        of id: String
    ) throws -> [TrackingKey: String] {
        let statement = try db.cachedStatement(
            sql: "SELECT key, value FROM \(table) WHERE request_id = ?"
        )
        return try Row.fetchAll(statement, arguments: [id])
            .reduce(into: [:]) { $0[TrackingKey($1[0])] = $1[1] ?? "" }
    }

    static func write(
        _ db: Database,
        _ texts: [TrackingKey: String],
        to table: String,
        of id: String
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO \(table) (key, value, request_id) VALUES (?, ?, ?)
                ON CONFLICT (key, request_id) DO UPDATE SET value = excluded.value
                """
        )
        for (key, value) in texts {
            try Validation.check(key: key, of: .tag)
            try Validation.check(text: value, of: "value of \(key)")
            // As MLflow does it: a long text must not lose the trace.
            let cut = cut(Secrets.redacted(value), Validation.tagLength)
            try statement.execute(arguments: [key.text, cut, id])
        }
    }

    static func cut(_ text: String?, _ maximum: Int) -> String? {
        guard let text, text.utf8.count > maximum, text.unicodeScalars.count > maximum else {
            return text
        }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(maximum)))
    }

    static func checkChangeable(_ key: TrackingKey) throws {
        guard key != artifactLocation else {
            throw TrackingError(.invalidValue, "Tag '\(key)' is immutable on a trace.")
        }
    }

    static func assessment(_ db: Database, _ id: String, of trace: String) throws -> String {
        try checkExists(db, id: trace)
        let statement = try db.cachedStatement(
            sql: "SELECT body FROM wb_assessments WHERE assessment_id = ? AND request_id = ?"
        )
        guard let body = try String.fetchOne(statement, arguments: [id, trace]) else {
            throw TrackingError(
                .notFound,
                "No assessment with ID '\(Validation.printable(id))' found for trace '\(trace)'."
            )
        }
        return body
    }
}

extension SearchSchema {
    static let traces = SearchSchema(
        subject: "trace",
        attributes: [
            "request_id": .text("trace_info.request_id"),
            "trace_id": .text("trace_info.request_id"),
            "client_request_id": .text("wb_traces.client_request_id"),
            "status": .text("trace_info.status"),
            "state": .text("trace_info.status"),
            "name": .text(value(of: "mlflow.traceName", in: "trace_tags")),
            "run_id": .text(
                value(of: "mlflow.sourceRun", in: "trace_request_metadata"),
                orIn: Link(
                    id: "trace_info.request_id",
                    owner: "request_id",
                    table: "wb_trace_runs",
                    column: "run_uuid"
                )
            ),
            "timestamp": .number("trace_info.timestamp_ms"),
            "timestamp_ms": .number("trace_info.timestamp_ms"),
            "execution_time": .number("trace_info.execution_time_ms"),
            "execution_time_ms": .number("trace_info.execution_time_ms"),
            "end_time": .number("(trace_info.timestamp_ms + trace_info.execution_time_ms)"),
            "end_time_ms": .number("(trace_info.timestamp_ms + trace_info.execution_time_ms)"),
        ],
        tags: Details(table: "trace_tags", owner: "request_id", id: "trace_info.request_id"),
        metadata: Details(
            table: "trace_request_metadata",
            owner: "request_id",
            id: "trace_info.request_id"
        ),
        tieBreak: ["trace_info.timestamp_ms DESC", "trace_info.request_id"]
    )

    private static func value(of key: String, in table: String) -> String {
        "(SELECT value FROM \(table) WHERE request_id = trace_info.request_id AND key = '\(key)')"
    }
}
