package import Datasets
package import FlowTasks
import Platform
import Workflows

extension WorkspaceTaskServices {
    package func dataset(_ reference: String, in folder: String) throws -> TaskDataset {
        try WorkspaceError.translating { try found(summary(reference, in: folder)) }
    }

    package func source(_ reference: String, in folder: String) throws -> TaskDataset {
        try WorkspaceError.translating {
            var summary = try summary(reference, in: folder)
            if summary.problem != nil {
                summary.problem = nil
                summary.digest = try Self.digest(summary.path)
            }
            return try found(summary)
        }
    }

    private func summary(_ reference: String, in folder: String) throws -> DatasetSummary {
        let all = try datasets.list()
        if let known = known(reference, among: all) { return known }
        let path = reference.hasPrefix("/") ? reference : "\(folder)/\(reference)"
        guard !reference.isEmpty, FilePaths.exists(path) else {
            throw WorkspaceError(
                .notFound,
                "There is no dataset \(VisibleText.name(reference)), and no file of that name in "
                    + "\(folder).",
                hint: "A file that another task writes is `${TASK.files['NAME']}`. "
                    + (all.isEmpty
                        ? "`workbench data add FILE` adds a dataset."
                        : "The datasets are: \(all.map(\.name).joined(separator: ", ")).")
            )
        }
        return try datasets.find(path)
    }

    package func prepare(
        _ dataset: TaskDataset,
        name: String?,
        _ preparation: Preparation
    ) throws -> TaskDataset {
        let made =
            preparation.isEmpty
            ? try datasets.add(path: dataset.path, name: name)
            : try datasets.convert(dataset.reference, name: name, preparation: preparation)
        return try found(made)
    }

    /// The dataset of a name, also of an earlier one, or of a name and the start of a digest.
    private func known(_ reference: String, among all: [DatasetSummary]) -> DatasetSummary? {
        if let match = all.first(where: { $0.name == reference || Self.text($0) == reference }) {
            return match
        }
        if let match = all.first(where: { datasets.archive.formerName(of: $0.path) == reference }) {
            return match
        }
        // Its name has changed since it was referred to.
        let digest = reference.split(separator: "@").last.map(String.init) ?? ""
        guard reference.contains("@"), digest.utf8.count == 8 else { return nil }
        return all.first { $0.digest.hasPrefix(digest) }
    }

    private func found(_ summary: DatasetSummary) throws -> TaskDataset {
        if let problem = summary.problem { throw WorkspaceError(.invalid, problem) }
        let isKnown = try datasets.list().contains { $0.path == summary.path }
        return TaskDataset(
            name: summary.name,
            reference: isKnown ? Self.text(summary) : summary.path,
            path: summary.path,
            digest: summary.digest,
            rows: summary.trainingCount,
            heldOutRows: summary.heldOutCount
        )
    }

    /// The digest of a file, or of the files in a folder with their names.
    private static func digest(_ path: String) throws -> String {
        guard FilePaths.isFolder(path) else { return try Files.sha256(path).hexadecimal }
        return sha256(
            of: try Files.names(in: path)
                .map { "\($0) \(try digest("\(path)/\($0)"))\n" }.joined()
        )
    }

    private static func text(_ summary: DatasetSummary) -> String {
        let name = summary.name.prefix { $0 != "@" }
        return "\(name)@\(summary.digest.prefix(8))"
    }
}
