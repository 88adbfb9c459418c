import Registry
package import TerminalUI
import Workspace

extension RegistryState {
    package func keys(_ context: Context) -> KeyTable<Scene<RegistryState>, Action> {
        focus == .models ? Self.modelKeys : Self.versionKeys
    }

    private static let category = "Registry"

    private static let modelKeys = KeyTable<Scene<RegistryState>, Action>(
        [
            KeyBinding(
                "versions",
                [.enter],
                "Go to the model's versions",
                category: category,
                hint: "versions",
                disabledReason: { $0.model == nil ? "no model is registered" : nil }
            ) { _ in .registry(.open) }
        ] + shared
    )

    private static let versionKeys = KeyTable<Scene<RegistryState>, Action>(
        [
            KeyBinding(
                "talk",
                [.enter, "c"],
                "Chat with this version",
                category: category,
                hint: "chat",
                disabledReason: { $0.target == nil ? "no version is selected" : nil }
            ) { _ in .registry(.chat) }
        ] + shared
    )

    private static let shared: [KeyBinding<Scene<RegistryState>, Action>] = [
        KeyBinding(
            "promote",
            ["P"],
            "Deploy this version",
            category: category,
            hint: "promote",
            disabledReason: { scene in
                reason(scene) { model, version in
                    let isInUse = model.deployed?.number == version.number
                    if isInUse && version.stage == .production {
                        return "\(model.name) v\(version.number) is deployed already"
                    }
                    return scene.state.check(in: scene.library)?.obstacle
                }
            }
        ) { _ in .registry(.promote) },
        KeyBinding(
            "rollback",
            ["B"],
            "Roll back to the version deployed before",
            category: category,
            hint: "roll back",
            disabledReason: { scene in
                if let obstacle = scene.context.obstacle { return obstacle }
                guard let name = scene.model?.name else {
                    return "no model is registered"
                }
                switch scene.library.rollbacks[name] {
                case .possible: return nil
                case .impossible(let reason): return reason.withoutStop
                case nil: return "the registry is being read"
                }
            }
        ) { _ in .registry(.rollBack) },
        KeyBinding(
            "stage",
            ["s"],
            "Move this version to a stage",
            category: category,
            hint: "stage",
            disabledReason: { reason($0) }
        ) { _ in .registry(.stage) },
        KeyBinding(
            "alias",
            ["a"],
            "Point an alias at this version",
            category: category,
            hint: "alias",
            disabledReason: { reason($0) }
        ) { _ in .registry(.alias) },
        KeyBinding(
            "unalias",
            ["x"],
            "Remove an alias from this version",
            category: category,
            disabledReason: { scene in
                reason(scene) { model, version in
                    version.aliases.isEmpty ? "\(model.name) v\(version.number) has no alias" : nil
                }
            }
        ) { _ in .registry(.unalias) },
        KeyBinding(
            "register",
            ["e"],
            "Register a run's adapter as a version",
            category: category,
            hint: "register",
            disabledReason: { scene in
                scene.context.obstacle
                    ?? (scene.library.registrableRuns.isEmpty
                        ? "no run has a finished adapter yet" : nil)
            }
        ) { _ in .registry(.chooseRun) },
        KeyBinding(
            "history",
            ["H"],
            "Show the history of changes",
            category: category,
            hint: "history",
            disabledReason: { $0.model == nil ? "no model is registered" : nil }
        ) { _ in .registry(.toggleHistory) },
        KeyBinding(
            "undo",
            ["z"],
            "Undo your last change to the registry",
            category: category,
            hint: "undo",
            disabledReason: \.context.obstacle
        ) { _ in .registry(.undo) },
        KeyBinding(
            "differences",
            ["d"],
            "Compare this version with the deployed one",
            category: category,
            disabledReason: { scene in
                guard scene.target != nil else { return "no version is selected" }
                return scene.state.comparable(in: scene.library) == nil
                    ? "there is no other version" : nil
            }
        ) { _ in .registry(.toggleComparison) },
        KeyBinding(
            "board",
            ["b"],
            "Show the deployment board",
            category: category,
            disabledReason: { $0.model == nil ? "no model is registered" : nil }
        ) { _ in .registry(.toggleBoard) },
        KeyBinding(
            "gate",
            ["r"],
            "Set the promotion gate",
            category: category,
            disabledReason: { scene in
                scene.context.obstacle
                    ?? (scene.model == nil ? "no model is registered" : nil)
            }
        ) { _ in .registry(.gate) },
        KeyBinding(
            "approve",
            ["A"],
            "Approve this version in your name",
            category: category,
            disabledReason: { scene in
                reason(scene) { model, _ in
                    scene.state.deployment(in: scene.library)?.gate?.approval != nil
                        ? nil : "the gate of \(model.name) requires no approval"
                }
            }
        ) { _ in .registry(.approve) },
    ]

    /// Why an action on the selected version is not possible.
    private static func reason(
        _ scene: Scene<RegistryState>,
        _ check: (RegisteredModelSummary, RegisteredModelSummary.Version) -> String? = { _, _ in nil
        }
    ) -> String? {
        if let obstacle = scene.context.obstacle { return obstacle }
        guard let model = scene.model, let version = scene.state.selectedVersion(in: scene.library)
        else { return "no version is selected" }
        return check(model, version)
    }
}

extension Scene<RegistryState> {
    fileprivate var library: Library { context.library }
    /// The selected model.
    fileprivate var model: RegisteredModelSummary? { state.selected(in: library) }
    /// The selected version.
    fileprivate var target: RegisteredVersion? { state.target(in: library) }
}

extension GateReport {
    /// Why the gate refuses the version; nil if it does not.
    fileprivate var obstacle: String? {
        guard !passed else { return nil }
        let wanting = findings.filter { !$0.passed }.map(\.text)
        return "the gate requires \(wanting.joined(separator: " and "))"
    }
}

extension GateReport.Finding {
    /// Such as `eval_loss <= 1.9 (found 2.1)`.
    var text: String { "\(subject) \(wanted) (found \(found))".oneLine }
}

extension String {
    /// The sentence without its full stop, for use within another.
    fileprivate var withoutStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
