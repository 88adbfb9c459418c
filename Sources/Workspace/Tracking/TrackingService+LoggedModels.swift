import Runs
package import Tracking

extension TrackingService {
    /// The logged model with this id.
    package func loggedModel(_ id: String) throws -> LoggedModel {
        try opened.store.loggedModel(id)
    }

    /// A page of the logged models that match a filter; see `TrackingStore`.
    package func searchLoggedModels(
        _ question: SearchQuestion,
        experiments: [Int],
        datasets: [ModelDataset],
        orderDatasets: [ModelDataset?]
    ) throws -> SearchResult<LoggedModel> {
        try opened.store.searchLoggedModels(
            experiments: experiments,
            filter: question.filter,
            datasets: datasets,
            orderBy: question.orderBy,
            orderDatasets: orderDatasets,
            limit: question.limit,
            pageToken: question.pageToken
        )
    }

    /// Creates a logged model; its files follow.
    package func createLoggedModel(_ new: NewLoggedModel) throws -> LoggedModel {
        try writable(tags: new.tags).createLoggedModel(new)
    }

    /// Records that a model's files are complete, or failed.
    package func finishLoggedModel(
        _ id: String,
        status: LoggedModel.Status
    ) throws -> LoggedModel {
        try writable().finishLoggedModel(id, status: status)
    }

    /// Deletes a logged model.
    package func deleteLoggedModel(_ id: String) throws { try writable().deleteLoggedModel(id) }

    /// Adds parameters to a logged model.
    package func log(_ params: [Param], ofModel id: String) throws {
        try writable().logParams(params, ofModel: id)
    }

    /// Sets tags of a logged model.
    package func setTags(_ tags: [Tag], ofModel id: String) throws {
        try writable(tags: tags).setTags(tags, ofModel: id)
    }

    /// Removes a tag of a logged model.
    package func deleteTag(_ key: TrackingKey, ofModel id: String) throws {
        try writable(removing: key).deleteTag(key, ofModel: id)
    }
}
