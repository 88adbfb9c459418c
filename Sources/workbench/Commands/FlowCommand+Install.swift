import ArgumentParser
import Platform
import Presentation
import Workspace

extension FlowCommand {
    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install",
            abstract: "Write a service of systemd that executes schedules, for this user.",
            discussion: """
                Writes a unit into ~/.config/systemd/user and prints the commands that start it. The \
                service runs `workbench flow serve` for this workspace.
                """
        )
        @OptionGroup var shared: SharedOptions
        @OptionGroup var replacing: ReplacingOptions
        @Flag(help: "Print the unit without writing it.") var dryRun = false

        func run() throws {
            guard let program = ProcessEnvironment.executable else {
                throw WorkspaceError(.failed, "The program's own file cannot be found.")
            }
            let workspace = try shared.open()
            defer { workspace.close() }
            let unit = ServiceUnit(program: program, workspace: workspace.folder)
            if dryRun { return Console.printLines(unit.lines) }
            try workspace.flows.checkScheduling()
            let path = "\(try Self.folder())/\(unit.fileName)"
            let text = unit.lines.joined(separator: "\n") + "\n"
            if (try? Files.text(path)) != text {
                try WorkspaceError.translating {
                    try Files.makeFolder(FilePaths.parent(path))
                    try OutputFile.write(
                        text.utf8,
                        to: path,
                        replaces: replacing.force,
                        mode: 0o644
                    )
                }
            }
            let name = unit.fileName
            guard !shared.json else {
                return try Console.printJSON(["path": path, "unit": name])
            }
            Console.print(path)
            Console.note("start it, also after each login:")
            Console.note("  systemctl --user daemon-reload")
            Console.note("  systemctl --user enable --now \(name)")
            Console.note("without a login, after each start of the machine:")
            Console.note("  loginctl enable-linger")
        }

        /// The folder of this user's units.
        private static func folder() throws -> String {
            let variables = ProcessEnvironment.variables
            if let folder = variables["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
                return "\(folder)/systemd/user"
            }
            guard let home = variables["HOME"], home.hasPrefix("/") else {
                throw WorkspaceError(
                    .invalid,
                    "$HOME is not set, so there is no place for a user's unit.",
                    hint: "`workbench flow install --dry-run` prints it."
                )
            }
            return "\(home)/.config/systemd/user"
        }
    }
}
