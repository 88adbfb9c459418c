extension TrackingStore {
    /// All runs that match a filter, newest first; see `searchRuns`.
    public func allRuns(
        filter: String,
        view: LifecycleView = .active,
        details: RunDetails = .all
    ) throws -> [RunRecord] {
        var runs: [RunRecord] = []
        var token: String?
        repeat {
            let page = try searchRuns(
                filter: filter,
                view: view,
                limit: Self.maxRunsPerPage,
                pageToken: token,
                details: details
            )
            runs += page.items
            token = page.nextPageToken
        } while token != nil
        return runs
    }
}
