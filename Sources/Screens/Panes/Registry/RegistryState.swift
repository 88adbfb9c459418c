package import Registry
package import TerminalUI
package import Workspace

/// What the Registry pane shows and remembers.
package struct RegistryState: Equatable, Sendable {
    /// Which list the keys move in.
    package enum Focus: Equatable, Sendable {
        /// The models.
        case models
        /// The selected model's versions.
        case versions
    }

    /// The list of models.
    package var models = ListState<String>()
    /// The list of the selected model's versions.
    package var versions = ListState<Int>()
    /// Which list the keys move in.
    package var focus = Focus.models
    /// The gate checks made since the registry was last read.
    package var checks: [RegisteredVersion: GateReport] = [:]
    /// What covers the versions; nil while they are shown.
    package var cover: RegistryCover?
    /// The version to select once it is in the list.
    var wanted: RegisteredVersion?

    package init() {}

    /// The selected model.
    package func selected(in library: Library) -> RegisteredModelSummary? {
        guard let known = library.registered else { return nil }
        return models.position(in: known.map(\.name)).map { known[$0] }
    }

    /// The selected version of the selected model.
    package func selectedVersion(in library: Library) -> RegisteredModelSummary.Version? {
        guard let known = selected(in: library)?.versions else { return nil }
        return versions.position(in: known.map(\.number)).map { known[$0] }
    }

    /// The history that covers the versions.
    package var history: OpenedHistory? {
        get { if case .history(let history) = cover { history } else { nil } }
        set { cover = newValue.map { .history($0) } }
    }

    /// The deployment of the selected model.
    package func deployment(in library: Library) -> DeploymentSummary? {
        selected(in: library).flatMap { model in library.board.first { $0.name == model.name } }
    }

    /// The gate check of the selected version; nil if it is unknown or there is no gate.
    package func check(in library: Library) -> GateReport? {
        target(in: library).flatMap { checks[$0] }
    }

    /// The selected version with its model's name.
    package func target(in library: Library) -> RegisteredVersion? {
        guard let model = selected(in: library), let version = selectedVersion(in: library) else {
            return nil
        }
        return RegisteredVersion(name: model.name, number: version.number)
    }

    /// The selected version and the deployed one, which it would replace.
    ///
    /// The deployed version is compared with the one before it. Nil if there is no other version.
    func comparable(in library: Library) -> OpenedVersionComparison? {
        guard let model = selected(in: library), let version = selectedVersion(in: library) else {
            return nil
        }
        let deployed = model.deployed?.number
        let other =
            deployed == version.number || deployed == nil
            ? model.versions.map(\.number).filter { $0 < version.number }.max() : deployed
        return other.map {
            OpenedVersionComparison(name: model.name, versions: [version.number, $0])
        }
    }

    /// Updates the lists after a change of the library.
    mutating func refreshLists(_ library: Library) {
        let known = library.registered ?? []
        let names = known.map(\.name)
        if let wanted, let model = known.first(where: { $0.name == wanted.name }),
            model.versions.contains(where: { $0.number == wanted.number })
        {
            models.select(wanted.name, in: names)
            versions.select(wanted.number, in: model.versions.map(\.number))
            self.wanted = nil
        }
        models.refresh(names)
        versions.refresh((selected(in: library)?.versions ?? []).map(\.number))
    }

    /// Selects the newest version after a move to another model.
    mutating func moved(from name: String?, _ library: Library) {
        let model = selected(in: library)
        guard model?.name != name else { return }
        versions = ListState(model?.versions.first?.number)
        cover = nil
    }
}

/// A version of a registered model.
package struct RegisteredVersion: Equatable, Hashable, Sendable {
    /// The model's name.
    package var name: String
    /// The version's number, from 1.
    package var number: Int

    package init(name: String, number: Int) {
        self.name = name
        self.number = number
    }

    /// Such as `faq v3`.
    var label: String { "\(name) v\(number)" }
}

/// What covers the versions.
package enum RegistryCover: Equatable, Sendable {
    /// The history of the selected model.
    case history(OpenedHistory)
    /// The deployment board; the selected row is the selected model.
    case board
    /// Versions side by side.
    case comparison(OpenedVersionComparison)
}

/// Versions of a model side by side.
package struct OpenedVersionComparison: Equatable, Sendable {
    /// The model.
    package let name: String
    /// The versions, the selected one first.
    package let versions: [Int]
    /// The comparison; nil before it has been read.
    package var comparison: RegisteredVersionComparison?
    /// The selected row.
    package var list = ListState<String>()

    package init(name: String, versions: [Int]) {
        self.name = name
        self.versions = versions
    }
}

/// The history of a model.
package struct OpenedHistory: Equatable, Sendable {
    /// The model.
    package let name: String
    /// The changes, newest first; nil before they have been read.
    package var changes: [RegistryChange]?
    /// The selected change.
    package var list = ListState<Int>()

    package init(name: String) { self.name = name }
}
