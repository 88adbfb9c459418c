extension TrackingStore {
    /// All runs that meet a filter, the newest first; see `searchRuns`.
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
                limit: Self.mostRunsAPage,
                pageToken: token,
                details: details
            )
            runs += page.items
            token = page.nextPageToken
        } while token != nil
        return runs
    }
}
