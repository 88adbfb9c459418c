import Presentation
import TerminalUI
import Workspace

extension AppState {
    mutating func reduce(_ action: RegistryAction) -> [Effect] {
        switch action {
        case .listed(let models, let rollbacks, let board):
            registry.models = models
            registry.rollbacks = rollbacks
            registry.board = board
            registry.checks = [:]
            registry.problem = nil
            registry.refreshSelections()
            return (registry.listing.end() ? [.registry(.list)] : []) + readCover() + checkGate()
        case .listingFailed(let error):
            registry.problem = error
            tell(error)
            return registry.listing.end() ? [.registry(.list)] : []
        case .remembered(let name, let changes):
            if registry.history?.name == name {
                registry.history?.changes = changes
                registry.history?.selection.refresh(changes.map(\.id))
            }
            return []
        case .toggleHistory:
            registry.history =
                registry.history == nil
                ? registry.selected.map { OpenedHistory(name: $0.name) } : nil
            return readCover()
        case .toggleBoard:
            registry.cover = registry.cover == .board ? nil : .board
            return []
        case .toggleComparison:
            if case .comparison = registry.cover {
                registry.cover = nil
            } else {
                registry.cover = registry.comparable.map { .comparison($0) }
            }
            return readCover()
        case .compared(let comparison):
            if case .comparison(var opened) = registry.cover, opened.name == comparison.name {
                opened.comparison = comparison
                opened.selection.refresh(VersionComparisonView.rows(opened).map(\.id))
                registry.cover = .comparison(opened)
            }
            return []
        case .checked(let check):
            registry.checks[.init(name: check.name, number: check.version)] = check
            return []
        case .setGate(let name, let line): return [.registry(.setGate(name: name, line: line))]
        case .approveNow(let version): return [.registry(.approve(version))]
        case .open:
            guard registry.focus == .models else { return reduce(RegistryAction.talk) }
            if registry.cover == .board { registry.cover = nil }
            registry.focus = .versions
            return []
        case .talk:
            guard let target = registry.target else { return [] }
            return reduce(.chat(.talk(to: .version(name: target.name, number: target.number))))
        case .setStage(let version, let stage): return [.registry(.setStage(version, stage))]
        case .setAlias(let version, let alias): return [.registry(.setAlias(version, alias: alias))]
        case .removeAlias(let version, let alias):
            return [.registry(.removeAlias(version, alias: alias))]
        case .promoteNow(let version): return [.registry(.promote(version))]
        case .rollBackNow(let plan): return [.registry(.rollBack(plan))]
        case .undo: return [.registry(.undo)]
        case .redo: return [.registry(.redo)]
        case .chooseRun, .register, .registerAs, .registered, .registerFailed:
            return reduceRegistration(action)
        case .giveAlias(let version, let alias): return giveAlias(alias, to: version)
        case .stage, .alias, .aliasFailed, .unalias, .askToRemove, .promote, .rollBack, .gate,
            .gateFailed, .approve:
            ask(action)
            return []
        }
    }

    /// Reads the registered models, now or after the reading under way.
    mutating func refreshRegistry() -> [Effect] {
        guard isOpen, registry.listing.begin() else { return [] }
        return [.registry(.list)]
    }

    /// Asks the gate about the selected version, unless that is known.
    func checkGate() -> [Effect] {
        guard let target = registry.target, registry.standing?.gate != nil,
            registry.checks[target] == nil
        else { return [] }
        return [.registry(.check(target))]
    }

    private func readCover() -> [Effect] {
        switch registry.cover {
        case .history(let history): [.registry(.history(history.name))]
        case .comparison(let opened):
            [.registry(.compare(opened.name, versions: opened.versions))]
        case .board, nil: []
        }
    }

