import Presentation
import Registry
import Runs
import TerminalUI
import Workspace

extension RegistryState {
    package mutating func reduce(_ action: RegistryAction, _ context: Context) -> [Effect] {
        let library = context.library
        switch action {
        case .historyRead(let name, let changes):
            if history?.name == name {
                history?.changes = changes
                history?.list.refresh(changes.map(\.id))
            }
        case .toggleHistory:
            history =
                history == nil ? selected(in: library).map { OpenedHistory(name: $0.name) } : nil
            return readCover()
        case .toggleBoard: cover = cover == .board ? nil : .board
        case .toggleComparison:
            if case .comparison = cover {
                cover = nil
            } else {
                cover = comparable(in: library).map { .comparison($0) }
            }
            return readCover()
        case .compared(let comparison):
            if case .comparison(var opened) = cover, opened.name == comparison.name {
                opened.comparison = comparison
                opened.list.refresh(VersionComparisonView.rows(opened).map(\.id))
                cover = .comparison(opened)
            }
        case .checked(let check): checks[.init(name: check.model, number: check.version)] = check
        case .setGate(let name, let line): return [RegistryWork.setGate(name, line: line)]
        case .approveNow(let version): return [RegistryWork.approve(version)]
        case .open:
            guard focus == .models else { return reduce(.chat, context) }
            if cover == .board { cover = nil }
            focus = .versions
        case .chat:
            guard let target = target(in: library) else { return [] }
            let version = ChatTarget.version(name: target.name, number: target.number)
            return [.send(.chat(.chat(with: version)))]
        case .setStage(let version, let stage): return [RegistryWork.setStage(version, stage)]
        case .setAlias(let version, let alias): return [RegistryWork.setAlias(alias, of: version)]
        case .removeAlias(let version, let alias):
            return [RegistryWork.removeAlias(alias, of: version)]
        case .promoteNow(let version): return [RegistryWork.promote(version)]
        case .rollBackNow(let plan): return [RegistryWork.rollBack(plan)]
        case .undo: return [RegistryWork.undo]
        case .redo: return [RegistryWork.redo]
        case .chooseRun, .register, .registerAs, .registered, .registerFailed:
            return reduceRegistration(action, context)
        case .moveAlias(let version, let alias): return moveAlias(alias, to: version, library)
        case .stage, .alias, .aliasFailed, .unalias, .askToRemove, .promote, .rollBack, .gate,
            .gateFailed, .approve:
            return ask(action, context)
        }
        return []
    }

    /// Checks the selected version against the gate, unless the result is known.
    func checkGate(_ context: Context) -> [Effect] {
        guard let target = target(in: context.library),
            deployment(in: context.library)?.gate != nil, checks[target] == nil
        else { return [] }
        return [RegistryWork.check(target)]
    }

    /// Reads what covers the versions.
    func readCover() -> [Effect] {
        switch cover {
        case .history(let history): [RegistryWork.history(history.name)]
        case .comparison(let opened): [RegistryWork.compare(opened.name, versions: opened.versions)]
        case .board, nil: []
        }
    }

    private mutating func reduceRegistration(
        _ action: RegistryAction,
        _ context: Context
    ) -> [Effect] {
        let library = context.library
        switch action {
        case .chooseRun:
            return RegistryQuestions.run(of: library).map { [.ask(.choice($0))] } ?? []
        case .register(let id):
            guard let run = library.run(id), run.resultPath != nil else {
                return [.report(Notice(.warning, "No run with a finished adapter is selected."))]
            }
            let name = selected(in: library)?.name
            return [.ask(.prompt(RegistryQuestions.name(for: run, selected: name)))]
        case .registerAs(let name, let run): return [RegistryWork.register(run, as: name)]
        case .registered(let version, let id):
            let run = library.run(id)?.name ?? id
            wanted = version
            refreshLists(library)
            let hint = context.pane == .registry ? "P deploys it." : "4 shows it."
            return [
                .report(
                    Notice(.success, "\(run) is registered as \(version.label).", hint: hint),
                    command: CommandText.register(run, as: version.name)
                )
            ]
        case .registerFailed(let error, let name, let id):
            // The prompt opens again with the text, so that it can be corrected.
            guard context.overlay == nil, let run = library.run(id), run.resultPath != nil else {
                return [.report(error)]
            }
            let prompt = RegistryQuestions.name(
                for: run,
                selected: selected(in: library)?.name,
                typed: name,
                problem: error
            )
            return [.report(error), .ask(.prompt(prompt))]
        default: return []
        }
    }

    private func moveAlias(
        _ alias: String,
        to version: RegisteredVersion,
        _ library: Library
    ) -> [Effect] {
        let model = library.registered?.first { $0.name == version.name }
        let question = model.flatMap { RegistryQuestions.moveAlias(alias, to: version, in: $0) }
        return [question.map { .ask(.question($0)) } ?? RegistryWork.setAlias(alias, of: version)]
    }

    private func ask(_ action: RegistryAction, _ context: Context) -> [Effect] {
        let library = context.library
        let canAskAgain = context.overlay == nil && context.pane == .registry
        switch action {
        case .aliasFailed(let error, let version, let alias):
            guard canAskAgain else { return [.report(error)] }
            let prompt = RegistryQuestions.alias(of: version, typed: alias, problem: error)
            return [.report(error), .ask(.prompt(prompt))]
        case .rollBack:
            guard let name = selected(in: library)?.name,
                case .possible(let plan) = library.rollbacks[name]
            else { return [] }
            return [.ask(.question(RegistryQuestions.rollBack(plan)))]
        case .gate:
            guard let model = selected(in: library) else { return [] }
            let line = deployment(in: library)?.gate?.line ?? ""
            return [.ask(.prompt(RegistryQuestions.gate(of: model.name, line: line)))]
        case .gateFailed(let error, let name, let line):
            guard canAskAgain else { return [.report(error)] }
            let prompt = RegistryQuestions.gate(of: name, typed: line, problem: error)
            return [.report(error), .ask(.prompt(prompt))]
        default: return askAboutVersion(action, library).map { [.ask($0)] } ?? []
        }
    }

    private func askAboutVersion(_ action: RegistryAction, _ library: Library) -> Overlay? {
        guard let model = selected(in: library), let version = selectedVersion(in: library),
            let target = target(in: library)
        else { return nil }
        switch action {
        case .stage: return .choice(RegistryQuestions.stage(of: version, in: model))
        case .alias: return .prompt(RegistryQuestions.alias(of: target))
        case .unalias where version.aliases.count == 1:
            return .question(
                RegistryQuestions.removeAlias(version.aliases[0], of: target, in: model)
            )
        case .unalias where !version.aliases.isEmpty:
            return .choice(RegistryQuestions.whichAlias(of: version, target))
        case .askToRemove(let target, let alias):
            return .question(RegistryQuestions.removeAlias(alias, of: target, in: model))
        case .promote:
            let check = check(in: library)
            return .question(RegistryQuestions.promote(version, in: model, check: check))
        case .approve:
            let check = check(in: library)
            return .question(RegistryQuestions.approve(version, in: model, check: check))
        default: return nil
        }
    }
}
