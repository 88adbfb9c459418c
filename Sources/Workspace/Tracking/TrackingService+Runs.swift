import Runs
package import Tracking

// MARK: - Reading

extension TrackingService {
    /// The run with this id.
    package func run(_ id: String, details: RunDetails = .all) throws -> RunRecord {
        try opened.store.run(id, details: details)
    }

    /// The runs that match a query, newest first.
    package func runs(_ query: RunQuery) throws -> [RunRecord] { try opened.store.runs(query) }

    /// The number of runs that match a query.
    package func countRuns(_ query: RunQuery) throws -> Int { try opened.store.countRuns(query) }

    /// A page of the runs that match a filter; see `TrackingStore`.
    package func searchRuns(
        _ question: SearchQuestion,
        experiments: [Int],
        view: LifecycleView
    ) throws -> SearchResult<RunRecord> {
        try opened.store.searchRuns(
            experiments: experiments,
            filter: question.filter,
            orderBy: question.orderBy,
            view: view,
            limit: question.limit,
            pageToken: question.pageToken
        )
    }

    /// A page of one metric's points, by time.
    package func metricPoints(
        _ key: TrackingKey,
        run: String,
        limit: Int,
        pageToken: String?
    ) throws -> SearchResult<Metric> {
        try opened.store.metricPoints(key, run: run, limit: limit, pageToken: pageToken)
    }

    /// The points of one metric in several runs.
    package func metricPoints(
        _ key: TrackingKey,
        runs: [String],
        limit: Int
    ) throws -> [(run: String, metric: Metric)] {
        try opened.store.metricPoints(key, runs: runs, limit: limit)
    }

    /// A limited number of points of one metric of a run, evenly spread.
    package func sampledPoints(
        _ key: TrackingKey,
        run: String,
        steps: ClosedRange<Int>?,
        maximum: Int
    ) throws -> [Metric] {
        try opened.store.sampledPoints(key, run: run, steps: steps, maximum: maximum)
    }
}

// MARK: - Writing

extension TrackingService {
    /// Creates a run.
    package func createRun(_ new: NewRun) throws -> RunRecord {
        try writable(tags: new.tags).createRun(new)
    }

    /// Changes a run's status, end time or name.
    ///
    /// The status of a run that this program trains is set only by the program.
    package func updateRun(
        _ id: String,
        status: RunStatus?,
        endTime: Int?,
        name: String?
    ) throws -> RunRecord {
        try rules.updateRun(id, status: status, endTime: endTime, name: name)
    }

    /// Moves a run to the trash, unless it is live or there already.
    package func deleteRun(_ id: String) throws { try rules.deleteRun(id) }

    /// Restores a run from the trash.
    package func restoreRun(_ id: String) throws { try writable().restoreRun(id) }

    /// Logs metrics, parameters and tags of a run, all or none.
    package func log(_ batch: Batch, run id: String) throws { try rules.log(batch, run: id) }

    /// Removes a tag of a run.
    package func deleteTag(_ key: TrackingKey, run id: String) throws {
        try rules.deleteTag(key, run: id)
    }

    /// Records which datasets and logged models a run reads.
    package func logInputs(_ inputs: [DatasetInput], models: [String], run: String) throws {
        try writable(tags: inputs.flatMap(\.tags)).logInputs(inputs, models: models, run: run)
    }

    /// Records which logged models a run made.
    package func logOutputs(_ outputs: [ModelOutput], run: String) throws {
        try writable().logOutputs(outputs, run: run)
    }

    /// Records a model in a tag of the run, as clients before MLflow 2.9 do.
    package func logModel(description: String, run: String) throws {
        try writable().logModel(description: description, run: run)
    }
}

// MARK: - Artifacts

extension TrackingService {
    /// Checks that a file below `artifacts/` may be created or replaced.
    package func checkWriting(artifact path: String) throws {
        try rules.checkWriting(artifact: path)
    }

    /// Checks that a file, folder or link below `artifacts/` may be removed.
    package func checkRemoving(artifact path: String) throws {
        try rules.checkRemoving(artifact: path)
    }
}
