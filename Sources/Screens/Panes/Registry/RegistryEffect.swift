import Presentation
package import Workspace

/// Work of the Registry pane.
package enum RegistryEffect: WorkspaceEffect {
    case list
    case history(String)
    case compare(String, versions: [Int])
    case check(RegisteredVersion)
    case setGate(name: String, line: String)
    case approve(RegisteredVersion)
    case register(name: String, run: String)
    case setStage(RegisteredVersion, ModelStage)
    case setAlias(RegisteredVersion, alias: String)
    case removeAlias(RegisteredVersion, alias: String)
    case promote(RegisteredVersion)
    case rollBack(RollbackPlan)
    case undo
    case redo

    package func perform(in workspace: Workspace) throws -> [Action] {
        let registry = workspace.registry
        switch self {
        case .list:
            let models = try registry.list()
            let rollbacks = models.map { ($0.name, Self.rollback(of: $0.name, in: registry)) }
            return [
                .registry(
                    .listed(
                        models,
                        rollbacks: Dictionary(rollbacks, uniquingKeysWith: { first, _ in first }),
                        board: try registry.board()
                    )
                )
            ]
        case .history(let name):
            return [.registry(.remembered(name: name, try registry.history(name)))]
        case .compare(let name, let versions):
            return [.registry(.compared(try registry.compare(name, versions: versions)))]
        case .check(let version):
            let check = try registry.checkGate(version.name, version: version.number)
            return [.registry(.checked(check))]
        case .setGate(let name, let line):
            let gate = ModelGate(line: line)
            try registry.setGate(name, to: gate)
            return Self.done(
                gate.map { "Gate of \(name): \($0.line)." }
                    ?? "\(name) no longer has a gate.",
                "gate \(CommandText.quoted(name)) \(gate?.options ?? "--remove")"
            )
        case .approve(let version):
            try registry.approve(version.name, version: version.number)
            return Self.done("\(version.words) is approved by you.", "approve \(version.arguments)")
        case .register(let name, let run):
            let number = try registry.register(run: run, as: name)
            return [.registry(.registered(.init(name: name, number: number), run: run))]
        case .setStage(let version, let stage):
            try registry.setStage(version.name, version: version.number, to: stage)
            return Self.done(
                "\(version.words) is in stage \(stage.rawValue).",
                "stage \(version.arguments) \(stage.rawValue)"
            )
        case .setAlias(let version, let alias):
            try registry.setAlias(version.name, alias: alias, version: version.number)
            return Self.done(
                "\(version.words) is @\(alias).",
                "alias \(CommandText.quoted(version.name)) \(CommandText.quoted(alias)) \(version.number)"
            )
        case .removeAlias(let version, let alias):
            try registry.removeAlias(version.name, alias: alias)
            return Self.done(
                "\(version.name) no longer has the alias @\(alias).",
                "alias \(CommandText.quoted(version.name)) \(CommandText.quoted(alias)) --remove"
            )
        case .promote(let version):
            try registry.promote(version.name, version: version.number)
            return Self.done("\(version.words) is deployed.", "promote \(version.arguments)")
        case .rollBack(let plan):
            try registry.rollback(plan)
            return Self.done(
                "\(plan.name) is back at v\(plan.to).",
                "rollback \(CommandText.quoted(plan.name))"
            )
        case .undo:
            let change = try registry.undo()
            return Self.done("Undone: \(change.summary).", "undo", hint: "Z redoes it.")
        case .redo:
            let change = try registry.redo()
            return Self.done("Redone: \(change.summary).", "redo")
        }
    }

    package func failure(_ error: WorkspaceError) -> [Action] {
        switch self {
        case .list: [.registry(.listingFailed(error))]
        case .register(let name, let run):
            [.registry(.registerFailed(error, name: name, run: run))]
        case .setAlias(let version, let alias):
            [.registry(.aliasFailed(error, version, alias: alias))]
        case .setGate(let name, let line):
            [.registry(.gateFailed(error, name: name, line: line))]
        case .history, .compare, .check, .approve, .setStage, .removeAlias, .promote, .rollBack,
            .undo, .redo:
            [.failed(error)]
        }
    }

    private static func rollback(of name: String, in registry: RegistryService) -> Rollback {
        do {
            return .possible(try registry.rollbackPlan(name))
        } catch {
            return .impossible((error as? WorkspaceError)?.message ?? "\(error)")
        }
    }

    /// The registry itself tells that it changed, so that the list is read again.
    private static func done(
        _ message: String,
        _ command: String,
        hint: String = "z undoes it."
    ) -> [Action] {
        [.told(Notice(.success, message, hint: hint), command: "workbench registry \(command)")]
    }
}

extension ModelGate {
    /// The options that set this gate on the command line.
    fileprivate var options: String {
        let conditions = conditions.map { "--require \(CommandText.quoted($0))" }
        let approval =
            approvers.isEmpty
            ? (needsApproval ? ["--approval"] : [])
            : approvers.map { "--approver \(CommandText.quoted($0))" }
        return (conditions + approval).joined(separator: " ")
    }
}
