public import Datasets
import EventBus
import Platform
import Runs

extension DatasetService {
    /// Copies a file or folder into the workspace; the same content is kept once.
    ///
    /// With preparation steps, the prepared rows and their history are stored.
    ///
    /// Blocks.
    ///
    /// - Parameters:
    ///   - name: Its name; nil takes that of the file.
    ///   - preparation: The steps applied to the rows.
    /// - Throws: ``WorkspaceError`` that names every broken row in its details.
    public func add(
        path: String,
        name: String? = nil,
        preparation: Preparation = Preparation()
    ) throws -> DatasetSummary {
        try opened.checkWritable()
        return try WorkspaceError.translating {
            let source = FilePaths.real(path) ?? path
            return try prepare(source, name: name, preparation)
        }
    }

    /// Derives a new dataset from an existing one, which stays unchanged.
    ///
    /// Blocks.
    ///
    /// - Parameters:
    ///   - reference: A dataset's name, or a path.
    ///   - name: The name of the new one; nil derives it from the old one and the steps.
    /// - Throws: ``WorkspaceError``; with the code `invalid` where nothing is to be done.
    public func convert(
        _ reference: String,
        name: String? = nil,
        preparation: Preparation
    ) throws -> DatasetSummary {
        try opened.checkWritable()
        return try WorkspaceError.translating {
            guard !preparation.isEmpty else {
                throw WorkspaceError(
                    .invalid,
                    "There is nothing to be done to \(reference).",
                    hint: "Give --clean korean, --deduplicate, --map, --format or --eval."
                )
            }
            let source = try find(reference)
            let base = source.name.prefix { $0 != "@" }
            return try prepare(
                source.path,
                name: name,
                defaultName: "\(base)\(preparation.suffix)",
                preparation
            )
        }
    }

    /// The origin of a dataset's rows; nil if it was not recorded.
    ///
    /// Blocks.
    public func history(of reference: String) throws -> DatasetHistory? {
        archive.provenance(of: try find(reference).path).map { DatasetHistory($0) }
    }

    private func prepare(
        _ path: String,
        name: String?,
        defaultName: String? = nil,
        _ preparation: Preparation
    ) throws -> DatasetSummary {
        let (dataset, made) = try preparation.read(path: path, isCancelled: isClosed)
        let former = archive.name(ofDigest: dataset.digest)
        let earlier = archive.provenance(of: path)
        let provenance = earlier?.adding(made.steps) ?? made
        let copy =
            if preparation.isEmpty {
                try archive.add(
                    dataset,
                    name: name,
                    provenance: provenance,
                    isCancelled: isClosed
                )
            } else {
                try archive.write(
                    dataset,
                    name: name,
                    defaultName: defaultName ?? dataset.name,
                    provenance: provenance,
                    isCancelled: isClosed
                )
            }
        // The watch reports new data; a new name of present data is a file that it does not see.
        if former != nil { events.publish(.datasetsChanged) }
        var summary = withStatistics(withGivenName(summary(copy, origin: .added)))
        summary.decisions = dataset.decisions
        let wanted = name.map { Dataset.name(from: $0) }
        if let wanted, wanted != summary.name {
            summary.decisions.append(
                "another process added these rows as \(summary.name) at the same time"
            )
        } else if let former {
            summary.decisions.append(
                former == summary.name
                    ? "these rows were here already"
                    : "these rows were here already as \(former); they go by \(summary.name) now, and "
                        + "\(former) still finds them"
            )
        }
        return summary
    }
}

extension Preparation {
    /// What the steps add to a dataset's name.
    fileprivate var suffix: String {
        let steps = [
            (!mapping.pairs.isEmpty, "mapped"), (format != nil, format?.rawValue ?? ""),
            (cleaning != nil, "clean"), (deduplication != nil, "dedup"), (heldOut != nil, "split"),
        ]
        let words = steps.filter(\.0).map(\.1)
        return words.isEmpty ? "" : "-" + words.joined(separator: "-")
    }
}
