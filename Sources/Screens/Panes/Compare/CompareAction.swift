package import Workspace

/// A fact of the Compare pane.
package enum CompareAction: Equatable, Sendable {
    /// Runs were put side by side.
    case compared(RunComparison)
    /// They cannot be.
    case comparingFailed(WorkspaceError, runs: [String])
    /// The store answered what the filter asks for.
    case found(Set<String>, for: String)
    /// It did not understand it.
    case notUnderstood(WorkspaceError, for: String)
    /// Mark the selected run, or take the mark away.
    case mark
    /// Clear marks.
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
