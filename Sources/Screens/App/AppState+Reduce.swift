package import FoundationEssentials
import TerminalUI
import Workspace

extension AppState {
    /// Takes in an action at a time, and returns what is to be done about it.
    package mutating func reduce(_ action: Action, at now: Date) -> [Effect] {
        self.now = now
        let logged = log.count
        var effects = reduce(action)
        effects += openWantedForm()
        effects += abandonMeasurement()
        for entry in log.entries(after: logged) where isOpen {
            effects.append(.screen(.log(entry.notice)))
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
            opening = .failed(error)
            tell(error)
            return []
        case .event(let event): return observe(event)
        case .failed(let error):
            tell(error)
            return []
        case .told(let notice, let command):
            tell(notice, command: command)
            return []
        case .screen(let action): return reduce(action)
        case .models(let action): return reduce(action)
        case .machine(let reading):
            machine.append(reading)
            return []
        case .data(let action): return reduce(action)
        case .run(let action): return reduce(action)
        case .compare(let action): return reduce(action)
        case .registry(let action): return reduce(action)
        case .chat(let action): return reduce(action)
        }
    }

    private mutating func opened(_ folder: String, _ access: Workspace.Access) -> [Effect] {
        opening = .open(folder: folder)
        if case .readOnly(let reason) = access, readOnlyReason == nil {
            readOnlyReason = reason
            tell(Notice(.warning, "Nothing can be changed: \(reason)"))
        }
        var effects = refreshModels() + refreshRuns() + refreshDatasets() + [.screen(.readMachine)]
        effects += pane.content.appear(in: &self)
        return effects
    }

    private mutating func observe(_ event: WorkspaceEvent) -> [Effect] {
        switch event {
        case .machine(let reading): machine.append(reading)
        case .notice(let notice): tell(notice)
        case .serverChanged(let state): take(state)
        default: break
        }
        var effects = observeModels(event)
        for pane in Pane.allCases { effects += pane.content.observe(event, in: &self) }
        return effects
    }
}

extension AppState {
    private mutating func take(_ state: ServerState) {
        let wasOn = server != .off
        server = state
        switch state {
        case .on(let address):
            let words = "Serving: MLFLOW_TRACKING_URI=\(address)"
            tell(Notice(.success, words), command: "workbench serve")
        case .off where wasOn: tell(Notice(.information, "The server is stopped."))
        case .failed(let error): tell(error)
        case .off, .starting: break
        }
    }
}

extension ActionLog.Entry {
    /// The entry as the log file keeps it.
    var notice: Notice { Notice(level, command.map { "\(text) [\($0)]" } ?? text) }
}
