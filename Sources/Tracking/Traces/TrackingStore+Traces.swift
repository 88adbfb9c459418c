import Database
import FoundationEssentials
import GRDB
import Platform

// MARK: - Reading

extension TrackingStore {
    /// The trace with this id.
    ///
    /// - Throws: `TrackingError` with code `notFound`.
    public func trace(_ id: String) throws -> Trace {
        try read { try Trace.find($0, id: id) }
    }

    /// A page of the traces of experiments that match a filter in MLflow's search language.
    ///
    /// See `searchRuns`. Ties are broken by newest first.
    public func searchTraces(
        experiments: [Int],
        filter: String = "",
        orderBy: [String] = [],
        limit: Int = 100,
        pageToken: String? = nil
    ) throws -> SearchResult<Trace> {
        var statement = try SearchStatement(.traces, filter: filter, orderBy: orderBy)
        let page = try SearchPage(limit: limit, maximum: 500, token: pageToken)
        statement.require("trace_info.experiment_id", isIn: experiments)
        return try read { db in
            let found = try statement.rows(
                db,
                columns: "trace_info.request_id",
                from: "trace_info LEFT JOIN wb_traces USING (request_id)",
                page
            )
            return SearchResult(
                items: try found.rows.map { try Trace.find(db, id: $0[0]) },
                nextPageToken: found.next
            )
        }
    }
}

// MARK: - Writing

extension TrackingStore {
    /// Stores a trace; an existing one with this id takes the new values and keeps its tags.
    ///
    /// - Throws: `TrackingError`, for example if the experiment is missing or in the trash.
    @discardableResult
    public func keep(_ trace: Trace) throws -> Trace {
        try Validation.check(traceID: trace.id)
        return try write(.trace, trace.id) { db in
            let experiment = try Experiment.find(db, id: trace.experimentID)
            try experiment.checkActive()
            try db.execute(
                sql: """
                    INSERT INTO trace_info (request_id, experiment_id, timestamp_ms,
                        execution_time_ms, status) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (request_id) DO UPDATE SET timestamp_ms = excluded.timestamp_ms,
                        execution_time_ms = excluded.execution_time_ms, status = excluded.status
                    """,
                arguments: [
                    trace.id, trace.experimentID, trace.requestTime, trace.executionTime,
                    trace.state.rawValue,
                ]
            )
            let kept = try Trace.find(db, id: trace.id)
            guard kept.experimentID == trace.experimentID else {
                throw TrackingError(
                    .alreadyExists,
                    "Trace \(trace.id) already exists in experiment \(kept.experimentID)."
                )
            }
            try db.execute(
                sql: """
                    INSERT INTO wb_traces VALUES (?, ?, ?, ?)
                    ON CONFLICT (request_id) DO UPDATE SET
                        client_request_id = excluded.client_request_id,
                        request_preview = excluded.request_preview,
                        response_preview = excluded.response_preview
                    """,
                arguments: [
                    trace.id, trace.clientRequestID, Trace.cut(trace.requestPreview, 10_000),
                    Trace.cut(trace.responsePreview, 10_000),
                ]
            )
            var tags = trace.tags
            tags[Trace.artifactLocation] =
                "\(experiment.artifactLocation)/traces/\(trace.id)/artifacts"
            try Trace.write(db, trace.metadata, to: "trace_request_metadata", of: trace.id)
            try Trace.write(db, tags, to: "trace_tags", of: trace.id)
            return try Trace.find(db, id: trace.id)
        }
    }

    /// Sets a tag of a trace.
    public func setTag(_ tag: Tag, ofTrace id: String) throws {
        try Trace.checkChangeable(tag.key)
        try write(.trace, id) { db in
            try Trace.checkExists(db, id: id)
            try Trace.write(db, [tag.key: tag.value], to: "trace_tags", of: id)
        }
    }

