import Registry
import Runs
import Tracking
import Training

/// The contents of `artifacts/` and their owners, from one state of the store.
struct ArtifactCensus {
    let owners: [ArtifactOwner]
    /// The folder of each run and logged model that has one in the workspace.
    let folders: [ArtifactOwner.ID: ArtifactPlace]
    /// The references of registered versions.
    let references: [ArtifactReference]
    /// The references of each run outside its own folder.
    let outgoing: [ArtifactOwner.ID: [ArtifactReference]]

    init(_ owners: [ArtifactOwner], _ opened: OpenedFolder, _ tree: ArtifactTree) throws {
        self.owners = owners
        let reader = ReferenceReader(opened: opened, tree: tree)
        folders = Dictionary(
            owners.compactMap { owner in reader.folder(of: owner).map { (owner.id, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
        references = try reader.versionReferences()
        outgoing = try reader.runReferences()
    }

    func plan(binnedBefore cutoff: Int, isLive: (String) -> Bool) -> GarbagePlan {
        GarbagePlan(
            owners,
            binnedBefore: cutoff,
            folders: folders,
            references: references,
            outgoing: outgoing,
            isLive: isLive
        )
    }

    /// The files in the tree that belong to nothing in the store.
    func orphans(in tree: ArtifactTree) -> [ArtifactPlace] {
        var owned = Set(folders.values)
        for reference in references + outgoing.values.joined() {
            if case .place(let place) = reference.target { owned.insert(place) }
        }
        let above = Set(owned.flatMap(\.ancestors))
        let known = Set(owners.map(\.id))
        var orphans: [ArtifactPlace] = []
        func look(into folder: ArtifactPlace) {
            for (place, isFolder) in tree.children(of: folder) where !owned.contains(place) {
                // Uploads in progress belong to a server.
                if place == .uploads { continue }
                // Traces are removed with their experiment, or when clients delete them.
                if let owner = place.tracesOwner, known.contains(owner) { continue }
                // A link in place of the folder of an existing run belongs to that run.
                if let owner = place.owner, known.contains(owner) { continue }
                if isFolder, above.contains(place) || place.isContainer {
                    look(into: place)
                } else {
                    orphans.append(place)
                }
            }
        }
        look(into: ArtifactPlace([]))
        return orphans
    }
}

/// Finds the references of items.
struct ReferenceReader {
    let opened: OpenedFolder
    let tree: ArtifactTree

    /// The folder that belongs only to a run or logged model; nil if it is outside.
    func folder(of owner: ArtifactOwner) -> ArtifactPlace? {
        guard owner.id.kind != .experiment, let place = place(of: owner.location),
            let parent = place.parent
        else { return nil }
        // In MLflow's layout the artifacts are in a folder inside the run's folder.
        let isInside =
            place.names.last == Array("artifacts".utf8)
            && parent.names.last == Array(owner.id.text.text.utf8)
        return isInside ? parent : place
    }

    /// The place of a location; nil for one outside the workspace's artifacts.
    func place(of location: String) -> ArtifactPlace? {
        guard let path = opened.localPath(of: location) else { return nil }
        return tree.place(of: path)
    }

    func versionReferences() throws -> [ArtifactReference] {
        try ModelRegistry(opened.store).models().flatMap(\.versions).flatMap { version in
            let holder = "version \(version.version) of \(version.model)"
            let base = version.tags[VersionTag.basePath].map { [$0] } ?? []
            let run = version.run.map { ["runs:/\($0)"] } ?? []
            let locations = [version.source, version.storageLocation] + base + run
            return locations.flatMap(targets).map { ArtifactReference(holder: holder, target: $0) }
        }
    }

    func runReferences() throws -> [ArtifactOwner.ID: [ArtifactReference]] {
        var query = RunQuery()
        query.view = .all
        query.details = .tags
        var references: [ArtifactOwner.ID: [ArtifactReference]] = [:]
        for run in try opened.store.runs(query) {
            var locations = [run.tags[RunTag.modelPath]]
            if run.status != .finished {
                // The inputs for resuming it, and the run that it repeats.
                let request = run.tags[RunTag.request].flatMap(TrainingRequest.init(json:))
                locations += [
                    request?.initialAdapter, request?.model, run.tags[RunTag.dataset],
                    run.tags[RunTag.evaluationDataset],
                ]
                locations += [run.tags[RunTag.parent], run.tags[RunTag.retryOf]]
                    .map { id in id.map { "runs:/\($0)" } }
            }
            references[.init(.run, run.id)] = locations.compactMap { $0 }
                .flatMap(targets)
                .map { ArtifactReference(holder: "run \(run.name)", target: $0) }
        }
        return references
    }

    /// The targets of a location, `models:/m-…` or `runs:/…`; empty if outside.
    private func targets(_ location: String) -> [ArtifactReference.Target] {
        for (scheme, kind) in [("models:/", ArtifactOwner.Kind.model), ("runs:/", .run)]
        where location.hasPrefix(scheme) {
            let id = location.dropFirst(scheme.count).prefix { $0 != "/" }
            return [.owner(.init(kind, String(id)))]
        }
        return place(of: location).map { [.place($0)] } ?? []
    }
}

extension OpenedFolder {
    /// The path of an artifact location; nil if its scheme does not name a file.
    func localPath(of location: String) -> String? {
        guard !location.isEmpty else { return nil }
        let isElsewhere = location.contains("://") && !location.hasPrefix("file:///")
        return isElsewhere ? nil : place(of: location)
    }
}
