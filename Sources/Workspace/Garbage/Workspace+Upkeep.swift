import Platform
import Registry
import Runs
import Tracking

extension Workspace {
    /// The contents of the workspace and their sizes.
    ///
    /// Blocks.
    public func overview() throws -> WorkspaceOverview {
        try WorkspaceError.translating {
            let folders = [
                ("artifacts", layout.artifacts), ("datasets", layout.datasets),
                ("models", layout.models), ("logs", layout.logs),
            ]
            let files = Files.names(in: layout.folder)
                .filter { $0.hasPrefix(FilePaths.name(layout.database)) }
                .map {
                    WorkspaceOverview.Part(name: $0, byteCount: Self.byteCount(layout.folder, $0))
                }
            let counts = try opened.store.counts()
            let registered = try ModelRegistry(opened.store).counts()
            let reason: String? = if case .readOnly(let reason) = access { reason } else { nil }
            return WorkspaceOverview(
                folder: layout.folder,
                readOnlyReason: reason,
                schema: counts.schema,
                counts: [
                    .init(name: "experiments", count: counts.experiments),
                    .init(name: "runs", count: counts.runs),
                    .init(name: "logged models", count: counts.loggedModels),
                    // Scripts depend on this name.
                    .init(name: "in the bin", count: counts.trashed),
                    .init(name: "metric points", count: counts.metricPoints),
                    .init(name: "registered models", count: registered.models),
                    .init(name: "versions", count: registered.versions),
                ],
                parts: files
                    + folders.map {
                        .init(name: "\($0.0)/", byteCount: Files.byteCount($0.1))
                    }
            )
        }
    }

    /// Checks the database, the references between its rows, and the files: missing ones, and those
    /// that belong to nothing.
    ///
    /// Blocks: reads the whole database.
    public func check() throws -> WorkspaceCheck {
        try WorkspaceError.translating {
            let database = try opened.store.check()
            // The other checks may fail on a damaged file.
            guard database.damages.isEmpty else {
                return WorkspaceCheck(
                    damages: database.damages,
                    brokenReferences: database.brokenReferences,
                    missing: [],
                    changed: [],
                    orphans: []
                )
            }
            let tree = ArtifactTree(folder: layout.artifacts)
            let stranded = StrandedFiles(in: opened)?.report()
            let orphans = try tree.map { tree in
                try self.orphans(in: tree).filter { $0.text != "artifacts/.elsewhere" }.map {
                    place in
                    let contents = tree.contents(of: place)
                    return WorkspaceCheck.Orphan(
                        path: place.text,
                        fileCount: contents?.fileCount ?? 0,
                        byteCount: contents?.byteCount ?? 0,
                        isCollected: place.owner != nil
                    )
                }
            }
            return WorkspaceCheck(
                damages: [],
                brokenReferences: database.brokenReferences,
                missing: try missingFiles(),
                changed: try changedVersions(),
                orphans: orphans ?? [],
                stranded: stranded
            )
        }
    }

    /// Writes a copy of the database, readable only by its owner; artifacts are not included.
    ///
    /// Blocks.
    ///
    /// - Parameters:
    ///   - path: The copy's path; a relative one starts at the current folder.
    ///   - replaces: Whether a file of that name is replaced.
    /// - Returns: The copy's full path.
    /// - Throws: ``WorkspaceError`` with the code `conflict` if the path exists already.
    public func backUp(to path: String, replaces: Bool = false) throws -> String {
        try WorkspaceError.translating {
            guard !path.isEmpty else {
                throw WorkspaceError(.invalid, "The copy must have a name.")
            }
            let home = ProcessEnvironment.variables["HOME"] ?? ""
            let copy = ResolvedPath.entry(path, home: home).text
            try opened.store.backUp(to: copy, replaces: replaces)
            return copy
        }
    }

    /// Registered versions whose files differ from those registered.
    private func changedVersions() throws -> [WorkspaceCheck.Changed] {
        try modelRegistry.models().flatMap(\.versions).compactMap { version in
            let found = try registry.files.differences(of: version, isThorough: true)
            guard !found.isEmpty else { return nil }
            return WorkspaceCheck.Changed(
                holder: "version \(version.version) of \(version.model)",
                path: opened.path(of: version.storageLocation),
                differences: found
            )
        }
    }

    /// The missing files of versions, finished models and runs in use.
    private func missingFiles() throws -> [WorkspaceCheck.Missing] {
        var needed: [(holder: String, location: String)] = []
        for version in try modelRegistry.models().flatMap(\.versions) {
            let holder = "version \(version.version) of \(version.model)"
            needed.append((holder, version.storageLocation))
        }
        var query = RunQuery()
        query.details = .tags
        for run in try opened.store.runs(query) {
            let holder = "run \(run.name)"
            if let result = run.result {
                needed.append((holder, "\(run.artifactURI)/\(result)"))
            }
            for data in [RunTag.dataset, RunTag.evaluationDataset] {
                if let location = run.tags[data] { needed.append((holder, location)) }
            }
            for model in try opened.store.loggedModels(run: run.id) where model.status == .ready {
                needed.append(("model \(model.name)", model.artifactLocation))
            }
        }
        return needed.compactMap { holder, location in
            guard let path = opened.localPath(of: location), Self.namesFiles(location),
                !FilePaths.exists(path)
            else { return nil }
            return WorkspaceCheck.Missing(holder: holder, path: path)
        }
    }

    /// Whether a location is a path, not `models:/…` or `runs:/…`.
    private static func namesFiles(_ location: String) -> Bool {
        !location.hasPrefix("models:/") && !location.hasPrefix("runs:/")
    }

    private static func byteCount(_ folder: String, _ name: String) -> Int64 {
        Files.byteCount("\(folder)/\(name)")
    }
}
