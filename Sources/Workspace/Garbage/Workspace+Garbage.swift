import Platform
import Runs
import Tracking

extension Workspace {
    /// Removes items that have been in the trash long enough, with their files, and files that
    /// belong to nothing.
    ///
    /// Kept are items that a registered version refers to, runs that a process executes, and the
    /// models, adapters and runs that a resumable run continues from. The rows are removed first,
    /// in one transaction; after an interruption the files belong to nothing and the next call
    /// removes them. Of files of runs, only those below `artifacts/` are removed, and never through a
    /// symbolic link. Results of flows that nothing uses, and their files, are removed too.
    ///
    /// Blocks until the files are removed.
    ///
    /// - Parameters:
    ///   - seconds: The minimum time in the trash, and the minimum age of files that belong to
    ///     nothing.
    ///   - isDryRun: Whether nothing is removed, only reported.
    public func collectGarbage(olderThan seconds: Int, isDryRun: Bool) throws -> GarbageReport {
        if !isDryRun { try opened.checkWritable() }
        return try WorkspaceError.translating {
            guard seconds >= 0, seconds <= Int.max / 2000 else {
                throw WorkspaceError(.invalid, "The age must not be negative.")
            }
            guard let tree = ArtifactTree(folder: layout.artifacts) else {
                throw WorkspaceError(.inaccessible, "\(layout.artifacts) cannot be opened.")
            }
            let cutoff = opened.store.configuration.now() - seconds * 1000
            var plan: GarbagePlan?
            var folders: [ArtifactOwner.ID: ArtifactPlace] = [:]
            func choose(_ owners: [ArtifactOwner]) throws -> [ArtifactOwner] {
                let census = try ArtifactCensus(owners, opened, tree)
                let made = census.plan(binnedBefore: cutoff) { self.rules.isLive(run: $0) }
                (plan, folders) = (made, census.folders)
                return made.going
            }
            let owners = try opened.store.artifactOwners()
            // Other processes wait while rows are removed, so a transaction is begun only if items
            // are due.
            let isDue = try !choose(owners).isEmpty
            if isDue, !isDryRun { try opened.store.removeForGood(choose) }
            var report = GarbageReport(isDryRun: isDryRun)
            for (owner, reason) in plan?.kept ?? [] {
                report.kept.append(
                    .init(
                        kind: owner.id.kind.rawValue,
                        id: owner.id.text.text,
                        name: owner.name,
                        reason: reason
                    )
                )
            }
            removeFiles(of: plan?.going ?? [], folders, tree, &report)
            try removeOrphans(tree, leftBefore: cutoff, &report)
            try removeFlowGarbage(madeBefore: cutoff, &report)
            return report
        }
    }

    private func removeFiles(
        of owners: [ArtifactOwner],
        _ folders: [ArtifactOwner.ID: ArtifactPlace],
        _ tree: ArtifactTree,
        _ report: inout GarbageReport
    ) {
        let going = Set(owners.compactMap { folders[$0.id] })
        var removed: Set<ArtifactPlace> = []
        // An experiment's folder is empty once the folders of its runs are removed.
        let ordered =
            owners.filter { $0.id.kind != .experiment }
            + owners.filter { $0.id.kind == .experiment }
        for owner in ordered {
            var item = GarbageReport.Item(
                kind: owner.id.kind.rawValue,
                id: owner.id.text.text,
                name: owner.name
            )
            if let folder = folders[owner.id] {
                // Files in a removed folder are counted with it.
                let isCounted =
                    folder.ancestors.contains(where: going.contains)
                    || !removed.insert(folder).inserted
                let contents = isCounted ? nil : take(folder, tree, &report)
                if contents != nil { item.path = folder.text }
                item.fileCount = contents?.fileCount ?? 0
                item.byteCount = contents?.byteCount ?? 0
            } else if owner.id.kind != .experiment {
                report.left.append(.init(path: owner.location, reason: "outside artifacts/"))
            } else if let own = experimentFolder(owner, tree) {
                let traces = take(own.child(ArtifactPlace.traces), tree, &report)
                item.fileCount = traces?.fileCount ?? 0
                item.byteCount = traces?.byteCount ?? 0
                if !report.isDryRun {
                    tree.removeIfEmpty(own.child(ArtifactPlace.models))
                    tree.removeIfEmpty(own)
                }
            }
            report.add(item)
        }
    }

    /// Removes a folder, or only measures it in a dry run; nil if it does not exist.
    private func take(
        _ folder: ArtifactPlace,
        _ tree: ArtifactTree,
        _ report: inout GarbageReport
    ) -> ArtifactTree.Contents? {
        let contents = report.isDryRun ? tree.contents(of: folder) : tree.remove(folder)
        if let failure = contents?.failure {
            report.left.append(.init(path: folder.text, reason: failure))
        }
        return contents
    }

    /// The folder of an experiment's runs in MLflow's layout; nil if it is elsewhere.
    private func experimentFolder(
        _ experiment: ArtifactOwner,
        _ tree: ArtifactTree
    ) -> ArtifactPlace? {
        let place = opened.localPath(of: experiment.location).flatMap { tree.place(of: $0) }
        return place.flatMap { $0.isContainer && $0.names.count == 1 ? $0 : nil }
    }

    private func removeOrphans(
        _ tree: ArtifactTree,
        leftBefore cutoff: Int,
        _ report: inout GarbageReport
    ) throws {
        let left = Set(report.left.map(\.path))
        for place in try orphans(in: tree) where !left.contains(place.text) {
            let contents = tree.contents(of: place)
            guard let owner = place.owner else {
                report.left.append(.init(path: place.text, reason: "belongs to nothing known"))
                continue
            }
            if owner.kind == .run, rules.isLive(run: owner.text.text) { continue }
            guard let contents, contents.newest <= cutoff else {
                report.left.append(
                    .init(path: place.text, reason: "belongs to nothing, and was written lately")
                )
                continue
            }
            _ = take(place, tree, &report)
            report.add(
                .init(
                    kind: "orphan",
                    path: place.text,
                    fileCount: contents.fileCount,
                    byteCount: contents.byteCount
                )
            )
        }
    }

    /// The files in `artifacts/` that belong to nothing.
    func orphans(in tree: ArtifactTree) throws -> [ArtifactPlace] {
        let store = opened.store
        let found = try ArtifactCensus(store.artifactOwners(), opened, tree).orphans(in: tree)
        if found.isEmpty { return [] }
        // A run is stored before its folder is created, so new folders are known by now.
        let known = Set(try ArtifactCensus(store.artifactOwners(), opened, tree).orphans(in: tree))
        return found.filter(known.contains)
    }
}
