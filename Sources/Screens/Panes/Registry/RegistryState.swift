import Presentation
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

    /// The registered models; nil before they have been read.
    package var models: [RegisteredModelSummary]?
    /// What a rollback would do, by model.
    package var rollbacks: [String: Rollback] = [:]
    /// Why the models cannot be read.
    package var problem: WorkspaceError?
    /// The selected model.
    package var selection = ListSelection<String>()
    /// The selected version.
    package var version = ListSelection<Int>()
    /// Which list the keys move in.
    package var focus = Focus.models
    /// Where each model stands.
    package var board: [DeploymentSummary] = []
    /// What the gate says of versions, as far as it was asked since the last reading.
    package var checks: [RegisteredVersion: GateCheck] = [:]
    /// What covers the versions; nil while they show.
    package var cover: RegistryCover?
    /// The version to select once it is in the list.
    var wanted: RegisteredVersion?
    var listing = Refresh()

    package init() {}

    /// The selected model.
    package var selected: RegisteredModelSummary? {
        guard let models else { return nil }
        return selection.position(in: models.map(\.name)).map { models[$0] }
    }

    /// The selected version of the selected model.
    package var selectedVersion: RegisteredModelSummary.Version? {
        guard let versions = selected?.versions else { return nil }
        return version.position(in: versions.map(\.number)).map { versions[$0] }
    }

    /// The history that covers the versions.
    package var history: OpenedHistory? {
        get { if case .history(let history) = cover { history } else { nil } }
        set { cover = newValue.map { .history($0) } }
    }

    /// Where the selected model stands.
    package var standing: DeploymentSummary? {
        selected.flatMap { model in board.first { $0.name == model.name } }
    }

    /// What the gate says of the selected version; nil where nothing is known or must hold.
    package var check: GateCheck? { target.flatMap { checks[$0] } }

    /// The selected version with its model's name.
    package var target: RegisteredVersion? {
        guard let selected, let selectedVersion else { return nil }
        return RegisteredVersion(name: selected.name, number: selectedVersion.number)
    }

    /// The selected version beside the one in use, which it would replace.
    ///
    /// The one in use stands beside the one before it. Nil where there are no two.
    var comparable: OpenedVersionComparison? {
        guard let model = selected, let version = selectedVersion else { return nil }
        let deployed = model.deployed?.number
        let other =
            deployed == version.number || deployed == nil
            ? model.versions.map(\.number).filter { $0 < version.number }.max() : deployed
        return other.map {
            OpenedVersionComparison(name: model.name, versions: [version.number, $0])
        }
    }

    /// Keeps the selections in step with the list.
    mutating func refreshSelections() {
        let names = (models ?? []).map(\.name)
        if let wanted, let model = models?.first(where: { $0.name == wanted.name }),
            model.versions.contains(where: { $0.number == wanted.number })
        {
            selection.select(wanted.name, in: names)
            version.select(wanted.number, in: model.versions.map(\.number))
            self.wanted = nil
        }
        selection.refresh(names)
        version.refresh((selected?.versions ?? []).map(\.number))
    }

    /// Moves to another model, and there to the newest version.
    mutating func moved(from name: String?) {
        guard selected?.name != name else { return }
        version = ListSelection(selected?.versions.first?.number)
        cover = nil
    }
}

/// A version of a registered model.
package struct RegisteredVersion: Equatable, Hashable, Sendable {
    /// The model's name.
    package var name: String
    /// Counted from 1.
    package var number: Int

    package init(name: String, number: Int) {
        self.name = name
        self.number = number
    }

    /// Such as `faq v3`.
    var words: String { "\(name) v\(number)" }

    /// Such as `faq 3`, for a command line.
    var arguments: String { "\(CommandText.quoted(name)) \(number)" }
}

/// Whether a model can be rolled back.
package enum Rollback: Equatable, Sendable {
    /// To this version.
    case possible(RollbackPlan)
    /// Not, for this reason.
    case impossible(String)
}

/// What lies over the versions.
package enum RegistryCover: Equatable, Sendable {
    /// What was done to the selected model.
    case history(OpenedHistory)
    /// Where every model stands; the selected row is the selected model.
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
    /// What they are; nil before it has been read.
    package var comparison: RegisteredVersionComparison?
    /// The selected row.
    package var selection = ListSelection<String>()

    package init(name: String, versions: [Int]) {
        self.name = name
        self.versions = versions
    }
}

/// What was done to a model.
package struct OpenedHistory: Equatable, Sendable {
    /// The model.
    package let name: String
    /// The changes, newest first; nil before they have been read.
    package var changes: [RegistryChange]?
    /// The selected change.
    package var selection = ListSelection<Int64>()

    package init(name: String) { self.name = name }
}
