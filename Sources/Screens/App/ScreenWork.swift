import Machine
import Runs
import Workspace

/// The calls that concern the whole screen.
package enum ScreenWork {
    /// Measures the machine once.
    package static let readMachine = Effect.work("read machine") { .machine($0.machine.read()) }

    /// Starts or stops the HTTP server.
    package static let toggleServer = Effect.work("toggle server") { workspace in
        try workspace.server.toggle(workspace)
        return nil
    }

    /// Saves the name of the theme in the settings.
    package static func saveTheme(_ name: String) -> Effect {
        .work("save theme", name) { workspace in
            var settings = Settings.read(folder: workspace.folder).settings
            settings.theme = name
            try settings.write(folder: workspace.folder)
            return nil
        }
    }

    /// Acknowledges alerts; nil for all.
    package static func acknowledge(_ ids: [Int]?) -> Effect {
        .work("acknowledge", ids) { workspace in
            let count = try workspace.alerts.acknowledge(ids)
            let words =
                count == 1 ? "1 alert is acknowledged." : "\(count) alerts are acknowledged."
            let what = ids.map { $0.map(String.init).joined(separator: " ") } ?? "--all"
            return .reported(
                Notice(.success, words),
                command: "workbench alerts ack \(what)"
            )
        }
    }

    /// Writes a line to the log file.
    static func log(_ notice: Notice) -> Effect {
        .work("log", notice) { workspace in
            workspace.log(notice)
            return nil
        }
    }

    /// Hands a run to a process of its own.
    package static func detach(_ run: String) -> Effect {
        .work("detach run", run, lane: .engine) { workspace in
            .screen(.detached(run: run, process: try workspace.runs.detach(run)))
        } failed: {
            .screen(.detachFailed($0))
        }
    }
}
