import Platform
import Tracking

/// What may be done to the files of `artifacts/` by somebody else than the run that made them.
struct ArtifactRules {
    /// A file or folder that must stay as it is, and why.
    struct Protected {
        var place: ArtifactPlace
        /// Whose it is, in words such as `version 3 of faq`.
        var holder: String
    }

    /// What registered versions refer to, and what runs of this program made.
    var protected: [Protected]
    /// The folders of runs and models: clients may write and remove files in one, and the whole,
    /// but not many with one call.
    var owned: [Protected] = []

    /// Whether a file may be written at a place, new or over another one.
    func write(to place: ArtifactPlace) throws(WorkspaceError) {
        guard let obstacle = protected.first(where: { place.isInside($0.place) }) else { return }
        throw refusal(place, "written", obstacle)
    }

    /// Whether a file or a folder may be removed.
    func remove(_ place: ArtifactPlace) throws(WorkspaceError) {
        if let obstacle = protected.first(where: {
            place.isInside($0.place) || $0.place.isInside(place)
        }) {
            throw refusal(place, "removed", obstacle)
        }
        // A folder that holds the folders of several runs is not one of them's to remove.
        if let obstacle = owned.first(where: { $0.place != place && $0.place.isInside(place) }) {
            throw refusal(place, "removed", obstacle)
        }
    }

    private func refusal(
        _ place: ArtifactPlace,
        _ what: String,
        _ obstacle: Protected
    ) -> WorkspaceError {
        let relation =
            place == obstacle.place || place.isInside(obstacle.place)
            ? "it belongs to \(obstacle.holder)"
            : "\(obstacle.holder) has files in it"
        return WorkspaceError(
            .conflict,
            "\(place.text) cannot be \(what): \(relation).",
            hint: what == "written"
                ? "Write to another path, or register a new version."
                : "Delete the version or the run; `workbench workspace gc` then removes its files."
        )
    }
}

extension ArtifactPlace {
    /// Whether it is another place or lies below it.
    func isInside(_ other: ArtifactPlace) -> Bool { names.starts(with: other.names) }
}
