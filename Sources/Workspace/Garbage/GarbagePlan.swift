import Tracking

/// A reference to files that must be kept.
struct ArtifactReference: Sendable {
    /// The target.
    enum Target: Sendable {
        /// An experiment, run or logged model by its id.
        case owner(ArtifactOwner.ID)
        /// A file or folder.
        case place(ArtifactPlace)
    }

    /// The owner of the reference, such as `version 3 of faq`.
    var holder: String
    /// The target.
    var target: Target
}

/// Decides which items in the trash can be removed.
///
/// An item that stays keeps the items that it refers to, recursively.
struct GarbagePlan {
    /// The items to remove, including the logged models of removed runs and experiments.
    private(set) var going: [ArtifactOwner] = []
    /// The items that were in the trash long enough but stay, with the reasons.
    private(set) var kept: [(owner: ArtifactOwner, reason: String)] = []

    private var candidates: [ArtifactOwner.ID: ArtifactOwner] = [:]
    private let owners: [ArtifactOwner]
    private let folders: [ArtifactOwner.ID: ArtifactPlace]

    /// Plans the removal of all `owners` that were moved to the trash at `cutoff` or before.
    ///
    /// - Parameters:
    ///   - folders: The folder of each run and logged model that has one in the workspace.
    ///   - references: The references of registered versions.
    ///   - outgoing: The references of each run outside its own folder.
    ///   - isLive: Whether a process executes the run of this id.
    init(
        _ owners: [ArtifactOwner],
        binnedBefore cutoff: Int,
        folders: [ArtifactOwner.ID: ArtifactPlace],
        references: [ArtifactReference],
        outgoing: [ArtifactOwner.ID: [ArtifactReference]],
        isLive: (String) -> Bool
    ) {
        self.owners = owners
        self.folders = folders
        for owner in owners where owner.isTrashed(before: cutoff) { candidates[owner.id] = owner }
        for model in owners where candidates[model.id] == nil && goesAlong(model) {
            candidates[model.id] = model
        }
        var reasons: [ArtifactOwner.ID: String] = [:]
        while true {
            var held = Held(references)
            for owner in owners where candidates[owner.id] == nil {
                held.add(outgoing[owner.id] ?? [])
                if owner.id.kind != .experiment, let folder = folders[owner.id] {
                    held.add([ArtifactReference(holder: owner.words, target: .place(folder))])
                }
            }
            let staying = candidates.values.compactMap { owner in
                obstacle(owner, held, binnedBefore: cutoff, isLive).map { (owner.id, $0) }
            }
            if staying.isEmpty { break }
            for (id, reason) in staying {
                candidates[id] = nil
                reasons[id] = reason
            }
        }
        going = owners.filter { candidates[$0.id] != nil }
        kept = owners.filter { $0.isTrashed(before: cutoff) }
            .compactMap { owner in reasons[owner.id].map { (owner, $0) } }
    }

    /// Whether a logged model is removed because its run, which contains its files, or its
    /// experiment is.
    private func goesAlong(_ model: ArtifactOwner) -> Bool {
        guard model.id.kind == .model else { return false }
        if candidates[.init(.experiment, "\(model.experimentID)")] != nil { return true }
        guard let run = model.sourceRun.map({ ArtifactOwner.ID(.run, $0) }),
            candidates[run] != nil, let folder = folders[run], let own = folders[model.id]
        else { return false }
        return own == folder || own.ancestors.contains(folder)
    }

    /// The reason to keep an item; nil if it can be removed.
    private func obstacle(
        _ owner: ArtifactOwner,
        _ held: Held,
        binnedBefore cutoff: Int,
        _ isLive: (String) -> Bool
    ) -> String? {
        let id = owner.id
        if id.kind == .run, isLive(id.text.text) { return "a process executes it" }
        if let holder = held.owners[id] { return "\(holder) refers to it" }
        if id.kind == .experiment {
            let staying = owners.first {
                $0.id.kind != .experiment && $0.experimentID == owner.experimentID
                    && candidates[$0.id] == nil
            }
            return staying.map { "\($0.words) stays" }
        }
        if let folder = folders[id] {
            if let holder = held.within[folder] { return "\(holder) has files in its folder" }
            if let above = folder.ancestors.first(where: { held.exact[$0] != nil }),
                let holder = held.exact[above]
            {
                return "its files are \(holder)'s too"
            }
        }
        if !owner.isTrashed(before: cutoff), !goesAlong(owner) { return "it is in use" }
        return nil
    }

    /// The referenced items and their holders.
    private struct Held {
        var owners: [ArtifactOwner.ID: String] = [:]
        /// The referenced places.
        var exact: [ArtifactPlace: String] = [:]
        /// Those, and all folders that contain them.
        var within: [ArtifactPlace: String] = [:]

        init(_ references: [ArtifactReference]) { add(references) }

        mutating func add(_ references: [ArtifactReference]) {
            for reference in references {
                switch reference.target {
                case .owner(let id): owners[id] = reference.holder
                case .place(let place):
                    exact[place] = reference.holder
                    for folder in [place] + place.ancestors { within[folder] = reference.holder }
                }
            }
        }
    }
}

extension ArtifactOwner {
    /// Its kind and name.
    var words: String { "\(id.kind.rawValue) \(name.isEmpty ? id.text.text : name)" }
}