    /// Removes a tag of a trace.
    ///
    /// - Throws: `TrackingError` with code `notFound` when the trace has no such tag.
    public func deleteTag(_ key: TrackingKey, ofTrace id: String) throws {
        try Trace.checkChangeable(key)
        try write(.trace, id) { db in
            try Trace.checkExists(db, id: id)
            try db.execute(
                sql: "DELETE FROM trace_tags WHERE request_id = ? AND key = ?",
                arguments: [id, key.text]
            )
            guard db.changesCount > 0 else {
                throw TrackingError(
                    .notFound,
                    "No trace tag with key '\(key)' for trace with ID '\(id)'"
                )
            }
        }
    }

    /// Links traces to a run, all or none.
    public func link(traces ids: [String], toRun run: String) throws {
        try write(.run, run) { db in
            try RunRecord.checkActive(db, id: run)
            for id in ids {
                try Trace.checkExists(db, id: id)
                try db.execute(
                    sql: "INSERT INTO wb_trace_runs VALUES (?, ?) ON CONFLICT DO NOTHING",
                    arguments: [id, run]
                )
            }
        }
    }

    /// Removes traces of an experiment with their assessments; their files stay.
    ///
    /// - Parameters:
    ///   - ids: Only these.
    ///   - time: Only those that began at or before this time, in milliseconds since 1970.
    ///   - maximum: At most this many, oldest first.
    /// - Returns: The removed traces.
    @discardableResult
    public func deleteTraces(
        experiment: Int,
        ids: [String]? = nil,
        before time: Int? = nil,
        maximum: Int? = nil
    ) throws -> [Trace] {
        try write(.experiment, "\(experiment)") { db in
            var conditions = ["experiment_id = ?"]
            var arguments: StatementArguments = [experiment]
            if let ids {
                let list = String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
                conditions.append("request_id IN (SELECT value FROM json_each(?))")
                arguments += [list]
            }
            if let time {
                conditions.append("timestamp_ms <= ?")
                arguments += [time]
            }
            let going = try String.fetchAll(
                db,
                sql: """
                    SELECT request_id FROM trace_info WHERE \(conditions.joined(separator: " AND "))
                    ORDER BY timestamp_ms, request_id LIMIT ?
                    """,
                arguments: arguments + [maximum ?? -1]
            )
            return try going.map { id in
                let trace = try Trace.find(db, id: id)
                // Tags, metadata and assessments are deleted with it.
                try db.execute(
                    sql: "DELETE FROM trace_info WHERE request_id = ?",
                    arguments: [id]
                )
                return trace
            }
        }
    }
}

// MARK: - Assessments

extension TrackingStore {
    /// An id for an assessment that does not exist yet.
    public func newAssessmentID() -> String { "a-\(RunName.uuid(configuration.random))" }

    /// One assessment of a trace, as MLflow's JSON.
    ///
    /// - Throws: `TrackingError` with code `notFound`.
    public func assessment(_ id: String, ofTrace trace: String) throws -> String {
        try read { try Trace.assessment($0, id, of: trace) }
    }

    /// Adds an assessment to a trace.
    public func addAssessment(_ body: String, id: String, toTrace trace: String) throws {
        try write(.trace, trace) { db in
            try Trace.checkExists(db, id: trace)
            try db.execute(
                sql: "INSERT INTO wb_assessments VALUES (?, ?, ?)",
                arguments: [id, trace, body]
            )
        }
    }

    /// Replaces an assessment of a trace by what `change` returns, in one transaction.
    @discardableResult
    public func changeAssessment(
        _ id: String,
        ofTrace trace: String,
        _ change: (String) throws -> String
    ) throws -> String {
        try write(.trace, trace) { db in
            let body = try change(try Trace.assessment(db, id, of: trace))
            try db.execute(
                sql: "UPDATE wb_assessments SET body = ? WHERE assessment_id = ?",
                arguments: [body, id]
            )
            return body
        }
    }

    /// Removes an assessment of a trace.
    public func deleteAssessment(_ id: String, ofTrace trace: String) throws {
        try write(.trace, trace) { db in
            _ = try Trace.assessment(db, id, of: trace)
            try db.execute(
                sql: "DELETE FROM wb_assessments WHERE assessment_id = ?",
                arguments: [id]
            )
        }
    }
}
