import FoundationEssentials
public import Platform

extension Workspace {
    /// The workspace folder of a command: that of the flag, else `$WORKBENCH_HOME`, else
    /// `~/.local/share/workbench`.
    ///
    /// The path is resolved; nothing is created.
    public static func folder(
        _ flag: String?,
        environment: [String: String] = ProcessEnvironment.variables
    ) -> String {
        let named = [flag, environment["WORKBENCH_HOME"]].compactMap { $0 }.first { !$0.isEmpty }
        let home =
            environment["HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? FileManager.default.homeDirectoryForCurrentUser.path
        let path = named ?? "\(home)/.local/share/workbench"
        return ResolvedPath(path, home: home).text
    }
}
