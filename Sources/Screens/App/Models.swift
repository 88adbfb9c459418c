package import Workspace

/// Base models and the download under way.
package struct ModelsState: Equatable, Sendable {
    /// Installed ones and the catalogue's; nil before they have been read.
    package var list: [ModelSummary]?
    /// The download under way, or how the last one failed.
    package var download: DownloadProgress?
    var listing = Refresh()

    package init() {}

    /// Those that can be used now.
    package var installed: [ModelSummary] { (list ?? []).filter(\.isInstalled) }

    /// Whether a download is under way.
    package var isPulling: Bool {
        switch download?.phase {
        case .connecting, .downloading, .verifying: true
        case .finished, .cancelled, .failed, nil: false
        }
    }

    /// Whether it is known that no model is installed.
    package var isEmpty: Bool { list != nil && installed.isEmpty }
}

/// A fact about base models.
package enum ModelsAction: Equatable, Sendable {
    /// The list was read.
    case listed([ModelSummary])
    /// The list cannot be read.
    case listingFailed(WorkspaceError)
    /// The user wants a model; nil for the one that is taken by default.
    case pull(String?)
    /// The user no longer wants the download.
    case cancelPull
}

/// Work on base models.
package enum ModelsEffect: WorkspaceEffect {
    case list
    case pull(String)
    case cancelPull(String)

    package var lane: Lane {
        switch self {
        case .list: .store
        case .pull, .cancelPull: .immediate
        }
    }

    package func perform(in workspace: Workspace) throws -> [Action] {
        switch self {
        case .list: return [.models(.listed(try workspace.models.list()))]
        case .pull(let name): workspace.models.pull(name)
        case .cancelPull(let name): workspace.models.cancelPull(name)
        }
        return []
    }

    package func failure(_ error: WorkspaceError) -> [Action] {
        self == .list ? [.models(.listingFailed(error))] : [.failed(error)]
    }
}

extension AppState {
    /// The model taken where none is named: that of the settings, else the first installed one.
    package var defaultModel: ModelSummary? {
        let installed = models.installed
        return installed.first { $0.name == settings.defaultModel } ?? installed.first
    }

    /// The model that `P` gets: that of the settings, else the catalogue's first.
    package var modelToPull: ModelSummary? {
        let missing = (models.list ?? []).filter { $0.isInCatalogue && !$0.isInstalled }
        return missing.first { $0.name == settings.defaultModel } ?? missing.first
    }

    mutating func reduce(_ action: ModelsAction) -> [Effect] {
        switch action {
        case .listed(let list):
            models.list = list
            return models.listing.end() ? [.models(.list)] : []
        case .listingFailed(let error):
            tell(error)
            return models.listing.end() ? [.models(.list)] : []
        case .pull(let name):
            guard let name = name ?? modelToPull?.name else {
                tell(Notice(.information, "The catalogue's models are all installed."))
                return []
            }
            models.download = DownloadProgress(model: name, phase: .connecting)
            tell(
                Notice(.information, "Downloading \(name)"),
                command: "workbench model pull \(name)"
            )
            return [.models(.pull(name))]
        case .cancelPull:
            guard models.isPulling, let name = models.download?.model else { return [] }
            return [.models(.cancelPull(name))]
        }
    }

    /// Reads the list of models, now or after the reading under way.
    mutating func refreshModels() -> [Effect] {
        models.listing.begin() ? [.models(.list)] : []
    }

    mutating func observeModels(_ event: WorkspaceEvent) -> [Effect] {
        switch event {
        case .modelsChanged:
            return refreshModels()
        case .download(let progress):
            models.download = progress
            switch progress.phase {
            case .finished:
                models.download = nil
                tell(Notice(.success, "\(progress.model) is downloaded and verified."))
                return refreshModels()
            case .cancelled:
                models.download = nil
                tell(Notice(.information, "The download of \(progress.model) was cancelled."))
            case .failed:
                if let failure = progress.failure { tell(failure) }
            case .connecting, .downloading, .verifying:
                break
            }
            return []
        default:
            return []
        }
    }
}
