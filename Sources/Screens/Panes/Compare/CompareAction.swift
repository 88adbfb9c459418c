package import Runs
package import Workspace

/// A fact of the Compare pane.
package enum CompareAction: Equatable, Sendable {
    /// Runs were put side by side.
    case compared(RunComparison)
    /// The runs cannot be compared.
    case comparingFailed(WorkspaceError, runs: [String])
    /// The store found the runs that match the filter.
    case found(Set<String>, for: String)
    /// The store cannot read the filter.
    case searchFailed(WorkspaceError, for: String)
    /// Mark the selected run, or remove the mark.
    case mark
    /// Remove all marks.
    case unmarkAll
    /// Put the marked runs side by side.
    case open
    /// Sort by the next column.
    case nextOrder
    /// Reverse the order.
    case reverseOrder
    /// Type a filter.
    case filter
    /// Keep the filter and go back to the table.
    case keepFilter
    /// Show all parameters, or only those that differ.
    case toggleAll
    /// Draw the other curve.
    case otherCurve
    /// Copy the whole table.
    case copyTable
}
