import Presentation
import Runs
import Workspace

extension Library {
    /// Applies an action.
    mutating func reduce(
        _ action: LibraryAction,
        _ access: Access,
        _ settings: Settings
    ) -> [Effect] {
        switch action {
        case .refresh(let list): return refresh(list, access)
        case .failed(let list, let error):
            problems[list] = error
            changed.insert(list)
            // The Chat pane reports this problem itself.
            return (list == .targets ? [] : [.report(error)]) + ended(list)
        case .runs(let runs): take(RunPage(runs: runs))
        case .runPage(let page):
            take(page)
            changed.insert(.runs)
            if let through = page.through { return [LibraryWork.readRuns(after: through)] }
        case .runsAgain, .runsAgainFailed: return reduceRuns(action)
        case .datasets(let datasets): self.datasets = datasets
        case .models(let models): self.models = models
        case .registered(let models, let rollbacks, let board):
            registered = models
            self.rollbacks = rollbacks
            self.board = board
        case .targets(let targets, let standard):
            self.targets = targets
            standardTarget = standard
        case .flowRuns(let runs): flowRuns = runs
        case .alerts(let alerts): self.alerts = alerts
        case .flowRun, .flowRunFailed, .insertFlowRun: return reduceFlow(action, access)
        case .starting(let words): starting = words
        case .insertRun(let run):
            if runs == nil { runs = [] }
            runs?.put(run)
            changed.insert(.runs)
        case .insertDataset(let dataset):
            datasets = (datasets ?? []).filter { $0.name != dataset.name } + [dataset]
            changed.insert(.datasets)
        case .toggleMark(let id):
            if let index = marks.firstIndex(of: id) {
                marks.remove(at: index)
            } else {
                marks.append(id)
            }
        case .unmarkAll: marks = []
        case .pull(let name): return pull(name, settings)
        case .cancelPull:
            guard isPulling, let name = download?.model else { return [] }
            return [LibraryWork.cancelPull(name)]
        }
        return action.list.map { list in
            problems[list] = nil
            changed.insert(list)
            return ended(list)
        } ?? []
    }

    /// The base model that `P` downloads: that of the settings, else the catalogue's first.
    func modelToPull(_ settings: Settings) -> ModelSummary? {
        let missing = (models ?? []).filter { $0.isInCatalogue && !$0.isInstalled }
        return missing.first { $0.name == settings.defaultModel } ?? missing.first
    }

    /// Reads a list, now or after the read under way.
    mutating func refresh(_ list: List, _ access: Access) -> [Effect] {
        guard access.isOpen, readings[list, default: Refresh()].begin() else { return [] }
        return [LibraryWork.read(list)]
    }

    private mutating func ended(_ list: List) -> [Effect] {
        readings[list, default: Refresh()].end() ? [LibraryWork.read(list)] : []
    }

    private mutating func pull(_ name: String?, _ settings: Settings) -> [Effect] {
        guard let name = name ?? modelToPull(settings)?.name else {
            return [.report(Notice(.information, "The catalogue's models are all installed."))]
        }
        download = DownloadProgress(model: name, phase: .connecting)
        return [
            .report(
                Notice(.information, "Downloading \(name)"),
                command: CommandText.pull(name)
            ),
            LibraryWork.pull(name),
        ]
    }
}

extension LibraryAction {
    /// The list that was read.
    fileprivate var list: Library.List? {
        switch self {
        case .runs, .runPage: .runs
        case .datasets: .datasets
        case .models: .models
        case .registered: .registered
        case .targets: .targets
        case .flowRuns: .flows
        case .alerts: .alerts
        default: nil
        }
    }
}
