package import FoundationEssentials
package import TerminalUI
package import Workspace

/// What every pane may read in addition to its own state.
package struct Context {
    /// The lists that all panes share.
    package let library: Library
    /// The recent measurements of the machine.
    package let machine: MachineHistory
    /// Whether the workspace can be read and changed.
    package let access: Access
    /// The user's settings.
    package let settings: Settings
    /// The time of the last action.
    package let now: Date
    /// The screen's size.
    package let size: Size
    /// The pane on the screen.
    package let pane: Pane
    /// What covers the pane.
    package let overlay: Overlay?

    /// Whether the workspace can be read.
    package var isOpen: Bool { access.isOpen }

    /// Why nothing can be changed now; nil if changes are possible.
    package var obstacle: String? { access.obstacle }

    /// The default model: that of the settings, else the first installed one.
    package var defaultModel: ModelSummary? {
        let installed = library.installedModels
        return installed.first { $0.name == settings.defaultModel } ?? installed.first
    }

    /// The parts of the screen.
    package var frame: Frame { Frame(size: size) }
}

/// Whether the workspace can be read and changed.
package struct Access: Equatable, Sendable {
    /// The stages of opening the workspace.
    package enum Opening: Equatable, Sendable {
        /// Another thread is opening it.
        case opening
        /// It is open.
        case open(folder: String)
        /// It cannot be opened.
        case failed(WorkspaceError)
    }

    /// Whether the workspace is open.
    package var opening = Opening.opening
    /// Why the workspace is read-only; nil if it is not.
    package var readOnlyReason: String?

    /// Whether the workspace can be read.
    package var isOpen: Bool {
        if case .open = opening { true } else { false }
    }

    /// Why nothing can be changed now: read-only, or the workspace is not open.
    package var obstacle: String? {
        switch opening {
        case .opening: "the workspace is being opened"
        case .failed: "the workspace cannot be opened"
        case .open: readOnlyReason
        }
    }
}

/// A pane's state and its context: the argument of key bindings and views.
package struct Scene<State> {
    /// The pane's state.
    package let state: State
    /// What it may read in addition.
    package let context: Context
}