    private mutating func reduceRegistration(_ action: RegistryAction) -> [Effect] {
        switch action {
        case .chooseRun:
            overlay = RegistryQuestions.run(of: self).map { .choice($0) }
        case .register(let id):
            guard let run = registrable(id) else {
                tell(Notice(.warning, "No run with a finished adapter is selected."))
                return []
            }
            overlay = .prompt(RegistryQuestions.name(for: run, in: self))
        case .registerAs(let name, let run):
            return [.registry(.register(name: name, run: run))]
        case .registered(let version, let id):
            let run = self.run.runs?.first { $0.id == id }?.name ?? id
            registry.wanted = version
            registry.refreshSelections()
            let hint = pane == .registry ? "P deploys it." : "4 shows it."
            tell(
                Notice(.success, "\(run) is registered as \(version.words).", hint: hint),
                command: "workbench registry register \(CommandText.quoted(run)) "
                    + CommandText.quoted(version.name)
            )
        case .registerFailed(let error, let name, let id):
            tell(error)
            // What was typed is kept, to be mended.
            guard overlay == nil, let run = registrable(id) else { return [] }
            overlay = .prompt(
                RegistryQuestions.name(for: run, in: self, typed: name, problem: error)
            )
        default: break
        }
        return []
    }

    private mutating func giveAlias(_ alias: String, to version: RegisteredVersion) -> [Effect] {
        let model = registry.models?.first { $0.name == version.name }
        guard
            let question = model.flatMap({
                RegistryQuestions.moveAlias(alias, to: version, in: $0)
            })
        else { return [.registry(.setAlias(version, alias: alias))] }
        overlay = .question(question)
        return []
    }

    private mutating func ask(_ action: RegistryAction) {
        switch action {
        case .aliasFailed(let error, let version, let alias):
            tell(error)
            guard overlay == nil, pane == .registry else { return }
            overlay = .prompt(RegistryQuestions.alias(of: version, typed: alias, problem: error))
        case .rollBack:
            guard let name = registry.selected?.name,
                case .possible(let plan) = registry.rollbacks[name]
            else { return }
            overlay = .question(RegistryQuestions.rollBack(plan))
        case .gate:
            guard let model = registry.selected else { return }
            let line = registry.standing?.gate?.line ?? ""
            overlay = .prompt(RegistryQuestions.gate(of: model.name, line: line))
        case .gateFailed(let error, let name, let line):
            tell(error)
            guard overlay == nil, pane == .registry else { return }
            overlay = .prompt(RegistryQuestions.gate(of: name, typed: line, problem: error))
        default: askAboutVersion(action)
        }
    }

    private mutating func askAboutVersion(_ action: RegistryAction) {
        guard let model = registry.selected, let version = registry.selectedVersion,
            let target = registry.target
        else { return }
        switch action {
        case .stage: overlay = .choice(RegistryQuestions.stage(of: version, in: model))
        case .alias: overlay = .prompt(RegistryQuestions.alias(of: target))
        case .unalias:
            if version.aliases.count == 1 {
                overlay = .question(
                    RegistryQuestions.removeAlias(version.aliases[0], of: target, in: model)
                )
            } else if !version.aliases.isEmpty {
                overlay = .choice(RegistryQuestions.whichAlias(of: version, target))
            }
        case .askToRemove(let target, let alias):
            overlay = .question(RegistryQuestions.removeAlias(alias, of: target, in: model))
        case .promote:
            let question = RegistryQuestions.promote(version, in: model, check: registry.check)
            overlay = .question(question)
        case .approve:
            let question = RegistryQuestions.approve(version, in: model, check: registry.check)
            overlay = .question(question)
        default: break
        }
    }

    /// A run with a finished adapter: the one meant, else the one selected in its pane.
    private func registrable(_ id: String?) -> RunSummary? {
        let meant = id.flatMap { id in run.runs?.first { $0.id == id } }
        let candidate = id == nil ? (pane == .compare ? comparedSelection : run.selected) : meant
        return candidate.flatMap { $0.resultPath == nil ? nil : $0 }
    }
}
