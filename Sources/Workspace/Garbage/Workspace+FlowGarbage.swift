import Platform
import Runs
import Tracking
import Workflows

extension Workspace {
    /// Removes results of flows that nothing uses, the files that no result names, and the folders
    /// of deleted flow runs.
    ///
    /// - Parameter cutoff: What was made later stays, in milliseconds since 1970. Results of the last 30
    ///   days, and files of the last one, stay in any case.
    func removeFlowGarbage(madeBefore cutoff: Int, _ report: inout GarbageReport) throws {
        let store = flows.store
        let now = opened.store.configuration.now()
        // Unlike what is in the trash, they can still be used: by the next flow run with the same key.
        let time = min(cutoff, now - 30 * 86_400_000)
        let unused =
            try report.isDryRun
            ? store.unusedResults(madeBefore: time)
            : store.removeUnusedResults(madeBefore: time)
        for result in unused {
            report.add(
                .init(
                    kind: "result",
                    id: "\(result.id)",
                    name: "\(result.task) of flow run \(result.flowRun.prefix(8))"
                )
            )
        }
        // A file is kept, and a folder made, shortly before or after its row is added: what is new may
        // belong to a flow run that works now.
        let latest = min(cutoff, now - 86_400_000)
        let digests = try store.keptFiles(without: Set(unused.map(\.id)))
        remove(from: layout.flowResults, except: digests, idLength: 64, latest, &report)
        remove(from: layout.flowRuns, except: try store.runIDs(), idLength: 32, latest, &report)
    }

    /// Removes the folders with names like ids that are not known.
    private func remove(
        from parent: String,
        except known: Set<String>,
        idLength: Int,
        _ latest: Int,
        _ report: inout GarbageReport
    ) {
        for name in Files.names(in: parent) where !known.contains(name) {
            let path = "\(parent)/\(name)"
            guard name.utf8.count == idLength, name.allSatisfy(\.isHexDigit),
                let status = FileStatus(path, followsLink: false), status.kind == .folder,
                status.modified.milliseconds < latest
            else { continue }
            report.add(
                .init(
                    kind: "orphan",
                    path: "\(FilePaths.name(parent))/\(name)",
                    fileCount: Files.names(in: path).count,
                    byteCount: Files.byteCount(path)
                )
            )
            if !report.isDryRun { Files.remove(path) }
        }
    }
}
