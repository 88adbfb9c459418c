package import FoundationEssentials
import Runs
import TerminalUI
import Workspace

extension AppState {
    /// Applies an action at a time, and returns the effects for the program to carry out.
    package mutating func reduce(_ action: Action, at now: Date) -> [Effect] {
        self.now = now
        let logged = log.count
        var effects = settle(reduce(action))
        for pane in Pane.allCases { effects += settle(pane.content.settle(in: &self)) }
        for entry in log.entries(after: logged) where access.isOpen {
            effects.append(ScreenWork.log(entry.notice))
        }
        return effects
    }

    mutating func reduce(_ action: Action) -> [Effect] {
        switch action {
        case .input(let event): return take(event)
        case .deadline:
            if let message, message.deadline <= now { self.message = nil }
            return []
        case .opened(let folder, let access): return opened(folder, access)
        case .openingFailed(let error):
            access.opening = .failed(error)
            return [.report(error)]
        case .event(let event): return observe(event)
        case .failed(let error): return [.report(error)]
        case .reported(let notice, let command): return [.report(notice, command: command)]
        case .screen(let action): return reduce(action)
        case .library(let action): return library.reduce(action, access, settings)
        case .machine(let reading):
            machine.append(reading)
            return []
        case .data(let action): return data.reduce(action, context)
        case .run(let action): return run.reduce(action, context)
        case .compare(let action): return compare.reduce(action, context)
        case .registry(let action): return registry.reduce(action, context)
        case .chat(let action): return chat.reduce(action, context)
        case .flows(let action): return flows.reduce(action, context)
        }
    }

    /// Carries out the effects that concern the state, and those that follow; returns the others.
    private mutating func settle(_ effects: [Effect]) -> [Effect] {
        var outside: [Effect] = []
        var pending = (effects + libraryChanged())[...]
        while let effect = pending.popFirst() {
            switch effect {
            case .report(let notice, let command): report(notice, command: command)
            case .record(let text, let command):
                log.append(.init(date: now, level: .information, text: text, command: command))
            case .ask(let overlay): self.overlay = overlay
            case .send(let action):
                let following = reduce(action)
                pending = (following + libraryChanged())[...] + pending
            case .open, .work, .abandon, .terminal, .followMachine: outside.append(effect)
            }
        }
        return outside
    }

    /// Notifies the panes of changed lists of the library.
    private mutating func libraryChanged() -> [Effect] {
        guard !library.changed.isEmpty else { return [] }
        let lists = library.changed
        library.changed = []
        return Pane.allCases.flatMap { $0.content.libraryChanged(lists, in: &self) }
    }

    private mutating func opened(_ folder: String, _ access: Workspace.Access) -> [Effect] {
        self.access.opening = .open(folder: folder)
        var effects: [Effect] = []
        if case .readOnly(let reason) = access, self.access.readOnlyReason == nil {
            self.access.readOnlyReason = reason
            effects.append(.report(Notice(.warning, "Nothing can be changed: \(reason)")))
        }
        for list in [Library.List.models, .runs, .datasets, .flows, .alerts] {
            effects += library.refresh(list, self.access)
        }
        if self.access.readOnlyReason == nil { effects.append(FlowsWork.startScheduling) }
        return effects + [ScreenWork.readMachine] + pane.content.appear(in: &self)
    }

    private mutating func observe(_ event: WorkspaceEvent) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .machine(let reading): machine.append(reading)
        case .notice(let notice): effects.append(.report(notice))
        case .serverChanged(let state): effects += take(state)
        default: break
        }
        effects += library.observe(event, at: now, access) + libraryChanged()
        for pane in Pane.allCases { effects += pane.content.observe(event, in: &self) }
        return effects
    }

    private mutating func take(_ state: ServerState) -> [Effect] {
        let wasOn = server != .off
        server = state
        switch state {
        case .on(let address):
            let words = "Serving: MLFLOW_TRACKING_URI=\(address)"
            return [.report(Notice(.success, words), command: "workbench serve")]
        case .off where wasOn: return [.report(Notice(.information, "The server is stopped."))]
        case .failed(let error): return [.report(error)]
        case .off, .starting: return []
        }
    }
}

extension ActionLog.Entry {
    /// The entry as the log file keeps it.
    var notice: Notice { Notice(level, command.map { "\(text) [\($0)]" } ?? text) }
}
