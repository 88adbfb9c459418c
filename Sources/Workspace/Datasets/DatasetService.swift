import Datasets
import EventBus
import Platform
import Runs

/// Datasets: those that ship with the program and those added to the workspace.
public final class DatasetService: Sendable {
    struct State {
        var summaries: [String: (stamp: ContentStamp, summary: DatasetSummary)] = [:]
        var statistics: [String: DatasetSummary.Statistics] = [:]
        var lints: [String: LintReport] = [:]
        var isClosed = false
    }

    let opened: OpenedFolder
    let events: EventBus<WorkspaceEvent>
    let models: ModelService
    let state = Guarded(State())
    let measuring = WorkQueue(name: "wb-data", owner: "The workspace")
    private let samples: String?

    init(
        _ opened: OpenedFolder,
        _ events: EventBus<WorkspaceEvent>,
        models: ModelService,
        resources: ResourceFolders
    ) {
        self.opened = opened
        self.events = events
        self.models = models
        samples = resources.folder(named: "sample-data")
    }

    /// All datasets, the samples first, then those that were added last; damaged ones are included with
    /// their errors.
    ///
    /// Of several that were added under one name, the last has the name, and the others `NAME@DIGEST`.
    ///
    /// Blocks while datasets changed since the last listing are read.
    public func list() throws -> [DatasetSummary] {
        try WorkspaceError.translating {
            let shipped = try samples.map(Dataset.candidates) ?? []
            var summaries = shipped.map { summary($0, origin: .sample) }
            // A run's copy of a sample counts as the sample, unless the user renamed it.
            let names = Dictionary(summaries.map { ($0.digest, $0.name) }) { first, _ in first }
            summaries += archive.entries()
                .map { withGivenName(summary($0, origin: .added)) }
                .filter { $0.digest.isEmpty || names[$0.digest] != $0.name }
            return named(apart: summaries).map(withStatistics)
        }
    }

    /// The dataset of this name, or the file or folder at this path.
    ///
    /// Blocks.
    ///
    /// - Throws: ``WorkspaceError`` with the code `notFound`.
    public func find(_ reference: String) throws -> DatasetSummary {
        let all = try list()
        if let match = all.first(where: { $0.name == reference }) { return match }
        if let match = all.first(where: { "\($0.name)@\($0.digest.prefix(8))" == reference }) {
            return match
        }
        if let match = all.first(where: { archive.formerName(of: $0.path) == reference }) {
            return match
        }
        guard FilePaths.exists(reference) else {
            throw WorkspaceError(
                .notFound,
                "There is no dataset \(VisibleText.name(reference)).",
                hint: all.isEmpty
                    ? "Name a file, or add one with `workbench data add FILE`."
                    : "The datasets are: \(all.map(\.name).joined(separator: ", "))."
            )
        }
        return withStatistics(summary(ResolvedPath.entry(reference).text, origin: .added))
    }

    /// Cancels the measurements.
    func close() {
        state.withLock { $0.isClosed = true }
        measuring.close()
    }

    var archive: DatasetArchive { DatasetArchive(folder: opened.layout.datasets) }

    /// Reads the dataset of this name or path.
    func read(_ reference: String, isCancelled: @escaping () -> Bool = { false }) throws -> Dataset
    {
        let summary = try find(reference)
        return try Dataset.read(path: summary.path, isCancelled: isCancelled)
    }

    private var cache: SummaryCache {
        SummaryCache(folder: cacheFolder, isWritable: opened.access == .full)
    }

    /// The cache of summaries and counts, hidden among the datasets.
    var cacheFolder: String { "\(opened.layout.datasets)/.summaries" }

    /// Reads a summary, from the files only if they have changed.
    func summary(_ path: String, origin: DatasetSummary.Origin) -> DatasetSummary {
        let stamp = ContentStamp(path)
        let known = state.withLock { $0.summaries[path] }
        if let known, known.stamp == stamp { return known.summary }
        if var kept = cache.summary(of: path, stamp: stamp) {
            kept.origin = origin
            state.withLock { $0.summaries[path] = (stamp, kept) }
            return kept
        }
        let summary: DatasetSummary
        // An error in a file persists until the file changes; a failed read may not.
        var isLasting = true
        do {
            let dataset = try Dataset.read(path: path)
            summary = DatasetSummary(
                name: dataset.name,
                digest: dataset.digest,
                format: dataset.format.rawValue,
                path: path,
                origin: origin,
                trainingCount: dataset.training.count,
                heldOutCount: dataset.heldOut.count,
                byteCount: Files.byteCount(path),
                decisions: dataset.decisions
            )
        } catch {
            let code = (error as? DatasetError)?.code
            isLasting = code != nil && code != .unreadable && code != .notFound
            summary = DatasetSummary(
                name: FilePaths.name(path),
                digest: "",
                format: "",
                path: path,
                origin: origin,
                trainingCount: 0,
                heldOutCount: 0,
                byteCount: Files.byteCount(path),
                problem: WorkspaceError(error).description
            )
        }
        guard isLasting else { return summary }
        state.withLock { $0.summaries[path] = (stamp, summary) }
        cache.keep(summary, of: path, stamp: stamp)
        return summary
    }

    /// The summary under the name that the user gave to rows that existed already.
    func withGivenName(_ summary: DatasetSummary) -> DatasetSummary {
        var summary = summary
        if summary.origin == .added, let name = archive.givenName(of: summary.path) {
            summary.name = name
        }
        return summary
    }

    /// The summary with the statistics and findings for the same rows.
    func withStatistics(_ summary: DatasetSummary) -> DatasetSummary {
        var summary = summary
        summary.lint = state.withLock { $0.lints[summary.digest] }
        summary.statistics = state.withLock { $0.statistics[summary.digest] }
        return summary
    }

    /// Appends the start of the digest to equal names, so that names are unique.
    private func named(apart summaries: [DatasetSummary]) -> [DatasetSummary] {
        var seen: Set<String> = []
        return summaries.map { summary in
            var summary = summary
            if !seen.insert(summary.name).inserted {
                summary.name += "@\(summary.digest.prefix(8))"
                seen.insert(summary.name)
            }
            return summary
        }
    }
}
