import Presentation
package import Workspace

/// A fact of the Data pane.
package enum DataAction: Equatable, Sendable {
    /// The list was read.
    case listed([DatasetSummary])
    /// The list cannot be read.
    case listingFailed(WorkspaceError)
    /// Rows were read.
    case paged(DatasetPage, DataQuery)
    /// Rows cannot be read.
    case pageFailed(WorkspaceError, DataQuery)
    /// Show the selected dataset's rows, or the selected row alone.
    case open
    /// Show the other part: what is trained on, or what is held out.
    case otherPart
    /// Show what the lint found in the dataset, or go back from it.
    case findings
    /// Tell a row's tokens apart, or not.
    case tokens
    /// Show rows as training packs them, or one by one.
    case packs
    /// Make a new dataset of the selected one.
    case convert(DatasetPreparation)
    /// Ask for the share to hold out.
    case split
    /// A new dataset was made; the command that makes it too.
    case converted(DatasetSummary, command: String)
    /// Ask for a file to add.
    case add
    /// Add a file.
    case addFile(String)
    /// A file was added.
    case added(DatasetSummary, path: String)
    /// A file cannot be added.
    case addFailed(WorkspaceError, path: String)
    /// Type a filter.
    case filter
    /// Keep the filter and go back to the list.
    case keepFilter
}

/// Work on datasets.
package enum DataEffect: WorkspaceEffect {
    case list
    case page(DataQuery)
    case add(path: String)
    case convert(String, DatasetPreparation)
    case measure(String, model: String)

    package var lane: Lane {
        switch self {
        case .list, .page, .add, .convert: .store
        case .measure: .immediate
        }
    }

    package func perform(in workspace: Workspace) throws -> [Action] {
        switch self {
        case .list:
            return [.data(.listed(try workspace.datasets.list()))]
        case .page(let query) where query.layout == .packed:
            let page = try workspace.datasets.packs(
                query.dataset,
                offset: query.offset,
                count: query.count,
                model: query.model
            )
            return [.data(.paged(page, query))]
        case .page(let query):
            let page = try workspace.datasets.page(
                query.dataset,
                part: query.part,
                offset: query.offset,
                count: query.count,
                model: query.model
            )
            return [.data(.paged(page, query))]
        case .add(let path):
            return [.data(.added(try workspace.datasets.add(path: path), path: path))]
        case .convert(let dataset, let preparation):
            let made = try workspace.datasets.convert(dataset, preparation: preparation)
            let command = CommandText.convert(dataset, preparation)
            return [.data(.converted(made, command: command))]
        case .measure(let dataset, let model):
            workspace.datasets.measure(dataset, model: model)
            return []
        }
    }

    package func failure(_ error: WorkspaceError) -> [Action] {
        switch self {
        case .list: [.data(.listingFailed(error))]
        case .page(let query): [.data(.pageFailed(error, query))]
        case .add(let path): [.data(.addFailed(error, path: path))]
        case .measure, .convert: [.failed(error)]
        }
    }
}
