import Platform
package import Tracking

/// The rules for runs, experiments and artifacts, with the facts that they need.
///
/// Screens, commands and the server's routes use it, so that all of them refuse the same with the
/// same words. A rule is checked in the transaction that makes the change: a run that starts at the
/// same time is either seen or finds its row deleted.
package final class RuleBook: Sendable {
    package let opened: OpenedFolder
    private let isExecutedHere: @Sendable (String) -> Bool

    /// - Parameter isExecutedHere: Whether this process executes the run of this id.
    init(_ opened: OpenedFolder, isExecutedHere: @escaping @Sendable (String) -> Bool) {
        self.opened = opened
        self.isExecutedHere = isExecutedHere
    }

    /// Whether a process executes a run, this one or another.
    package func isLive(run: String) -> Bool {
        isExecutedHere(run) || opened.isExecuted(run: run)
    }

    // MARK: - Runs and experiments

    /// Puts a run into the trash, unless it is live.
    ///
    /// Blocks.
    package func deleteRun(_ id: String) throws {
        try opened.checkWritable()
        try opened.store.deleteRun(id) { try Rules.delete(try facts(of: id)) }
    }

    /// Puts an experiment and its runs into the trash, unless one of them is live.
    ///
    /// Blocks.
    package func deleteExperiment(_ id: Int) throws {
        try opened.checkWritable()
        try opened.store.deleteExperiment(id) { experiment in
            try Rules.delete(experiment: experiment.name, live: try liveRuns(ofExperiment: id))
        }
    }

    /// Changes a run's status, end or name for a client.
    ///
    /// While a program runs that does a run's work, its client starts and ends the run as its own:
    /// that changes nothing, since the process that watches it says how it ended. Blocks.
    @discardableResult
    package func updateRun(
        _ id: String,
        status: RunStatus? = nil,
        endTime: Int? = nil,
        name: String? = nil
    ) throws -> RunRecord {
        try opened.checkWritable()
        return try opened.store.updateRun(
            id,
            status: status,
            endTime: endTime,
            name: name,
            details: [],
            by: .client
        ) {
            guard try isOwn(id) else { return true }
            let facts = try facts(of: id)
            if facts.isScript, facts.isLive { return false }
            try Rules.setStatus(status, endTime: endTime, of: facts)
            return true
        }
    }

    /// Logs metrics, parameters and tags of a run for a client, all or nothing.
    ///
    /// Blocks.
    package func log(_ batch: Batch, run id: String) throws {
        try opened.checkWritable()
        try Self.checkTags(batch.tags)
        let names = batch.metrics.map(\.key.text)
        let isMeasured = names.contains(where: MetricName.isMeasured)
        try opened.store.log(batch, run: id, by: .client) {
            guard isMeasured, try isOwn(id) else { return }
            try Rules.log(metrics: names, to: try facts(of: id, withLife: false))
        }
    }

    /// Removes a tag of a run for a client.
    ///
    /// Blocks.
    package func deleteTag(_ key: TrackingKey, run id: String) throws {
        try opened.checkWritable()
        try Self.checkTag(key)
        try opened.store.deleteTag(key, run: id)
    }

    // MARK: - Tags

    /// Refuses a tag that controls this program.
    package static func checkTag(_ key: TrackingKey) throws(RunError) {
        try Rules.tag(key)
    }

    /// Refuses tags that control this program.
    ///
    /// - Parameter original: The tags of the version that is copied, if there is one: a copy has the
    ///   tags of its original.
    package static func checkTags(
        _ tags: [Tag],
        copiedFrom original: [TrackingKey: String] = [:]
    ) throws(RunError) {
        for tag in tags {
            if let kept = original[tag.key], kept.utf8.elementsEqual(tag.value.utf8) { continue }
            try Rules.tag(tag.key)
        }
    }

    // MARK: - Facts

    /// Whether this program executes or has executed a run; other runs are their clients' own.
    private func isOwn(_ id: String) throws -> Bool {
        try opened.store.executionState(of: id, mark: RunTag.owner)?.mark != nil
    }

    /// - Parameter withLife: Whether to look for a process that executes the run.
    private func facts(of id: String, withLife: Bool = true) throws -> Rules.RunFacts {
        let record = try opened.store.run(id, details: .tags)
        return Rules.RunFacts(
            id: record.id,
            name: record.name,
            isOwn: record.tags[RunTag.owner] != nil,
            isScript: record.tags[RunTag.script] != nil,
            isLive: withLife && (isExecutedHere(id) || opened.executor(of: record) != nil),
            status: record.status,
            endTime: record.endTime
        )
    }

    /// The live runs of an experiment: those whose lock is held.
    private func liveRuns(ofExperiment id: Int) throws -> [Rules.RunFacts] {
        try Files.names(in: opened.layout.locks).sorted().compactMap { run in
            guard isLive(run: run), let record = try? opened.store.run(run, details: []),
                record.experimentID == id
            else { return nil }
            return try facts(of: run)
        }
    }
}
