package import Datasets
import Presentation
package import Workspace

/// A fact of the Data pane.
package enum DataAction: Equatable, Sendable {
    /// Rows were read.
    case paged(DatasetPage, DataQuery)
    /// Rows cannot be read.
    case pageFailed(WorkspaceError, DataQuery)
    /// Show the selected dataset's rows, or only the selected row.
    case open
    /// Show the other part: training or held-out rows.
    case otherPart
    /// Show what the lint found in the dataset, or go back from it.
    case findings
    /// Show the boundaries of a row's tokens, or hide them.
    case tokens
    /// Show rows as training packs them, or one by one.
    case packs
    /// Derive a dataset from the selected one.
    case convert(Preparation)
    /// Ask for the share to hold out.
    case split
    /// A dataset was derived; `command` does the same.
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
