import Database
import GRDB

extension SearchSchema {
    static let runs = SearchSchema(
        subject: "run",
        attributes: [
            "run_id": .text("runs.run_uuid"), "run_name": .text("runs.name"),
            "user_id": .text("runs.user_id"), "status": .text("runs.status"),
            "artifact_uri": .text("runs.artifact_uri"), "start_time": .number("runs.start_time"),
            "end_time": .number("runs.end_time"),
        ],
        metrics: Details(
            table: "latest_metrics",
            owner: "run_uuid",
            id: "runs.run_uuid",
            isNaN: "is_nan",
            isInOrder: true
        ),
        params: Details(
            table: "params",
            owner: "run_uuid",
            id: "runs.run_uuid",
            isInOrder: true
        ),
        tags: Details(table: "tags", owner: "run_uuid", id: "runs.run_uuid", isInOrder: true),
        searchesDatasets: true,
        listing: Listing(id: "runs.run_uuid", time: "runs.start_time"),
        tieBreak: ["runs.start_time DESC", "runs.run_uuid"]
    )

    static let experiments = SearchSchema(
        subject: "experiment",
        attributes: [
            "name": .text("experiments.name"),
            "experiment_id": .text("CAST(experiments.experiment_id AS TEXT)"),
            "creation_time": .number("experiments.creation_time"),
            "last_update_time": .number("experiments.last_update_time"),
        ],
        tags: Details(
            table: "experiment_tags",
            owner: "experiment_id",
            id: "experiments.experiment_id"
        ),
        tieBreak: ["experiments.experiment_id"]
    )

    static let loggedModels = SearchSchema(
        subject: "logged model",
        attributes: [
            "name": .text("logged_models.name"), "model_id": .text("logged_models.model_id"),
            "model_type": .text("logged_models.model_type"),
            "source_run_id": .text("logged_models.source_run_id"),
            "status": .text(
                "logged_models.status",
                codes: ["PENDING": 1, "READY": 2, "FAILED": 3]
            ),
            "creation_timestamp": .number("logged_models.creation_timestamp_ms"),
            "creation_time": .number("logged_models.creation_timestamp_ms"),
            "last_updated_timestamp": .number("logged_models.last_updated_timestamp_ms"),
            "last_updated_time": .number("logged_models.last_updated_timestamp_ms"),
        ],
        metrics: Details(
            table: "logged_model_metrics",
            owner: "model_id",
            id: "logged_models.model_id",
            key: "metric_name",
            value: "metric_value",
            latestFirst: "metric_timestamp_ms DESC, metric_step DESC, run_id"
        ),
        params: modelDetails("params", key: "param_key", value: "param_value"),
        tags: modelDetails("tags", key: "tag_key", value: "tag_value"),
        tieBreak: ["logged_models.creation_timestamp_ms DESC", "logged_models.model_id"]
    )

    private static func modelDetails(_ kind: String, key: String, value: String) -> Details {
        Details(
            table: "logged_model_\(kind)",
            owner: "model_id",
            id: "logged_models.model_id",
            key: key,
            value: value
        )
    }
}

extension TrackingStore {
    /// The maximum size of a page of runs.
    public static let maxRunsPerPage = 50_000

    /// A page of the runs that match a filter.
    ///
    /// - Parameters:
    ///   - experiments: Only runs of these; of all if nil.
    ///   - filter: Clauses in MLflow's search language, joined by AND, such as `metrics.loss < 2
    ///     AND params.rank = '16'`; an empty text matches everything.
    ///   - view: In use, in the trash, or both.
    ///   - limit: At most this many.
    ///   - pageToken: The token of the previous page.
    ///   - details: Which parts of the runs to read.
    /// - Throws: `TrackingError` with code `invalidValue` for an invalid filter or order.
    public func searchRuns(
        experiments: [Int]? = nil,
        filter: String = "",
        orderBy: [String] = [],
        view: LifecycleView = .active,
        limit: Int = 1000,
        pageToken: String? = nil,
        details: RunDetails = .all
    ) throws -> SearchResult<RunRecord> {
        var statement = try SearchStatement(.runs, filter: filter, orderBy: orderBy)
        let page = try SearchPage(limit: limit, maximum: Self.maxRunsPerPage, token: pageToken)
        if let experiments {
            statement.require("runs.experiment_id", isIn: experiments)
        }
        if let stage = view.stage { statement.require(stage, column: "runs.lifecycle_stage") }
        let columns = RunRecord.columns.split(separator: ", ").map { "runs.\($0)" }
        return try read { db in
            let found = try statement.rows(
                db,
                columns: columns.joined(separator: ", "),
                from: "runs",
                page,
                effort: configuration.searchEffort
            )
            var runs = found.rows.map(RunRecord.init(row:))
            try RunRecord.addDetails(db, details, to: &runs)
            return SearchResult(items: runs, nextPageToken: found.next)
        }
    }

    /// A page of the experiments that match a filter; see `searchRuns`.
    public func searchExperiments(
        filter: String = "",
        orderBy: [String] = [],
        view: LifecycleView = .active,
        limit: Int = 1000,
        pageToken: String? = nil
    ) throws -> SearchResult<Experiment> {
        let order = orderBy.isEmpty ? ["creation_time DESC", "experiment_id ASC"] : orderBy
        var statement = try SearchStatement(.experiments, filter: filter, orderBy: order)
        let page = try SearchPage(limit: limit, maximum: 50_000, token: pageToken)
        if view != .all { statement.require("experiments.\(view.condition)") }
        return try read { db in
            let found = try statement.rows(
                db,
                columns: "experiments.experiment_id",
                from: "experiments",
                page
            )
            let experiments = try found.rows.map { try Experiment.find(db, id: $0[0]) }
            return SearchResult(items: experiments, nextPageToken: found.next)
        }
    }

    /// A page of the logged models of experiments that match a filter; see `searchRuns`.
    ///
    /// A clause about a metric holds if any of its points satisfies it; models are sorted by the
    /// latest one.
    ///
    /// - Parameters:
    ///   - datasets: If there are any, metrics count only where they were measured on one of these,
    ///     and models without any such metric are left out.
    ///   - orderDatasets: The dataset for the metric of each rule in `orderBy`; nil for any.
    public func searchLoggedModels(
        experiments: [Int],
        filter: String = "",
        datasets: [ModelDataset] = [],
        orderBy: [String] = [],
        orderDatasets: [ModelDataset?] = [],
        limit: Int = 100,
        pageToken: String? = nil
    ) throws -> SearchResult<LoggedModel> {
        var orders = try SearchOrder.read(orderBy, .loggedModels)
        for (place, dataset) in zip(orders.indices, orderDatasets) {
            orders[place].dataset = dataset
        }
        var statement = try SearchStatement(
            .loggedModels,
            SearchFilter(filter, .loggedModels),
            orders,
            datasets: datasets
        )
        let page = try SearchPage(limit: limit, maximum: 1000, token: pageToken)
        statement.require("logged_models.lifecycle_stage = 'active'")
        statement.require("logged_models.experiment_id", isIn: experiments)
        return try read { db in
            let found = try statement.rows(
                db,
                columns: "logged_models.model_id",
                from: "logged_models",
                page
            )
            let models = try found.rows.map { try LoggedModel.find(db, id: $0[0]) }
            return SearchResult(items: models, nextPageToken: found.next)
        }
    }
}
