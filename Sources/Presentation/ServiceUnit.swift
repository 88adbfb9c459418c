import Platform

/// The unit of systemd that executes schedules while no workbench is open.
package struct ServiceUnit: Equatable, Sendable {
    /// The program's file.
    package var program: String
    /// The folder of the workspace.
    package var workspace: String

    package init(program: String, workspace: String) {
        self.program = program
        self.workspace = workspace
    }

    /// The name of its file: each workspace has its own.
    package var fileName: String {
        let digest = sha256(of: workspace).prefix(8)
        return "workbench-flows-\(digest).service"
    }

    /// The lines of the file.
    package var lines: [String] {
        [
            "[Unit]",
            "Description=Schedules of Workbench's flows in \(Self.escaped(workspace))",
            "",
            "[Service]",
            "ExecStart=\(Self.quoted(program)) flow serve --workspace \(Self.quoted(workspace))",
            "Restart=on-failure",
            "RestartSec=10",
            "# Tasks stop at a checkpoint before the service ends.",
            "KillMode=mixed",
            "TimeoutStopSec=120",
            "",
            "[Install]",
            "WantedBy=default.target",
        ]
    }

    /// A word of a command line of systemd: `%` and `$` stand for themselves.
    static func quoted(_ word: String) -> String {
        var text = "\""
        for character in word {
            switch character {
            case "\"", "\\": text += "\\\(character)"
            case "$": text += "$$"
            default: text.append(character)
            }
        }
        return escaped(text) + "\""
    }

    /// A text in which `%` stands for itself, in one line.
    private static func escaped(_ text: String) -> String {
        VisibleText.line(text).split(separator: "%", omittingEmptySubsequences: false)
            .joined(separator: "%%")
    }
}
