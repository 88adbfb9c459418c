import Database
import Runs
package import Tracking

/// Experiments, runs, logged models and traces for clients of the server.
///
/// Changes obey the same rules as on the screen and the command line: tags that control this
/// program are refused, and ``RuleBook`` decides which changes of its own runs are allowed. All
/// calls block. They throw the store's `TrackingError`, whose codes are sent to clients, and
/// ``WorkspaceError`` if a rule refuses a change.
package final class TrackingService: Sendable {
    let opened: OpenedFolder
    let rules: RuleBook

    init(_ opened: OpenedFolder, rules: RuleBook) {
        self.opened = opened
        self.rules = rules
    }

    /// The time, in milliseconds since 1970.
    package var now: Int { TrackingStore.systemMilliseconds() }

    /// The store, for writing.
    ///
    /// - Parameter tags: The tags that the change sets.
    func writable(tags: [Tag] = []) throws -> TrackingStore {
        try opened.checkWritable()
        try RuleBook.checkTags(tags)
        return opened.store
    }

    /// The same, for a tag that is removed.
    func writable(removing key: TrackingKey) throws -> TrackingStore {
        try opened.checkWritable()
        try RuleBook.checkTag(key)
        return opened.store
    }
}

// MARK: - Experiments

extension TrackingService {
    /// All experiments in use.
    package func experiments() throws -> [Experiment] { try opened.store.experiments(.all) }

    /// The experiment with this id.
    package func experiment(_ id: Int) throws -> Experiment { try opened.store.experiment(id: id) }

    /// The experiment of this name; nil if there is none.
    package func experiment(named name: String) throws -> Experiment? {
        try opened.store.experiment(named: name)
    }

    /// A page of the experiments that match a filter; see `TrackingStore`.
    package func searchExperiments(
        _ question: SearchQuestion,
        view: LifecycleView
    ) throws -> SearchResult<Experiment> {
        try opened.store.searchExperiments(
            filter: question.filter,
            orderBy: question.orderBy,
            view: view,
            limit: question.limit,
            pageToken: question.pageToken
        )
    }

    /// The datasets that the runs of experiments read.
    package func datasets(ofExperiments ids: [Int]) throws -> [Tracking.DatasetSummary] {
        try opened.store.datasetSummaries(experiments: ids)
    }

    /// Creates an experiment.
    package func createExperiment(
        named name: String,
        artifactLocation: String?,
        tags: [Tag]
    ) throws -> Experiment {
        try writable(tags: tags).createExperiment(
            named: name,
            artifactLocation: artifactLocation,
            tags: tags
        )
    }

    /// Renames an experiment.
    package func renameExperiment(_ id: Int, to name: String) throws {
        try writable().renameExperiment(id, to: name)
    }

    /// Moves an experiment and its runs to the trash, unless a run is live.
    package func deleteExperiment(_ id: Int) throws { try rules.deleteExperiment(id) }

    /// Restores an experiment and its runs from the trash.
    package func restoreExperiment(_ id: Int) throws { try writable().restoreExperiment(id) }

    /// Sets a tag of an experiment.
    package func setTag(_ tag: Tag, ofExperiment id: Int) throws {
        try writable(tags: [tag]).setTags([tag], ofExperiment: id)
    }

    /// Removes a tag of an experiment.
    package func deleteTag(_ key: TrackingKey, ofExperiment id: Int) throws {
        try writable(removing: key).deleteTag(key, ofExperiment: id)
    }
}

/// A search in MLflow's language, and the page of its results.
package struct SearchQuestion: Sendable {
    /// Clauses joined by AND; an empty text matches everything.
    package var filter: String
    /// The order, such as `metrics.loss ASC`.
    package var orderBy: [String]
    /// The length of a page.
    package var limit: Int
    /// The token from the previous page.
    package var pageToken: String?

    package init(filter: String, orderBy: [String] = [], limit: Int, pageToken: String?) {
        self.filter = filter
        self.orderBy = orderBy
        self.limit = limit
        self.pageToken = pageToken
    }
}
