import Runs
package import Tracking

// MARK: - Traces

extension TrackingService {
    /// The trace with this id.
    package func trace(_ id: String) throws -> Trace { try opened.store.trace(id) }

    /// A page of the traces that match a filter; see `TrackingStore`.
    package func searchTraces(
        _ question: SearchQuestion,
        experiments: [Int]
    ) throws -> SearchResult<Trace> {
        try opened.store.searchTraces(
            experiments: experiments,
            filter: question.filter,
            orderBy: question.orderBy,
            limit: question.limit,
            pageToken: question.pageToken
        )
    }

    /// Stores a trace.
    package func keep(_ trace: Trace) throws -> Trace {
        try writable(tags: trace.tags.map { Tag($0.key, $0.value) }).keep(trace)
    }

    /// Deletes traces of an experiment and returns them; their files stay.
    package func deleteTraces(
        experiment: Int,
        ids: [String]?,
        before time: Int?,
        maximum: Int?
    ) throws -> [Trace] {
        try writable()
            .deleteTraces(experiment: experiment, ids: ids, before: time, maximum: maximum)
    }

    /// Links traces to a run, all or none.
    package func link(traces ids: [String], toRun run: String) throws {
        try writable().link(traces: ids, toRun: run)
    }

    /// Sets a tag of a trace.
    package func setTag(_ tag: Tag, ofTrace id: String) throws {
        try writable(tags: [tag]).setTag(tag, ofTrace: id)
    }

    /// Removes a tag of a trace.
    package func deleteTag(_ key: TrackingKey, ofTrace id: String) throws {
        try writable(removing: key).deleteTag(key, ofTrace: id)
    }
}

// MARK: - Assessments

extension TrackingService {
    /// An id for an assessment that does not exist yet.
    package func newAssessmentID() -> String { opened.store.newAssessmentID() }

    /// One assessment of a trace, as MLflow's JSON.
    package func assessment(_ id: String, ofTrace trace: String) throws -> String {
        try opened.store.assessment(id, ofTrace: trace)
    }

    /// Adds an assessment to a trace.
    package func addAssessment(_ body: String, id: String, toTrace trace: String) throws {
        try writable().addAssessment(body, id: id, toTrace: trace)
    }

    /// Replaces an assessment of a trace by the result of `change`, in one transaction.
    @discardableResult
    package func changeAssessment(
        _ id: String,
        ofTrace trace: String,
        _ change: (String) throws -> String
    ) throws -> String {
        try writable().changeAssessment(id, ofTrace: trace, change)
    }

    /// Removes an assessment of a trace.
    package func deleteAssessment(_ id: String, ofTrace trace: String) throws {
        try writable().deleteAssessment(id, ofTrace: trace)
    }
}
