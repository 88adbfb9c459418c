import Platform
import Tracking

/// Decides which files of `artifacts/` may be written or removed by others than the run that made
/// them.
struct ArtifactRules {
    /// A file or folder that must not change, and its owner.
    struct Protected {
        var place: ArtifactPlace
        /// The owner, such as `version 3 of faq`.
        var holder: String
    }

    /// The files of registered versions, and the results of this program's runs.
    var protected: [Protected]
    /// The folders of runs and models: clients may write and remove files in one, or remove one
    /// folder, but not several in one call.
    var owned: [Protected] = []

    /// Checks that a file may be created or replaced.
    func write(to place: ArtifactPlace) throws(WorkspaceError) {
        guard let obstacle = protected.first(where: { place.isInside($0.place) }) else { return }
        throw refusal(place, "written", obstacle)
    }

    /// Checks that a file or folder may be removed.
    func remove(_ place: ArtifactPlace) throws(WorkspaceError) {
        if let obstacle = protected.first(where: {
            place.isInside($0.place) || $0.place.isInside(place)
        }) {
            throw refusal(place, "removed", obstacle)
        }
        // A folder with the folders of several runs belongs to none of them.
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
    /// Whether it is the same place, or inside it.
    func isInside(_ other: ArtifactPlace) -> Bool { names.starts(with: other.names) }
}
