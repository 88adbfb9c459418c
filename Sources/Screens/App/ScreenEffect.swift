import Machine
package import Workspace

/// Work in the workspace that concerns the whole screen.
package enum ScreenEffect: WorkspaceEffect {
    /// Remember the theme.
    case saveTheme(String)
    /// Keep a line in the log file.
    case log(Notice)
    /// Measure the machine once.
    case readMachine
    /// Begin serving over HTTP, or end it.
    case toggleServer

    package func perform(in workspace: Workspace) throws -> [Action] {
        switch self {
        case .saveTheme(let name):
            var settings = Settings.read(folder: workspace.folder).settings
            settings.theme = name
            try settings.write(folder: workspace.folder)
            return []
        case .log(let notice):
            workspace.log(notice)
            return []
        case .toggleServer:
            try workspace.server.toggle(workspace)
            return []
        case .readMachine:
            return [.machine(workspace.machine.read())]
        }
    }
}
