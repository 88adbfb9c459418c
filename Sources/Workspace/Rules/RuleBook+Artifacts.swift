import Platform
import Registry
import Runs
import Tracking

extension RuleBook {
    /// Checks that a client may create or replace a file below `artifacts/`.
    ///
    /// Blocks.
    ///
    /// - Parameter path: Relative to `artifacts/`.
    /// - Throws: ``WorkspaceError`` with the code `conflict` if the file belongs to a registered
    ///   version, or to the result of one of this program's runs.
    package func checkWriting(artifact path: String) throws {
        try check(path) { rules, place throws(WorkspaceError) in try rules.write(to: place) }
    }

    /// Checks that a client may remove a file or folder below `artifacts/`, or a link itself.
    ///
    /// Blocks.
    ///
    /// - Parameter path: Relative to `artifacts/`.
    /// - Throws: ``WorkspaceError`` with the code `conflict` if something refers to it or to its
    ///   contents.
    package func checkRemoving(artifact path: String) throws {
        try check(path) { rules, place throws(WorkspaceError) in try rules.remove(place) }
    }

    private func check(
        _ path: String,
        _ rule: (ArtifactRules, ArtifactPlace) throws(WorkspaceError) -> Void
    ) throws {
        try opened.checkWritable()
        guard let tree = ArtifactTree(folder: opened.layout.artifacts) else { return }
        let spelled = ArtifactPlace(path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init))
        // A link itself is replaced or removed; links in the path to it are followed.
        let entry = ResolvedPath.entry("\(opened.layout.artifacts)/\(path)")
        let places = Set([spelled, tree.place(of: entry)].compactMap { $0 })
        let references = VersionReferences(opened, tree)
        for place in places {
            var rules = ArtifactRules(protected: try references.protected())
            rules.protected += try ownFiles(around: place, tree)
            rules.owned = try owned(below: place, tree)
            try rule(rules, place)
        }
    }

    /// The results, finished or not, of this program's runs whose folder contains a place.
    private func ownFiles(
        around place: ArtifactPlace,
        _ tree: ArtifactTree
    ) throws -> [ArtifactRules.Protected] {
        let ids = place.names.map { String(decoding: $0, as: UTF8.self) }
        return ids.flatMap { id -> [ArtifactRules.Protected] in
            guard let record = try? opened.store.run(id, details: .tags),
                record.tags[RunTag.owner] != nil,
                let folder = opened.localPath(of: record.artifactURI)
                    .flatMap({ tree.place(of: $0) })
            else { return [] }
            return RunFolder.ownNames.map {
                .init(place: folder.child(Array($0.utf8)), holder: "run \(record.name)")
            }
        }
    }

    /// The folders of runs and models below a place that belongs to none of them.
    private func owned(
        below place: ArtifactPlace,
        _ tree: ArtifactTree
    ) throws -> [ArtifactRules.Protected] {
        guard ([place] + place.ancestors).allSatisfy({ $0.owner == nil }) else { return [] }
        let owners = try opened.store.artifactOwners()
        let reader = ReferenceReader(opened: opened, tree: tree)
        let folders = owners.compactMap { owner in reader.folder(of: owner).map { (owner, $0) } }
        let runs = Set(folders.filter { $0.0.id.kind == .run }.map(\.1))
        return
            folders
            .filter { owner, folder in
                owner.id.kind == .run || !folder.ancestors.contains(where: runs.contains)
            }
            .map { ArtifactRules.Protected(place: $1, holder: $0.words) }
    }
}

/// The files of registered versions and of their base models.
struct VersionReferences {
    private let opened: OpenedFolder
    private let tree: ArtifactTree

    init(_ opened: OpenedFolder, _ tree: ArtifactTree) {
        self.opened = opened
        self.tree = tree
    }

    /// The places below `artifacts/` that versions refer to, both as written and with links
    /// resolved.
    func protected() throws -> [ArtifactRules.Protected] {
        try ModelRegistry(opened.store).models().flatMap(\.versions).flatMap { version in
            let holder = "version \(version.version) of \(version.model)"
            let base = version.tags[VersionTag.basePath].map { [$0] } ?? []
            let locations = ([version.source, version.storageLocation] + base).compactMap(location)
            return Set(locations.flatMap(places)).map { place in
                ArtifactRules.Protected(place: place, holder: holder)
            }
        }
    }

    /// The location of a reference to a logged model or run.
    private func location(_ reference: String) -> String? {
        let parts = reference.split(separator: "/", maxSplits: 2).map(String.init)
        guard parts.count > 1 else { return reference }
        let rest = parts.count > 2 ? "/\(parts[2])" : ""
        switch parts[0] {
        case "models:": return (try? opened.store.loggedModel(parts[1]))?.artifactLocation
        case "runs:":
            return (try? opened.store.run(parts[1], details: [])).map { $0.artifactURI + rest }
        default: return reference
        }
    }

    private func places(_ location: String) -> [ArtifactPlace] {
        guard let path = opened.localPath(of: location) else { return [] }
        let spelled = ResolvedPath(opened.layout.artifacts).relative(.entry(path))
            .map { ArtifactPlace($0.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)) }
        return [tree.place(of: path), spelled].compactMap { $0 }
    }
}
